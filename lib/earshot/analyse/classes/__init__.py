"""What posts want, and classes of your own: how many, how that changes, and how often it is right."""
