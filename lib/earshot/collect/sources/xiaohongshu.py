"""Xiaohongshu (RedNote) as browser capture gives it: notes in NDJSON, with counts such as 1.2万."""

from earshot.collect.mapping.export import Export

BEFORE = ("data.", "")
CARD = ("note_card.", "note.", "")

EXPORT = Export(
    name="xiaohongshu",
    title="Xiaohongshu",
    needs=(
        *(
            (f"{before}{card}{one}", f"{before}{card}desc", f"{before}{card}user.nickname")
            for before in BEFORE
            for card in CARD
            for one in ("interact_info.liked_count", "interactInfo.likedCount")
        ),
        ("note_id", "desc", "liked_count", "nickname"),
    ),
    fields={
        one: tuple(before + card + column for before in BEFORE for card in CARD for column in given.split())
        for one, given in {
            "id": "id note_id noteId",
            "author": "user.user_id user.userId user.nickname user_id nickname",
            "text": "desc display_title title",
            "created_at": "time last_update_time timestamp",
            "url": "note_url url",
            "likes": "interact_info.liked_count interactInfo.likedCount liked_count",
            "reposts": "interact_info.share_count interact_info.shared_count interactInfo.shareCount "
            "share_count",
            "replies": "interact_info.comment_count interactInfo.commentCount comment_count",
            "place": "ip_location ipLocation",
        }.items()
    },
    strips=(
        "notes listed without their page have neither text nor time",
        "counts are rounded by the site (1.2万)",
    ),
    constants={"platform": "xiaohongshu", "region": "cn"},
    time_zone="Asia/Shanghai",
    checked="the fields that 4CAT's own importer of captured notes reads, 2026-11",
)
