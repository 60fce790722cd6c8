"""Files into posts: readers, importing, remapping, lost fields, lists of ids."""
