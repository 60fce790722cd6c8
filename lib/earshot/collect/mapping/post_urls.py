"""What the address of a post tells: on which platform it stands, and the id it has there.

The same post comes from a platform, from a vendor and from a second vendor; under one id it is one post.
"""

import re
from urllib.parse import urlsplit

import pandas as pd

HOSTS = {
    "twitter.com": "x", "x.com": "x", "facebook.com": "facebook", "instagram.com": "instagram",
    "reddit.com": "reddit", "redd.it": "reddit", "youtube.com": "youtube", "youtu.be": "youtube",
    "tiktok.com": "tiktok", "bsky.app": "bluesky",
    "linkedin.com": "linkedin", "weibo.com": "weibo", "weibo.cn": "weibo", "vk.com": "vk", "vk.ru": "vk",
    "xiaohongshu.com": "xiaohongshu", "threads.net": "threads", "t.me": "telegram", "tumblr.com": "tumblr",
    "pinterest.com": "pinterest",
}  # fmt: skip
NAMES = {  # what vendors call a platform; compared without case, spaces and "_public"
    "twitter": "x", "x(twitter)": "x", "sina_weibo": "weibo", "sinaweibo": "weibo", "vkontakte": "vk",
    "bsky": "bluesky", "messageboard": "forum", "message_board": "forum", "forums": "forum", "blogs": "blog",
    "onlinenews": "news", "online_news": "news", "rednote": "xiaohongshu", "xhs": "xiaohongshu",
}  # fmt: skip
IDS = {
    "x": r"/status(?:es)?/(\d{5,20})",
    "reddit": r"/comments/\w+/[^/]*/(\w{5,10})(?:[/?]|$)"
    r"|/comments/(\w{4,10})",
    "youtube": r"[?&]lc=([\w.\-]+)|[?&]v=([\w\-]{11})"
    r"|youtu\.be/([\w\-]{11})",
    "tiktok": r"/video/(\d{10,22})",
    "vk": r"/wall(-?\d+_\d+)",
    "xiaohongshu": r"/(?:explore|discovery/item)/([0-9a-f]{24})",
    "weibo": r"/(?:status|detail)/(\w+)|weibo\.com/\d+/(\w+)",
    "instagram": r"/(?:p|reel)/([\w\-]+)",
    "bluesky": r"/post/(\w{10,16})",
}


def platform_names(values: pd.Series) -> pd.Series:
    """Return platforms under one name each, whatever a file or vendor calls them: TWITTER,
    SOCIALMEDIA_TWITTER:
    x.
    """
    known = {value: _platform(value) for value in values.dropna().unique()}
    return values.map(known).astype("str")


def platforms_of(urls: pd.Series) -> pd.Series:
    """Return the platform each address is on:
    one of the known networks, else "web"; what is no address is missing.
    """
    known = {url: _host(url) for url in urls.dropna().unique()}
    return urls.map(known).astype("str")


def native_ids(ids: pd.Series, platforms: pd.Series) -> pd.Series:
    """Return ids in which an address of a known form is the platform's own id; all else stays as it is."""
    addressed = ids.str.match(r"https?://", na=False)
    found = ids.copy()
    for platform, pattern in IDS.items():
        here = addressed & (platforms == platform)
        if here.any():
            parts = ids[here].str.extract(pattern)
            found[here] = parts.bfill(axis=1)[0].fillna(ids[here]).astype("str")
    return found


def _platform(value: str) -> str:
    plain = re.sub(r"\s+", "-", value.strip().lower())
    social = re.findall(r"socialmedia_([a-z]+)", plain)
    plain = (social[-1] if social else plain).removesuffix("_public")
    return NAMES.get(plain, plain)


def _host(url: str) -> str | None:
    try:
        host = (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return None
    labels = host.split(".")
    return HOSTS.get(".".join(labels[-2:]), "web") if len(labels) > 1 else None
