"""How charts are drawn: aggregates, scales, colours, pictures."""
