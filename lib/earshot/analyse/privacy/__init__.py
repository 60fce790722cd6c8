"""What masking may have missed, and how well it finds what it must."""
