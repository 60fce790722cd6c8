"""Named queries: what each finds, how right it is, and where a missed post was lost."""
