"""Brandwatch Consumer Research: the CSV of "bulk mentions", with lines about the report above its heading."""

from earshot.collect.mapping.export import Export

EXPORT = Export(
    name="brandwatch", title="Brandwatch",
    needs=(("Query Id", "Query Name", "Url", "Page Type"), ("Query Name", "Date", "Url", "Snippet", "Page Type")),
    fields={
        "id": ("Url", "Original Url"),
        "platform": ("Page Type", "Content Source Name", "Content Source"),
        "author": ("Author", "Twitter Author ID", "X Author ID"),
        "text": ("Full Text", "Snippet", "Title"),
        "created_at": ("Date",),
        "lang": ("Language",),
        "reply_to": ("X Reply to", "Twitter Reply to", "Reply to", "Reply To"),
        "kind": ("Engagement Type", "Thread Entry Type"),
        "url": ("Url", "Original Url"),
        "likes": ("X Likes", "Twitter Likes", "Twitter Like Count", "Facebook Likes", "Instagram Likes",
                  "Instagram Like Count", "Linkedin Likes", "Reddit Score", "TikTok Likes", "Youtube Likes", "Likes"),
        "reposts": ("X Reposts", "Twitter Retweets", "Facebook Shares", "Linkedin Shares", "TikTok Shares",
                    "Bluesky Reposts", "Shares"),
        "replies": ("X Replies", "Twitter Reply Count", "Facebook Comments", "Instagram Comments",
                    "Instagram Comment Count", "Linkedin Comments", "Reddit Comments", "TikTok Comments", "Comments"),
        "views": ("Impressions", "Linkedin Impressions", "Linkedin Video Views", "Youtube Views"),
        "followers": ("X Followers", "Twitter Followers", "Instagram Followers", "Instagram Follower Count",
                      "Subreddit Subscribers", "Channel Subscribers"),
        "place": ("Location Name", "City", "State", "Country", "Country Code"),
        "media_text": ("Image Text", "Alt Text"),
    },
    strips=(
        "the text and author of X posts: only their ids may be exported, and the posts must be fetched by id",
        "full text beyond the snippet on news and forums, where the licence says so",
        "mentions beyond the export limit of the plan, and all but a sample where the query is sampled",
        "deletions: an export is not told of a post that was deleted later",
    ),
    withholds=("x",), time_zone="UTC",
    checked="column lists in public code that reads these files, 2026-11",
)
