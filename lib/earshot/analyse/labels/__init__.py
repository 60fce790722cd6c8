"""Posts for a person to label, and what comes back."""
