"""How people feel: levels and changes of sentiment with intervals,
the days that stand out, and the clearest quotes.
"""

from dataclasses import dataclass, field

import pandas as pd

from earshot.analyse.posts import opinions, period
from earshot.analyse.posts.loading import quotable
from earshot.analyse.posts.opinions import CLASSES
from earshot.analyse.sentiment import decision_costs, prevalence
from earshot.core import wording
from earshot.core.claim import Claim
from earshot.core.params import Brief
from earshot.enrich.sentiment import step as reading
from earshot.statistics import estimate
from earshot.statistics import surges as events


@dataclass(frozen=True)
class Feeling:
    """What 03_sentiment found: tables by brand, channel,
    language and day, changes, surges, quotes, and the claims.
    """

    shares: pd.DataFrame
    brands: pd.DataFrame
    channels: pd.DataFrame
    languages: pd.DataFrame
    days: pd.DataFrame
    changes: pd.DataFrame
    surges: pd.DataFrame
    quotes: pd.DataFrame
    rules: pd.DataFrame
    costs: decision_costs.Costs
    trust: dict
    period: period.Period
    opinions: pd.DataFrame
    claims: list[Claim] = field(default_factory=list)

    @property
    def counted(self) -> int:
        """How many posts count as an opinion."""
        return len(self.opinions)

    @property
    def wide(self) -> pd.DataFrame:
        """The shares with one row per brand and one column per class, in the order of the brands."""
        wide = self.shares.pivot(index="brand", columns="sentiment", values="value").reindex(
            columns=list(CLASSES)
        )
        return wide.reindex(self.brands["brand"]).reset_index()

    @property
    def changes_shown(self) -> pd.DataFrame:
        """The changes as a reader wants them:
        who, before, recent, by how much, and if it is more than noise.
        """
        table = self.changes
        spans = zip(table["low"], table["high"], strict=True)
        return pd.DataFrame(
            {
                "group": table["group"].map(wording.spoken),
                "before": table["was"].map(wording.points),
                "recent": table["now"].map(wording.points),
                "change": table["value"].map(wording.points),
                "95% interval": [wording.between(low, high, wording.points) for low, high in spans],
                "visible from": table["detectable"].map(lambda share: wording.points(share, sign=False)),
                "verdict": table["verdict"],
            }
        )

    @property
    def surges_shown(self) -> pd.DataFrame:
        """The days that stood out, with what was expected of them."""
        table = self.surges[self.surges["surge"]]
        usual = [
            wording.between(low, high, wording.count)
            for low, high in zip(table["low"], table["high"], strict=True)
        ]
        count, expected = (table[name].round().astype(int) for name in ("count", "expected"))
        return pd.DataFrame(
            {
                "brand": table["brand"],
                "day": table["day"],
                "negative posts": count,
                "expected": expected,
                "usual range": usual,
            }
        )

    @property
    def rules_shown(self) -> pd.DataFrame:
        """The rules for acting on a post, in words:
        what is flagged, how much of it rightly, and what is missed.
        """
        table = self.rules
        spans = zip(table["low"], table["high"], strict=True)
        return pd.DataFrame(
            {
                "look at": table["rule"],
                "from a probability of": table["threshold"].map(wording.percent),
                "posts flagged": table["flagged"].map(wording.count),
                "of 100 flagged, negative": table["negative"].map(lambda share: f"{100 * share:.0f}"),
                "95% interval": [wording.between(low, high) for low, high in spans],
                "of 100 negative, missed": table["missed"].map(lambda share: f"{100 * share:.0f}"),
                "cost per 1,000 posts": table["cost"].map(wording.count),
            }
        )

    def side(self, sentiment: str) -> pd.DataFrame:
        """Return the quotes of one side."""
        return self.quotes[self.quotes["sentiment"] == sentiment]

    def points(self, table: str, by: str) -> pd.DataFrame:
        """Return the net sentiment in one of the tables in points of a hundred,
        as charts and readers want it.
        """
        frame = getattr(self, table)
        named = {"value": "net sentiment", "low": "low", "high": "high"}
        keys = ["brand", "day"] if table == "days" else [by]
        shown = frame[keys].assign(**{key: frame[key].map(wording.spoken) for key in keys if key != "day"})
        return shown.assign(**{name: 100 * frame[column] for column, name in named.items()}, posts=frame["n"])

    def caption(self, figure: str) -> str:
        """Return the caption of a figure or table, with its window and number of posts."""
        about = {
            "shares": "Share of posts by class",
            "surges": "Days with unusually many negative posts",
            "rules": "What each rule would flag, as the model expects it",
            "changes": f"{self.period.now} against {self.period.then}, in points",
        }
        told = about.get(figure, "Net sentiment in points, 95% interval")
        return (
            f"{told}; {wording.count(self.counted)} posts, {wording.span(self.period.first, self.period.end)}"
        )


def measure(
    posts: pd.DataFrame, params: Brief, costs: decision_costs.Costs = decision_costs.USUAL
) -> Feeling:
    """Return the sentiment of ``posts`` (as analyse.posts gives them) by brand, channel, language and day.

    Repeats are left out, since a copied text is one opinion; raises ValueError when no post has a sentiment.
    """
    voiced = prevalence.with_class_shares(posts)
    parts = period.split(voiced["day"])
    brands = estimate.ranks(_net(_branded(voiced), ["brand"], params)).sort_values("rank")
    changes = _changes(voiced, parts, params)
    surges = events.surges(events.daily(_branded(voiced), hits=_branded(voiced)["negative"]))
    shares = _shares(_branded(voiced), "brand", params)
    return Feeling(
        shares=shares,
        brands=brands,
        channels=_net(voiced, ["platform"], params),
        languages=_net(voiced, ["lang"], params),
        days=_net(_branded(voiced), ["brand", "day"], params),
        changes=changes,
        surges=surges,
        quotes=_quotes(voiced, parts, params),
        rules=decision_costs.compare_rules(voiced, costs),
        costs=costs,
        trust=_trust(posts, voiced, params),
        period=parts,
        opinions=voiced,
    )


def _branded(posts: pd.DataFrame) -> pd.DataFrame:
    return posts[posts["brand"] != ""]


def _enough(table: pd.DataFrame, params: Brief) -> pd.DataFrame:
    kept = table[table["n"] >= params.min_posts].reset_index(drop=True)
    return kept.assign(**{name: kept[name].clip(-1, 1) for name in ("value", "low", "high")})


def _net(voiced: pd.DataFrame, by: list[str], params: Brief) -> pd.DataFrame:
    """Return the net sentiment of each group that has enough posts."""
    return _enough(estimate.means(voiced, "net", by, doubt="doubt_net"), params)


def _shares(voiced: pd.DataFrame, by: str, params: Brief) -> pd.DataFrame:
    """Return the share of each class with its interval, one row per group and class."""
    parts = [
        estimate.means(voiced, name, [by], share=True, doubt=f"doubt_{name}").assign(sentiment=name)
        for name in CLASSES
    ]
    return _enough(pd.concat(parts), params).sort_values([by, "sentiment"]).reset_index(drop=True)


def _changes(voiced: pd.DataFrame, parts: period.Period, params: Brief) -> pd.DataFrame:
    """Return the change of net sentiment by brand,
    channel and language, with p values corrected over all of them.
    """
    looks = []
    for by, frame in (("brand", _branded(voiced)), ("platform", voiced), ("lang", voiced)):
        change = estimate.difference(
            frame, "net", parts.recent(frame["day"]), parts.before(frame["day"]), [by]
        )
        since = frame[frame["day"] >= parts.begin].groupby(by, observed=True)["day"].min()
        looks.append(change.assign(by=by, since=change[by].map(since)).rename(columns={by: "group"}))
    looks = [look for look in looks if len(look) > 1 or look["by"].eq("brand").all()]
    table = pd.concat(looks)
    table = table[(table["n_before"] >= params.min_posts) & (table["n_after"] >= params.min_posts)].copy()
    table["p"] = estimate.adjusted(table["p"].astype("float64"))
    table["detectable"] = estimate.detectable(table["se"].astype("float64"))
    table["verdict"] = (table["p"] < 0.05).map({True: "real", False: "noise"})
    return table.reset_index(drop=True)


def _quotes(voiced: pd.DataFrame, parts: period.Period, params: Brief) -> pd.DataFrame:
    """Return the posts the model is surest of on each side for each brand,
    recent ones first, of readable length.
    """
    readable = quotable(_branded(voiced[voiced["words"].between(6, 50)])).copy()
    readable["sure"] = readable[[f"p_{name}" for name in CLASSES]].max(axis=1)
    readable["recent"] = parts.recent(readable["day"])
    order = {"recent": False, "sure": False, "post_id": True}
    sided = readable[readable["sentiment"] != "neutral"].sort_values(
        list(order), ascending=list(order.values())
    )
    sided = sided.drop_duplicates(["brand", "author"])
    return sided.groupby(["sentiment", "brand"], observed=True).head(params.quotes).reset_index(drop=True)


def _trust(posts: pd.DataFrame, voiced: pd.DataFrame, params: Brief) -> dict:
    """Return what limits these figures: coverage, posts left out,
    how sure the model is, and one author's weight.
    """
    known = reading.languages_of(params.sentiment_model, params.sentiment_languages)
    strange = opinions.untested(posts) & ~posts["is_repeat"]
    open_ = (
        voiced["possible"].fillna("").str.contains(" ")
        if "possible" in voiced
        else pd.Series(False, voiced.index)
    )
    authors, own = (
        voiced["author"].value_counts(),
        voiced["tier"].eq("phrase") if "tier" in voiced else open_ & False,
    )
    return {
        "posts in the window": len(posts),
        "repeats left out": int(posts["is_repeat"].sum()),
        "left out, in a language the model was not tested in": f"{wording.count(strange.sum())} "
        f"({wording.percent(strange.sum() / len(opinions.distinct(posts)))})",
        "tested in": ", ".join(sorted(known or ())) or "not known, so that every language is counted",
        "posts measured": len(voiced),
        "authors": len(authors),
        "posts by the busiest author": int(authors.max()) if len(authors) else 0,
        "posts left to a person (more than one class is possible)": f"{wording.count(open_.sum())} "
        f"({wording.percent(open_.mean())})"
        if reading.has_sets(params.sentiment_model)
        else "not known: the model names the likeliest class alone",
        "posts in which a phrase of yours decides": int(own.sum()),
        "posts that a person labelled, which counts in place of the model": int(
            opinions.labelled(voiced).sum()
        ),
        "model": ", ".join(sorted(voiced["sentiment_model"].dropna().unique())),
    }
