"""Which column of a file is which field of a post: guesses, formats, times, brands, addresses of posts."""
