"""How a post feels: the models, phrases of your own, calibration and training."""
