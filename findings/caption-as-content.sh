#!/usr/bin/env bash
# Expected: in an RSS item with a text in <description> and a picture whose caption stands in <media:description>, as
# Media RSS asks, the caption is read as something of the picture.
# Seen with feedparser 6.0.14: the caption becomes the entry's `content`, and nothing in `media_content` holds it. Who
# prefers `content` to `summary`, as one does for feeds that give the whole text there, takes the caption for the post.
# lib/earshot/collect/sources/rss.py takes the longest of them as the text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet feedparser==6.0.14
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import sys

import feedparser

FEED = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>News</title><item>
<title>Trains late again</title>
<description>Passengers waited two hours at the main station on Monday.</description>
<media:content url="http://example.org/a.jpg" type="image/jpeg">
<media:description>A crowded platform</media:description></media:content>
</item></channel></rss>"""

entry = feedparser.parse(FEED).entries[0]
print(f"feedparser {feedparser.__version__}")
print("summary:", entry.summary)
print("content:", [part.value for part in entry.get("content", [])])
print("media_content:", [dict(part) for part in entry.media_content])
if [part.value for part in entry.get("content", [])] != ["A crowded platform"]:
    sys.exit("No longer so: the caption is not the entry's content.")
if any("A crowded platform" in part.values() for part in entry.media_content):
    sys.exit("No longer so: the picture holds its caption.")
PY
