"""What reactions a post drew, and how many it would have drawn where nobody says."""
