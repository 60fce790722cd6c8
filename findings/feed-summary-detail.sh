#!/usr/bin/env bash
# Two fields of a feed entry that should say the same, and do not.
#
# Expected: feedparser gives an entry its summary as text (summary) and again with its type (summary_detail);
# its manual says that the value of the second is the same as the first.
# What happens: where a story has a description, its full text and a captioned picture, summary stays the
# description and summary_detail becomes the caption of the picture. Nothing is reported: bozo is False. Who
# reads summary_detail, because it also tells the type, takes the words under a picture for the story.
# Seen since: feedparser==6.0.14
# What Earshot does: lib/earshot/collect/sources/rss.py never takes the text of a post from summary_detail.
# Where the two differ, it keeps the words of summary_detail as words about the media.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python3" -m pip install --quiet --disable-pip-version-check feedparser==6.0.14

"$folder/venv/bin/python3" - <<'PYTHON'
import sys

import feedparser

STORY = """
<description>The 08:15 was late again.</description>
<content:encoded>The 08:15 was late again, and nobody on the platform knew why.</content:encoded>"""
PICTURE = """
<media:content url="https://news.example/1.jpg" medium="image">
<media:description type="plain">A crowded platform</media:description>
</media:content>"""
FEED = """<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>News</title><link>https://news.example/</link><description>All news</description>
<item><title>Late trains</title><guid isPermaLink="false">1</guid>{}</item>
</channel></rss>"""


def read(item):
    feed = feedparser.parse(FEED.format(item))
    entry = feed.entries[0]
    return feed.bozo, entry.summary, entry.summary_detail.value


seen = {"without the picture": read(STORY), "with the picture": read(STORY + PICTURE)}
print("feedparser", feedparser.__version__)
for name, (bozo, summary, detail) in seen.items():
    print(f"{name}:\n  bozo            {bozo}\n  summary         {summary}\n  summary_detail  {detail}")

told = "The 08:15 was late again."
expected = {
    "without the picture": (False, told, told),
    "with the picture": (False, told, "A crowded platform"),
}
if seen != expected:
    sys.exit("The behaviour has changed: summary_detail no longer becomes the caption of the picture.")
print("As stated: the caption of the picture stands in summary_detail, and not in summary.")
PYTHON
