"""Tables of the business beside the posts:
customers, tickets, surveys, campaigns, interactions, opt-outs, visits.
"""

from earshot.core.schema import Table, number, text, time, whole

EVENTS = ("view", "click", "share")
SCOPES = ("listening", "contact", "everything")

_BUSINESS = [
    Table(
        "customers",
        ["customer_id"],
        None,
        {
            "customer_id": text(True),
            "first_name": text(),
            "last_name": text(),
            "email": text(),
            "phone": text(),
            "author": text(),
            "region": text(),
            "town": text(),
            "birth_year": whole(low=1900),
            "lang": text(),
            "plan": text(),
            "fee": number(low=0),
            "since": text(),
        },
    ),
    Table(
        "tickets",
        ["ticket_id"],
        None,
        {
            "ticket_id": text(True),
            "channel": text(True),
            "reason": text(True),
            "opened_at": time(True),
            "received_at": time(True),
            "first_reply_at": time(),
            "resolved_at": time(),
            "customer_id": text(),
            "priority": text(),
        },
    ),
    Table(
        "surveys",
        ["survey_id"],
        None,
        {
            "survey_id": text(True),
            "kind": text(True, ("nps", "csat")),
            "answered_at": time(True),
            "score": whole(True, low=0),
            "customer_id": text(),
            "ticket_id": text(),
        },
    ),
    Table(
        "campaigns",
        ["campaign"],
        None,
        {
            "campaign": text(True),
            "name": text(True),
            "channel": text(True),
            "start": text(True),
            "end": text(True),
            "regions": text(),
            "budget": number(low=0),
            "utm_campaign": text(),
        },
    ),
    Table("items", ["item_id"], None, {"item_id": text(True), "kind": text(True), "title": text(True)}),
    Table(
        "interactions",
        ["interaction_id"],
        None,
        {
            "interaction_id": text(True),
            "at": time(True),
            "platform": text(True),
            "author": text(True),
            "item_id": text(True),
            "event": text(True, EVENTS),
            "propensity": number(low=0, high=1),
        },
    ),
    Table(
        "optouts",
        ["request_id"],
        None,
        {
            "request_id": text(True),
            "platform": text(True),
            "author": text(True),
            "scope": text(True, SCOPES),
            "requested_at": time(True),
        },
    ),
    Table(
        "visits",
        ["day", "region", "source"],
        None,
        {
            "day": text(True),
            "region": text(True),
            "source": text(True),
            "visits": whole(True, low=0),
            "sales": whole(True, low=0),
            "revenue": number(True, low=0),
        },
    ),
]

BUSINESS: dict[str, Table] = {table.name: table for table in _BUSINESS}
