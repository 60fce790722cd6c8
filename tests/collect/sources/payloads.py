"""Recorded answers of the platforms, and small ones
of our own (after the public documentation) where none exist.
"""

import json
from pathlib import Path

import pytest

from earshot.collect.sources.protocol import Answer, Page, Platform, Query, Request

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "payloads"


def recorded(name: str) -> bytes:
    """Return a recorded answer; the test is skipped where the shared data is not on this machine."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"../shared/data/payloads/{name} is not on this machine")
    return path.read_bytes()


def read(platform: Platform, body, text: str = "acme", request: Request | None = None, **options) -> Page:
    """Let a platform read a body (bytes, or what becomes JSON),
    as the answer to the first request of a query.
    """
    query = Query("q", text, options=options)
    given = body if isinstance(body, bytes) else json.dumps(body).encode()
    return platform.read(Answer(given, request or platform.first(query)), query)


RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel><title>Rail News</title><link>https://news.example/</link><language>en-gb</language>
<item><title>Acme Rail &amp; the late train</title><link>https://news.example/1</link>
 <guid isPermaLink="false">news-1</guid><pubDate>Mon, 02 Mar 2026 08:00:00 +0000</pubDate>
 <dc:creator>Jane Doe</dc:creator><category>trains</category><slash:comments>7</slash:comments>
 <description>Short.</description>
 <content:encoded><![CDATA[<p>The 08:15 was <b>late</b> again.</p><p>Nobody knows why.
 <img src="https://news.example/a.jpg" alt="A crowded platform"></p><script>document.title='owned'</script>]]>
 </content:encoded><media:content url="https://news.example/b.jpg" medium="image">
 <media:description>The departure board</media:description></media:content></item>
<item><title>Bolt opens a shop</title><link>https://news.example/2</link>
 <pubDate>Tue, 03 Mar 2026 10:30:00 GMT</pubDate>
 <description>&lt;p&gt;In Leeds.&lt;/p&gt;</description></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Bahnblog</title><id>urn:blog</id>
<updated>2026-03-04T09:00:00Z</updated>
<entry><id>urn:blog:1</id><title>Acme verspätet sich</title><link rel="alternate"
href="https://blog.example/1"/>
 <published>2026-03-04T08:00:00+01:00</published><updated>2026-03-04T09:00:00Z</updated>
 <author><name>Uwe Müller</name></author>
 <content type="html">&lt;p&gt;Schon wieder.&lt;/p&gt;</content></entry>
</feed>""".encode()

DISCOURSE_SEARCH = {
    "posts": [
        {
            "id": 501,
            "name": "Jane Doe",
            "username": "jane",
            "created_at": "2026-03-02T08:00:00.000Z",
            "like_count": 3,
            "blurb": "The 08:15 was late ...",
            "post_number": 1,
            "topic_id": 40,
        },
        {
            "id": 502,
            "name": None,
            "username": "bob",
            "created_at": "2026-03-02T09:00:00.000Z",
            "like_count": 0,
            "blurb": "Same here",
            "post_number": 2,
            "topic_id": 40,
        },
        {
            "id": 611,
            "name": "",
            "username": "eve",
            "created_at": "2026-03-01T09:00:00.000Z",
            "like_count": 0,
            "blurb": "Refund?",
            "post_number": 5,
            "topic_id": 41,
        },
    ],
    "topics": [{"id": 40, "title": "Late trains", "slug": "late-trains", "posts_count": 3}],
    "grouped_search_result": {
        "more_posts": None,
        "term": "late",
        "more_full_page_results": True,
        "post_ids": [501, 502, 611],
    },
}


def discourse_post(number: int, cooked: str, **more) -> dict:
    """Return a post of a topic as Discourse gives it."""
    return {
        "id": 500 + number,
        "name": "Jane Doe",
        "username": f"rider{number}",
        "avatar_template": "/user_avatar/rider/{size}.png",
        "created_at": f"2026-03-02T0{number}:00:00.000Z",
        "cooked": cooked,
        "post_number": number,
        "post_type": 1,
        "updated_at": "2026-03-02T09:00:00.000Z",
        "reply_count": 1,
        "reply_to_post_number": None,
        "quote_count": 0,
        "incoming_link_count": 0,
        "reads": 30,
        "score": 12.5,
        "topic_id": 40,
        "topic_slug": "late-trains",
        "actions_summary": [{"id": 2, "count": 4}],
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
        "user_id": 7,
    } | more


DISCOURSE_TOPIC = {
    "post_stream": {
        "posts": [
            discourse_post(
                1,
                "<p>The 08:15 was late <img src='/e.png' class='emoji' alt=':angry:'></p>"
                "<p><img src='/p.jpg' alt='Empty track'></p>",
            ),
            discourse_post(
                2,
                "<aside class='quote'><blockquote>The 08:15 was late</blockquote></aside><p>Same here</p>",
                reply_to_post_number=1,
            ),
            discourse_post(3, "<p>Spam</p>", hidden=True),
            discourse_post(4, "<p>Oops</p>", deleted_at="2026-03-03T00:00:00.000Z"),
            discourse_post(5, "", post_type=3, action_code="closed.enabled"),
            discourse_post(6, "<p>Staff only</p>", post_type=4),
        ],
        "stream": [501, 502, 503, 504, 505, 506, 507, 508],
    },
    "id": 40,
    "title": "Late trains",
    "slug": "late-trains",
    "posts_count": 8,
    "views": 900,
    "tags": ["delay"],
}

DISCOURSE_LATEST = {
    "users": [],
    "topic_list": {
        "can_create_topic": False,
        "more_topics_url": "/latest?page=1",
        "per_page": 30,
        "topics": [
            {
                "id": 40,
                "title": "Late trains",
                "slug": "late-trains",
                "bumped_at": "2026-03-05T08:00:00.000Z",
            },
            {"id": 39, "title": "Old", "slug": "old", "bumped_at": "2026-02-01T08:00:00.000Z"},
        ],
    },
}

ZENDESK_TICKETS = {
    "tickets": [
        {
            "id": 35436,
            "url": "https://acme.zendesk.example/api/v2/tickets/35436.json",
            "external_id": None,
            "created_at": "2026-03-02T08:00:00Z",
            "updated_at": "2026-03-02T09:00:00Z",
            "type": "incident",
            "subject": "Parcel lost",
            "raw_subject": "Parcel lost",
            "description": "My parcel never came.",
            "priority": "high",
            "status": "open",
            "requester_id": 20978392,
            "submitter_id": 76872,
            "assignee_id": 235323,
            "via": {
                "channel": "email",
                "source": {"from": {"address": "jane@example.com", "name": "Jane Doe"}},
            },
            "tags": ["parcel"],
            "satisfaction_rating": {"score": "good", "comment": "Thanks, Jane"},
            "is_public": True,
            "generated_timestamp": 1772442000,
        },
        {
            "id": 35437,
            "created_at": "2026-03-02T10:00:00Z",
            "updated_at": "2026-03-03T11:00:00Z",
            "status": "deleted",
            "subject": "SCRUBBED",
            "description": "SCRUBBED",
            "requester_id": 1,
        },
    ],
    "after_url": "https://acme.zendesk.example/api/v2/incremental/tickets/cursor.json?cursor=MTU3",
    "after_cursor": "MTU3",
    "before_url": None,
    "before_cursor": None,
    "end_of_stream": False,
}

ZENDESK_EVENTS = {
    "ticket_events": [
        {
            "id": 926256957613,
            "ticket_id": 35436,
            "timestamp": 1772442000,
            "created_at": "2026-03-02T09:00:00Z",
            "updater_id": 235323,
            "via": "Web form",
            "event_type": "Audit",
            "system": {"client": "Mozilla"},
            "child_events": [
                {
                    "id": 91048994488,
                    "via": {"channel": "web"},
                    "type": "Comment",
                    "author_id": 235323,
                    "body": "We found it, **sorry**",
                    "html_body": "<div class='zd-comment'><p>We found it, sorry</p></div>",
                    "plain_body": "We found it, sorry",
                    "public": True,
                    "attachments": [{"file_name": "receipt.pdf"}],
                    "audit_id": 91048994468,
                    "created_at": "2026-03-02T09:00:00Z",
                    "event_type": "Comment",
                },
                {
                    "id": 91048994499,
                    "type": "Comment",
                    "author_id": 235324,
                    "body": "Customer is angry",
                    "public": False,
                    "html_body": "",
                    "created_at": "2026-03-02T09:05:00Z",
                    "event_type": "Comment",
                },
                {"id": 91048994500, "event_type": "Change", "status": "open", "previous_value": "new"},
            ],
        }
    ],
    "next_page": "https://acme.zendesk.example/api/v2/incremental/ticket_events.json?start_time=1772442300",
    "count": 1,
    "end_of_stream": False,
    "end_time": 1772442300,
}
