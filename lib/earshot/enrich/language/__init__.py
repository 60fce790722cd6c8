"""The language of each post, and the parts of a post in another one."""
