"""Talkwalker: results as CSV (comma or semicolon) or JSON, with dotted attributes of author, source and
article.
"""

from earshot.collect.mapping.export import Export

AUTHOR, ARTICLE = "extra_author_attributes", "extra_article_attributes"

EXPORT = Export(
    name="talkwalker",
    title="Talkwalker",
    needs=(
        ("url", "published", "title_snippet", "source_type"),
        ("url", "published", "content", "source_type"),
        ("data.url", "data.published", "data.source_type"),
        ("chunk_result.data.data.url", "chunk_result.data.data.published"),
    ),
    fields={
        one: tuple(before + column for before in ("", "data.", "chunk_result.data.data.") for column in given)
        for one, given in {
            "id": ("external_id", "url"),
            "platform": ("post_type_source", "source_type"),
            "author": (f"{AUTHOR}.short_name", f"{AUTHOR}.name", f"{AUTHOR}.id", f"{AUTHOR}.url"),
            "text": ("content", "content_snippet", "title_snippet", "title"),
            "created_at": ("published",),
            "lang": ("lang",),
            "reply_to": ("in_reply_to_id", "parent_url"),
            "root": ("root_url",),
            "url": ("url",),
            "likes": (
                f"{ARTICLE}.twitter_likes",
                f"{ARTICLE}.facebook_likes",
                f"{ARTICLE}.instagram_likes",
                f"{ARTICLE}.youtube_likes",
                f"{ARTICLE}.num_likes",
                f"{ARTICLE}.likes",
            ),
            "reposts": (
                f"{ARTICLE}.twitter_shares",
                f"{ARTICLE}.twitter_retweets",
                f"{ARTICLE}.facebook_shares",
                f"{ARTICLE}.num_shares",
                f"{ARTICLE}.shares",
            ),
            "replies": (f"{ARTICLE}.num_comments", f"{ARTICLE}.comments"),
            "views": (f"{ARTICLE}.twitter_impressions", f"{ARTICLE}.youtube_views", f"{ARTICLE}.num_views"),
            "followers": (
                f"{AUTHOR}.twitter_followers",
                f"{AUTHOR}.instagram_followers",
                f"{AUTHOR}.num_followers",
            ),
            "place": (
                f"{ARTICLE}.world_data.city",
                f"{ARTICLE}.world_data.country",
                f"{AUTHOR}.world_data.city",
                f"{AUTHOR}.world_data.country",
                "extra_source_attributes.world_data.country",
            ),
            "media_text": ("images.text", "image_text"),
        }.items()
    },
    strips=(
        "the text of X posts in file exports: only ids and measures may be given",
        "content beyond the snippet, unless full text is part of the plan",
        "reach is an estimate of the vendor's, not a count of views: it is not read as views",
        "deletions: an export is not told of a post that was deleted later",
    ),
    withholds=("x",),
    checked="column lists in public code that reads these files, 2026-11",
)
