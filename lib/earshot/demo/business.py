"""The other files of the customer: CRM, tickets, surveys,
campaigns, interactions, opt-outs, visits, deletions.
"""

import string
from random import Random

import numpy as np
import pandas as pd

from earshot.demo.effects import CAMPAIGN_LIFT, NPS, SALES, campaigns, tastes, visits
from earshot.demo.people import FIRST, SURNAMES
from earshot.demo.world import ZONE

REASONS = {
    "coverage": "network",
    "speed": "network",
    "outage": "network",
    "roaming": "roaming",
    "billing": "billing",
    "price": "billing",
    "refund": "billing",
    "allowance": "plan",
    "app": "digital",
    "esim": "activation",
    "transfer": "activation",
    "delivery": "orders",
    "store": "retail",
    "support": "care",
    "cancellation": "retention",
    "wificalling": "network",
    "meadow": "plan",
}
FACTS = {"nps": NPS, "campaign_lift": CAMPAIGN_LIFT, "sales": SALES}


def make(frame: pd.DataFrame, made: dict, seed: int, end: str) -> tuple[dict, dict]:
    """Return (tables for the customer's folder, truth tables) that agree with the posts in ``frame``."""
    rng, random = np.random.default_rng(seed), Random(seed)
    people = made["people"]
    customers, links, owners = crm(people, random)
    cases, case_links = tickets(made["journeys"], frame, owners, rng, random, end)
    optouts, gone = opt_outs(people, random, end)
    items, interactions, preferences = tastes(people[~people["is_bot"]], rng, end)
    deletions = frame.loc[frame["deleted_at"].notna(), ["platform", "native", "deleted_at"]].rename(
        columns={"native": "id"}
    )
    shop, effect = visits(frame, rng, end)
    tables = {
        "customers": customers,
        "tickets": cases,
        "surveys": surveys(frame, customers, cases, rng, random, end),
        "campaigns": campaigns(),
        "items": items,
        "interactions": interactions,
        "optouts": optouts,
        "visits": shop,
        "deletions": deletions.reset_index(drop=True),
    }
    return tables, {
        "customer_links": links,
        "ticket_links": case_links,
        "preferences": preferences,
        "visit_effects": effect,
        "optout_links": gone,
    }


def crm(people: pd.DataFrame, random: Random) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Return (records, which of them are one person, customer of each account);
    one in eight is entered twice.
    """
    ours = people[(people["brand"] == "Larkspur") & ~people["is_bot"]].reset_index(drop=True)
    rows, links, owners = [], [], {}
    for number, person in enumerate(ours.itertuples(index=False)):
        if random.random() < 0.35:
            continue
        record = _record(f"C{number:06d}", person, random)
        rows.append(record)
        links.append((record["customer_id"], record["customer_id"], person.author, person.platform))
        owners[person.author] = record["customer_id"]
        if random.random() < 0.125:
            twin = _misspelt(record, f"C{number:06d}B", random)
            rows.append(twin)
            links.append((twin["customer_id"], record["customer_id"], person.author, person.platform))
    return (
        pd.DataFrame(rows),
        pd.DataFrame(links, columns=["customer_id", "person", "author", "platform"]),
        owners,
    )


def _record(key: str, person, random: Random) -> dict:
    first, last = random.choice(FIRST[person.lang]).title(), random.choice(SURNAMES)
    # Half of the accounts use the handle in the mail address: a clue for linkage, as in life.
    name = person.author if random.random() < 0.5 else f"{first}.{last}".lower()
    return {
        "customer_id": key,
        "first_name": first,
        "last_name": last,
        "email": f"{name}@example.{random.choice(('com', 'org'))}",
        "phone": f"07700 900{random.randint(0, 999):03d}",
        "handle": person.author if random.random() < 0.3 else "",
        "region": person.region,
        "town": person.town,
        "birth_year": random.randint(1945, 2007),
        "lang": person.lang,
        "plan": random.choice(("SIM 20", "SIM 80", "Unlimited", "Family", "Business")),
        "fee": random.choice((9, 14, 22, 31, 38)),
        "since": f"20{random.randint(12, 25)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
    }


def _misspelt(record: dict, key: str, random: Random) -> dict:
    twin = record | {"customer_id": key, "handle": ""}
    for name in random.sample(
        ["first_name", "last_name", "email", "phone", "birth_year"], random.choice((1, 2))
    ):
        text = str(twin[name])
        at = random.randrange(1, len(text))
        slip = random.choice(string.ascii_lowercase if name.endswith(("name", "mail")) else string.digits)
        twin[name] = (
            text[:at] + slip + text[at + 1 :]
            if name != "birth_year"
            else int(text[:3] + random.choice("0123456789"))
        )
    return twin


def tickets(journeys: pd.DataFrame, frame: pd.DataFrame, owners: dict, rng, random: Random, end: str):
    """Return (cases, their hidden posts):
    one per answered Larkspur complaint, as many again from phone and chat.
    """
    ours = journeys[(journeys["brand"] == "Larkspur") & (journeys["path"] != "ignored")]
    known = frame.drop_duplicates("uid").set_index("uid")["post_id"]
    social = [
        {"channel": "social", "reason": REASONS[case.theme], "opened_at": case.first_reply_at,
         "received_at": case.opened_at, "first_reply_at": case.first_reply_at,
         "resolved_at": case.resolved_at,
         "customer_id": owners.get(case.author, ""), "priority": "high" if case.left else "normal"}
        for case in ours.itertuples(index=False)
    ]  # fmt: skip
    table = pd.DataFrame(social + _calls(frame, len(social), owners, rng, random, end))
    table.insert(0, "ticket_id", [f"T{i:06d}" for i in range(len(table))])
    for name in ("opened_at", "received_at", "first_reply_at", "resolved_at"):
        table[name] = pd.to_datetime(table[name], utc=True).dt.floor("s")
    links = ours.assign(
        ticket_id=table["ticket_id"].head(len(ours)).to_numpy(), post_id=ours["root"].map(known)
    )
    return table, links[["ticket_id", "post_id", "author", "path"]].reset_index(drop=True)


def _calls(frame: pd.DataFrame, n: int, owners: dict, rng, random: Random, end: str) -> list[dict]:
    """Return ``n`` cases that came by phone, chat or mail from people who are also unhappy in public."""
    last = pd.Timestamp(end, tz=ZONE).tz_convert("UTC")
    upset = frame[
        (frame["brand"] == "Larkspur") & (frame["sentiment"] == "negative") & (frame["role"] == "post")
    ]
    upset = upset.sample(min(n, len(upset)), random_state=int(rng.integers(1 << 31)))
    rows = []
    for at, theme, author in upset[["at", "theme", "author"]].itertuples(index=False):
        reply = at + pd.Timedelta(minutes=round(float(np.exp(rng.normal(3, 1)))))
        solved = reply + pd.Timedelta(hours=round(float(np.exp(rng.normal(2.6, 1))), 1))
        rows.append({"channel": random.choice(("phone", "chat", "email")), "reason": REASONS[theme],
                    "opened_at": at,
                     "received_at": at, "first_reply_at": reply,
                     "resolved_at": solved if solved < last else pd.NaT,
                     "customer_id": owners.get(author, ""),
                     "priority": random.choice(("normal", "normal", "high"))})  # fmt: skip
    return rows


def surveys(
    frame: pd.DataFrame, customers: pd.DataFrame, cases: pd.DataFrame, rng, random: Random, end: str
) -> pd.DataFrame:
    """Return NPS answers, whose weekly level follows last week's net sentiment,
    and CSAT answers after closed cases.
    """
    known = customers["customer_id"].to_numpy()
    rows = [*_nps_answers(frame, known, rng, random), *_csat_answers(cases, random)]
    table = pd.DataFrame(rows)
    table.insert(0, "survey_id", [f"S{i:06d}" for i in range(len(table))])
    return table.assign(answered_at=table["answered_at"].dt.floor("s"))


def _nps_answers(frame: pd.DataFrame, known, rng, random: Random) -> list[dict]:
    ours = frame[(frame["brand"] == "Larkspur") & frame["role"].isin(("post", "follow_up"))]
    score = ours["sentiment"].map({"negative": -1.0, "neutral": 0.0, "positive": 1.0})
    weekly = score.groupby(ours["at"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.to_period("W-SUN")).mean()
    rows = []
    for week, before in zip(weekly.index[1:], weekly.to_numpy()[:-1], strict=True):
        level = NPS["level"] + NPS["slope"] * before
        answers = np.clip(np.rint(rng.normal(level, NPS["spread"], NPS["answers"])), 0, 10).astype(int)
        for answer in answers:
            at = week.start_time.tz_localize("UTC") + pd.Timedelta(minutes=random.randint(480, 7 * 1440 - 60))
            rows.append(
                {
                    "kind": "nps",
                    "answered_at": at,
                    "score": int(answer),
                    "customer_id": random.choice(known),
                    "ticket_id": "",
                }
            )
    return rows


def _csat_answers(cases: pd.DataFrame, random: Random) -> list[dict]:
    rows = []
    closed = cases[cases["resolved_at"].notna()]
    for case in closed.itertuples(index=False):
        if random.random() < 0.45:
            slow = (case.resolved_at - case.opened_at).total_seconds() / 86400
            level = min(5, max(1, round(random.gauss(4.4 - 0.7 * slow, 0.8))))
            rows.append(
                {
                    "kind": "csat",
                    "answered_at": case.resolved_at + pd.Timedelta(hours=random.randint(1, 40)),
                    "score": level,
                    "customer_id": case.customer_id,
                    "ticket_id": case.ticket_id,
                }
            )
    return rows


def opt_outs(people: pd.DataFrame, random: Random, end: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (requests, the accounts they mean): people who asked not to be listened to or contacted."""
    asked = people[~people["is_bot"]].sample(
        max(6, len(people) // 150), random_state=random.randint(0, 1 << 30)
    )
    rows = [
        {
            "request_id": f"O{i:04d}",
            "platform": person.platform,
            "handle": person.author,
            "scope": random.choice(("listening", "contact", "everything")),
            "requested_at": pd.Timestamp(end, tz="UTC")
            - pd.Timedelta(days=random.randint(0, 60), minutes=random.randint(0, 1400)),
        }
        for i, person in enumerate(asked.itertuples(index=False))
    ]
    table = pd.DataFrame(rows)
    return table, table[["request_id", "platform", "handle"]].rename(columns={"handle": "author"})
