"""How posts come in: files now; platforms, queries, streams and gaps come here too."""
