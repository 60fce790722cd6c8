"""One report: planned, executed notebook by notebook, kept with all that it used."""
