"""How people feel: levels, changes, surges, quotes, decision costs, and the claims made of them."""
