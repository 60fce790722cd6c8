"""VK: wall posts as its API and the crawlers built on it give them."""

from earshot.collect.mapping.export import Export

BEFORE = ("data.", "")

EXPORT = Export(
    name="vk",
    title="VK",
    needs=tuple(
        (f"{before}owner_id", f"{before}from_id", f"{before}date", f"{before}text") for before in BEFORE
    ),
    fields={
        one: tuple(before + column for before in BEFORE for column in given.split())
        for one, given in {
            "id": "id",
            "author": "from_id signer_id",
            "text": "text",
            "created_at": "date",
            "reply_to": "reply_to_comment reply_post_id parents_stack",
            "kind": "post_type",
            "url": "url link",
            "likes": "likes.count likes",
            "reposts": "reposts.count reposts",
            "replies": "comments.count comments",
            "views": "views.count views",
            "place": "geo.place.city geo.place.title",
        }.items()
    },
    strips=("posts of closed groups and friends-only walls", "views before 2017"),
    joined={"id": ("owner_id", "id")},
    constants={"platform": "vk", "region": "ru"},
    time_zone="Europe/Moscow",
    checked="the field names of the VK API's wall object",
)
