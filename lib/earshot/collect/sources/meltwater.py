"""Meltwater: mentions as CSV (in truth tab-separated UTF-16) or JSON."""

from earshot.collect.mapping.export import Export

EXPORT = Export(
    name="meltwater",
    title="Meltwater",
    needs=(
        ("Date", "Headline", "URL", "Opening Text", "Hit Sentence"),
        ("Date", "URL", "Hit Sentence", "Influencer"),
        ("document_id", "document_publish_date", "document_url"),
        ("id", "published_date", "content.opening_text"),
    ),
    fields={
        "id": ("Tweet Id", "URL", "document_url", "url", "Document ID", "document_id", "id"),
        "platform": ("source_type",),
        "author": (
            "Twitter Screen Name",
            "Author Handle",
            "Influencer",
            "author_name",
            "author.handle",
            "author.name",
        ),
        "text": (
            "Hit Sentence",
            "Opening Text",
            "Headline",
            "document_hit_sentence",
            "document_opening_text",
            "document_title",
            "content.byline",
            "content.opening_text",
            "content.title",
        ),
        "created_at": ("Date", "document_publish_date", "published_date"),
        "lang": ("Language", "document_language_code", "enrichments.language_code"),
        "reply_to": ("Parent URL",),
        "url": ("URL", "document_url", "url"),
        "likes": ("Likes", "Reactions", "document_likes", "metrics.likes"),
        "reposts": ("Reposts", "Retweets", "Shares", "document_shares", "metrics.shares"),
        "replies": ("Replies", "Comments", "document_comments", "metrics.comments"),
        "views": ("Views", "metrics.views"),
        "followers": ("Twitter Followers", "Author Followers", "author.followers"),
        "place": ("City", "State", "Country", "source_country_code", "location.country_code"),
    },
    strips=(
        "the text of X posts: the export holds their ids, and quotes only in the product itself",
        "the body of news and print beyond the opening text and the sentence that matched",
        "reach and AVE are estimates of the vendor's, not counts: they are not read as views",
        "deletions: an export is not told of a post that was deleted later",
    ),
    withholds=("x",),
    constants={"platform": "address"},
    checked="headings quoted in public code that reads these files, 2026-11",
)
