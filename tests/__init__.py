"""The tests, in folders named as the rooms they test; helpers are imported from where they lie."""
