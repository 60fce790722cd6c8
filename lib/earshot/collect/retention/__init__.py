"""How long rows are kept, and what happens when their time is over."""
