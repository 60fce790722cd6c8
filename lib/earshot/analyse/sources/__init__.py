"""What each source delivers, what it leaves out, and what its terms allow."""
