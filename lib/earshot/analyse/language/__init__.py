"""In which languages posts are written, and how well that is recognised."""
