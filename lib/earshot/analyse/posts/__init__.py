"""The posts of a report: which are read, which period, whose law, which count, what people labelled."""
