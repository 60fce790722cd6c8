"""What 04_topics found, as its tables and figures show it."""

from dataclasses import dataclass, field

import pandas as pd

from earshot.analyse.posts import period
from earshot.core import wording as words
from earshot.core.claim import Claim

SHOWN = 15


@dataclass(frozen=True)
class Topics:
    """What 04_topics found: topics with size and feeling,
    over time and by brand, moves, new words, quotes, claims.
    """

    sizes: pd.DataFrame
    course: pd.DataFrame
    brands: pd.DataFrame
    moves: pd.DataFrame
    words: pd.DataFrame
    quotes: pd.DataFrame
    quality: pd.DataFrame
    trust: dict
    period: period.Period
    opinions: pd.DataFrame
    far: str = ""
    claims: list[Claim] = field(default_factory=list)

    @property
    def counted(self) -> int:
        """How many posts count as an opinion."""
        return len(self.opinions)

    @property
    def any(self) -> bool:
        """Say whether there is a topic large enough to report."""
        return len(self.sizes) > 0

    @property
    def largest(self) -> pd.DataFrame:
        """The topics a figure has room for, largest first."""
        return self.sizes.head(SHOWN)

    @property
    def largest_shown(self) -> pd.DataFrame:
        """The same as a table."""
        columns = {"topic": "number", "topic name": "topic name"}
        return self.largest[[*columns, "share", "low", "high", "posts", "authors"]].rename(columns=columns)

    @property
    def felt(self) -> pd.DataFrame:
        """The same topics with their net sentiment, the least favourable first."""
        felt = self.largest.dropna(subset=["net"])
        return felt.sort_values("net", ignore_index=True)[["topic name", "net", "net low", "net high", "n"]]

    @property
    def felt_shown(self) -> pd.DataFrame:
        """The same in points of a hundred, as charts and readers want it."""
        return self.felt.assign(**{name: 100 * self.felt[name] for name in ("net", "net low", "net high")})

    @property
    def moves_shown(self) -> pd.DataFrame:
        """The moves as a reader wants them, real ones first."""
        names = {
            "name": "topic",
            "was": "before",
            "now": "recent",
            "value": "change",
            "low": "low",
            "high": "high",
            "n_after": "recent posts",
            "verdict": "verdict",
        }
        ranked = self.moves.assign(_size=self.moves["value"].abs()).sort_values(
            ["verdict", "_size"], ascending=[False, False]
        )
        return ranked[list(names)].rename(columns=names).head(SHOWN)

    @property
    def words_shown(self) -> pd.DataFrame:
        """The new words with how many people used them then and now."""
        table = self.words[["term", "before", "now", "share_before", "share_now"]]
        return table.rename(
            columns={
                "term": "new word",
                "before": "people before",
                "now": "people now",
                "share_before": "share before",
                "share_now": "share now",
            }
        )

    @property
    def brands_shown(self) -> pd.DataFrame:
        """The brands' own topics as a table."""
        return self.brands[["brand", "topic", "posts", "share here", "share elsewhere", "difference"]]

    @property
    def quality_shown(self) -> pd.DataFrame:
        """The coherence of each topic, as a table."""
        return self.quality[["topic", "topic name", "posts", "coherence"]].rename(columns={"topic": "number"})

    @property
    def new_caption(self) -> str:
        """What the posts of ``new`` are."""
        grown = (
            self.moves[self.moves["new"]]["name"] if self.moves["new"].any() else self.moves["name"].head(1)
        )
        kind = "New" if self.moves["new"].any() else "No topic is new; grown most"
        return f"{kind}: {words.listed([f'“{name}”' for name in grown])}"

    @property
    def new(self) -> pd.DataFrame:
        """Typical posts of the topics that are new, or of the one that grew most."""
        chosen = self.moves[self.moves["new"]] if self.moves["new"].any() else self.moves.head(1)
        return self.quotes[self.quotes["topic"].isin(chosen["topic"])]

    def typical(self, place: int) -> pd.DataFrame:
        """Return typical posts of the ``place``-th largest topic, counted from 1;
        none where there is none.
        """
        return self.quotes[self.quotes["topic"].isin(self.sizes["topic"].iloc[place - 1 : place])]

    def name(self, place: int) -> str:
        """Return the name of the ``place``-th largest topic, counted from 1."""
        named = self.sizes["topic name"].iloc[place - 1 : place]
        return f"“{named.iloc[0]}”" if len(named) else "no further topic"

    def caption(self, figure: str) -> str:
        """Return the caption of a figure or table, with its window and number of posts."""
        about = {
            "sizes": "Share of posts, 95% interval",
            "felt": "Net sentiment in points, 95% interval",
            "course": "Share of posts, 95% interval",
            "brands": "Share of a brand's posts against all others'",
            "moves": f"Share of posts, {self.period.now} against {self.period.then}",
            "words": f"People who used the word, {self.period.now} against {self.period.then}",
            "quality": "Coherence of the topics' words",
        }[figure]
        return f"{about}; {words.count(self.counted)} posts, {words.span(self.period.first, self.period.end)}"
