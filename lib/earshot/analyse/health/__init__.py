"""Are the models healthy: accuracy on labels, drift, bias, behaviour, and where labels would help most."""
