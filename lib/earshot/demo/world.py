"""The world of the demo: brands, platforms, themes, rhythms and the calendar of planted events."""

from dataclasses import dataclass

import pandas as pd

ZONE = "Europe/London"
END = "2026-09-27"
DAYS = 91
SEED = 20260927
SENTIMENTS = ("negative", "neutral", "positive")

BRANDS = {"Larkspur": 0.55, "Fernwave": 0.27, "Quillnet": 0.18}
# Multipliers on the share of negative and positive posts: Quillnet is liked most, Larkspur least.
BRAND_MOOD = {"Larkspur": (1.1, 0.9), "Fernwave": (0.95, 1.0), "Quillnet": (0.75, 1.3)}
THEME_MOOD = {
    ("Quillnet", "coverage"): (1.7, 0.6),
    ("Fernwave", "price"): (1.3, 0.7),
    ("Larkspur", "store"): (0.6, 1.5),
    ("Fernwave", "support"): (0.7, 1.5),
}
PLATFORMS = {
    "x": 0.40,
    "bluesky": 0.10,
    "mastodon": 0.06,
    "reddit": 0.14,
    "forum": 0.09,
    "youtube": 0.08,
    "reviews": 0.13,
}
LANGUAGES = {"en": 0.70, "es": 0.09, "fr": 0.07, "de": 0.08, "pt": 0.06}
# theme: weight, share negative, neutral, positive
THEMES = {
    "coverage": (12, 0.50, 0.20, 0.30),
    "speed": (10, 0.45, 0.20, 0.35),
    "billing": (9, 0.62, 0.20, 0.18),
    "roaming": (6, 0.45, 0.30, 0.25),
    "outage": (4, 0.60, 0.20, 0.20),
    "store": (5, 0.38, 0.25, 0.37),
    "app": (7, 0.50, 0.20, 0.30),
    "transfer": (5, 0.48, 0.27, 0.25),
    "delivery": (6, 0.42, 0.20, 0.38),
    "price": (8, 0.48, 0.26, 0.26),
    "support": (11, 0.60, 0.12, 0.28),
    "cancellation": (5, 0.60, 0.25, 0.15),
    "refund": (4, 0.58, 0.22, 0.20),
    "allowance": (5, 0.42, 0.28, 0.30),
    "wificalling": (2, 0.40, 0.30, 0.30),
}
WEEKDAY = (1.08, 1.10, 1.06, 1.02, 1.0, 0.86, 0.88)
HOUR = (
    0.25,
    0.15,
    0.10,
    0.08,
    0.10,
    0.25,
    0.6,
    1.1,
    1.5,
    1.4,
    1.2,
    1.2,
    1.4,
    1.3,
    1.1,
    1.1,
    1.2,
    1.5,
    1.7,
    1.8,
    1.8,
    1.6,
    1.1,
    0.6,
)
SITES = {
    "x": "https://x.com",
    "bluesky": "https://bsky.app/profile",
    "mastodon": "https://mastodon.example",
    "reddit": "https://www.reddit.com",
    "forum": "https://forum.example",
    "youtube": "https://www.youtube.com",
    "reviews": "https://reviews.example",
}
PLACES = {
    "en": {
        "London": ["Hackney", "Croydon", "Ealing", "Lewisham"],
        "South East": ["Brighton", "Kent", "Guildford"],
        "South West": ["Bristol", "Exeter", "Plymouth"],
        "East": ["Norwich", "Ipswich", "Cambridge"],
        "Midlands": ["Birmingham", "Leicester", "Nottingham", "Coventry"],
        "North West": ["Manchester", "Liverpool"],
        "Yorkshire": ["Leeds", "Sheffield", "Whitby"],
        "North East": ["Newcastle", "Durham"],
        "Wales": ["Cardiff", "Swansea", "Wrexham"],
        "Scotland": ["Glasgow", "Edinburgh", "Inverness"],
        "Northern Ireland": ["Belfast", "Derry"],
    },
    "es": {"Spain": ["Madrid", "Sevilla", "Valencia", "Bilbao", "Málaga", "Zaragoza"]},
    "fr": {"France": ["Lyon", "Lille", "Nantes", "Toulouse", "Rennes", "Grenoble"]},
    "de": {"Germany": ["Köln", "Leipzig", "Hamburg", "Bremen", "Kassel", "Freiburg"]},
    "pt": {"Portugal": ["Lisboa", "Viseu", "Braga", "Coimbra", "Faro", "Aveiro"]},
}
TREATED = ("Midlands", "Yorkshire", "Scotland", "Wales")


@dataclass(frozen=True)
class Event:
    """A planted burst: what, whose, when (local),
    how many (share of all posts), how they feel, how fast it fades.
    """

    name: str
    brand: str
    theme: str
    start: str
    hours: int
    share: float
    mix: tuple[float, float, float]
    fade_hours: float
    phrases: tuple[str, ...]

    def window(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Return start and end in UTC."""
        start = pd.Timestamp(self.start, tz=ZONE).tz_convert("UTC")
        return start, start + pd.Timedelta(hours=self.hours)


EVENTS = (
    Event(
        "launch",
        "Larkspur",
        "meadow",
        "2026-07-16 09:00",
        240,
        0.045,
        (0.08, 0.32, 0.60),
        80,
        ("themes", "meadow"),
    ),
    Event("outage", "Larkspur", "outage", "2026-08-11 07:00", 72, 0.075, (0.84, 0.13, 0.03), 40, ("crisis",)),
    Event(
        "price_rise",
        "Fernwave",
        "price",
        "2026-09-02 10:00",
        192,
        0.03,
        (0.82, 0.16, 0.02),
        60,
        ("price_event",),
    ),
    Event(
        "esim_fault",
        "Larkspur",
        "esim",
        "2026-09-21 06:00",
        162,
        0.025,
        (0.80, 0.16, 0.04),
        400,
        ("themes", "esim"),
    ),
)
BOT_WAVES = ("2026-09-08 20:10", "2026-09-09 12:35", "2026-09-10 19:20")
BOT_LINK = "https://leak.example/larkspur-files"
GAP = {"platform": "x", "start": "2026-08-26 15:00", "end": "2026-08-26 21:00"}
# What the ledger of the demo holds: source, kind, from, to (local), why, posts missed (None: nobody told).
INTERRUPTED = (
    ("mastodon", "throttled", "2026-07-16 11:08", "2026-07-16 11:49", "HTTP 429, Retry-After 2460", 0),
    ("x", "down", GAP["start"], GAP["end"], "HTTP 503 until the platform answered again", None),
)
CAMPAIGNS = (
    ("meadow_launch", "Meadow launch", "social", "2026-07-16", "2026-08-09", "all", 180000, 0.0),
    (
        "double_data",
        "Autumn double data",
        "social+radio",
        "2026-08-24",
        "2026-09-20",
        ",".join(TREATED),
        95000,
        0.14,
    ),
    ("back_to_school", "Back to school SIM", "search", "2026-08-17", "2026-09-06", "all", 60000, 0.05),
)
# Shares of all posts that are planted on top of the everyday ones; each has a floor so that small runs keep
# them.
PLANTED = {
    "bots": (0.012, 30),
    "exact": (0.012, 15),
    "near": (0.015, 15),
    "repost": (0.035, 30),
    "offtopic": (0.015, 15),
    "hostile": (0.004, 26),
    "journeys": (0.024, 30),
}
MARKED = {"pii": (0.012, 25), "private": (0.005, 6), "deleted": (0.008, 10), "utm": (0.008, 10)}


def size(kind: str, posts: int) -> int:
    """Return how many posts of a planted kind a run of ``posts`` holds."""
    share, floor = (PLANTED | MARKED)[kind]
    return max(floor, round(share * posts))
