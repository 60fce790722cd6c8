"""What people talk about, what is new, how topics compare with a taxonomy, and how well they hold."""
