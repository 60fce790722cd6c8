"""Exports of vendors and regional crawlers, each a NAME.yml: known by their headings, read from here."""
