"""Nothing personal and nothing that runs leaves the house: quotes, leaks, scrubbing, page checks."""
