"""The models that ship and the models in use."""
