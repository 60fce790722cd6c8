"""Sina Weibo as open crawlers give it: JSON objects of the site's own (mblog), or flat CSV."""

from earshot.collect.mapping.export import Export

BEFORE = ("data.", "mblog.", "")

EXPORT = Export(
    name="weibo",
    title="Weibo",
    needs=(
        *((f"{before}attitudes_count", f"{before}reposts_count", f"{before}created_at") for before in BEFORE),
        ("微博正文", "发布时间"),
        ("微博id", "微博正文"),
    ),
    fields={
        one: tuple(before + column for before in BEFORE for column in given.split())
        for one, given in {
            "id": "mblogid idstr mid id 微博id",
            "author": "user.idstr user.id user.screen_name user_id screen_name 用户昵称 用户id",
            "text": "text_raw longText.longTextContent text 微博正文",
            "created_at": "created_at 发布时间",
            "reply_to": "reply_comment.id",
            "root": "retweeted_status.mblogid retweeted_status.id",
            "url": "url 微博链接",
            "likes": "attitudes_count 点赞数",
            "reposts": "reposts_count 转发数",
            "replies": "comments_count 评论数",
            "followers": "user.followers_count followers_count",
            "place": "region_name ip_location 发布位置",
        }.items()
    },
    strips=(
        "posts seen only by a login or by followers",
        "counts above ten thousand are rounded by the site (1.2万)",
    ),
    constants={"platform": "weibo", "region": "cn"},
    time_zone="Asia/Shanghai",
    checked="field names in public crawlers, 2026-11",
)
