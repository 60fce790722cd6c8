"""Sprinklr: listening messages as CSV or JSON, times in milliseconds since 1970 or written out."""

from earshot.collect.mapping.export import Export

EXPORT = Export(
    name="sprinklr",
    title="Sprinklr",
    needs=(
        ("SNType", "Message", "CreatedTime"),
        ("snType", "message", "snCreatedTime"),
        ("Social Network", "Message", "Created Time", "Permalink"),
        ("Social Network", "Conversation Stream", "Created Time"),
        ("SnType", "Message", "SnCreatedTime"),
    ),
    fields={
        "id": (
            "UniversalMessageId",
            "universalMessageId",
            "SnMsgId",
            "snMsgId",
            "Message Id",
            "PermaLink",
            "permalink",
            "Permalink",
        ),
        "platform": ("SNType", "snType", "Social Network"),
        "author": (
            "Sender Screen Name",
            "SenderScreenName",
            "senderProfile.screenName",
            "Sender Profile",
            "SenderUserName",
            "From User",
            "Author",
        ),
        "text": ("Message", "message", "Conversation Stream", "Text", "content.text", "Title"),
        "created_at": ("CreatedTime", "SnCreatedTime", "snCreatedTime", "Created Time", "createdTime"),
        "lang": ("Language", "language"),
        "reply_to": ("ParentSnMsgId", "parentSnMsgId", "In Reply To Id"),
        "root": ("ConversationId", "conversationId", "Conversation Id"),
        "kind": ("MessageType", "messageType", "Message Type"),
        "url": ("PermaLink", "permalink", "Permalink"),
        "likes": ("Likes", "LikesCount", "likesCount", "Favorites"),
        "reposts": ("Shares", "SharesCount", "sharesCount", "Retweets", "RetweetsCount"),
        "replies": ("Comments", "CommentsCount", "commentsCount", "Replies"),
        "views": ("Impressions", "Views", "ViewsCount"),
        "followers": (
            "Sender Followers Count",
            "SenderFollowersCount",
            "Followers",
            "senderProfile.followers",
        ),
        "place": ("City", "State", "Country", "Sender Location"),
        "is_public": ("IsPublic", "isPublic"),
        "campaign": ("Campaign", "campaignName"),
    },
    strips=(
        "the text of X posts in listening exports: only ids and measures may be given",
        "rows beyond the export limit of the report",
        "deletions: an export is not told of a post that was deleted later",
    ),
    withholds=("x",),
    checked="the vendor's field names as they are widely quoted; editions differ by customer",
)
