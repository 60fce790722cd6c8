"""What is noise or repeated, what filters hide, and what each of them does to the figures."""
