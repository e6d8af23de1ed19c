"""The planted truth of each measure's estimand: what its interval claims to hold.

Process truths: the figure of endlessly many posts of the same channels under the same parameters,
in the same window. That is what intervals over week blocks are of: the posts of other weeks of the
same process, not the posts at hand. Channels' parameters are the same for every seed; persons are
drawn by the seed, and their figures speak of these persons. Each truth is worked out by own code
from the columns of many simulated worlds, and comes with its standard error over tenths of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.places import LANGUAGES, PLATFORMS
from howfar.simulate.plan import DAY
from howfar.simulate.posts import ORIGINAL, QUOTE, SHARE
from howfar.simulate.society import SimulatedChannel
from howfar.validate import functionals as of
from howfar.validate.reference import FIGURES, OF_PERSONS, Pool, Reference

_JUDGED: Final = (
    *("account", "relation", "young", "views", "likes", "comments", "shares"),
    *(f"reaction_{kind}" for kind in ("like", "love", "haha", "wow", "sad", "angry")),
)
"""Columns that figures of settled posts are of."""

Row = Mapping[str, Any]
Statistic = Callable[[Pool], float]
COMPARED: Final = ("ours", "peer")
_RELATIONS: Final = {"original": 0, "reply": 1, "repost": 2, "quote": 3}


@dataclass(frozen=True, slots=True)
class Truth:
    """A true value and the standard error with which it is known."""

    value: float
    error: float = 0.0


@dataclass(slots=True)
class Truths:
    """Truths of a scenario's process, each worked out once.

    channels: posts of channels of many worlds. persons: posts of all of worlds with the accounts of
    the study that is judged; null where figures that rest on persons are not asked for. more:
    functions of further measures (between.py).
    """

    channels: Reference
    persons: Reference | None = None
    more: Mapping[str, Function] = field(default_factory=dict)
    pools: dict[Any, Pool] = field(default_factory=dict)
    _known: dict[Any, Truth | None] = field(default_factory=dict)

    def with_persons(self, persons: Reference) -> Truths:
        """The same for another study: what is known of channels is kept."""
        return Truths(self.channels, persons, self.more, self.pools, self._known)

    def of(self, row: Row, study: Iterable[Row] = ()) -> Truth | None:
        """The truth of a row of the results; null where none is planted or stated.

        study: all rows of the measure in this study: a figure against peers is against those that
        have the figure there.
        """
        made = {**_MEASURES, **self.more}.get(row["measure"])
        return None if made is None else made(self, row, tuple(study))

    def channel(self, name: str) -> SimulatedChannel:
        """A channel by its id."""
        return next(c for c in self.channels.society.channels if c.channel == name)

    def own(self, name: str) -> Pool:
        """All posts of a channel that an export of it shows."""
        if name not in self.pools:
            self.pools[name] = self.channels.channel(name)
        return self.pools[name]

    def settled(self, name: str, metric: str) -> tuple[Pool, str] | None:
        """A channel's own posts with a settled figure, and the figure's column."""
        platform = PLATFORMS[self.channel(name).platform]
        column = FIGURES[platform].get(metric)
        if column is None:
            return None
        key = name, metric
        if key not in self.pools:
            narrow = self.own(name).only(_JUDGED)
            self.pools[key] = _settled(narrow, platform, column)
        return self.pools[key], column

    def known(self, key: Any, pool: Pool, statistic: Statistic) -> Truth | None:
        """The statistic of the pool with its error, kept under the key; null if not defined."""
        if key not in self._known:
            value = statistic(pool)
            each = np.array([statistic(batch) for batch in pool.batches()])
            error = float(each.std(ddof=1)) / math.sqrt(len(each)) if len(each) > 1 else 0.0
            defined = math.isfinite(value) and math.isfinite(error)
            self._known[key] = Truth(value, error) if defined else None
        return self._known[key]


def settings(row: Row) -> dict[str, str]:
    """The pairs of a row's params."""
    pairs = (part.partition("=") for part in (row.get("params") or "").split(";") if part)
    return {name: value for name, _, value in pairs}


def compared(truths: Truths, platform: str) -> list[SimulatedChannel]:
    """Channels that a study compares on a platform."""
    of_all = truths.channels.society.channels
    return [c for c in of_all if PLATFORMS[c.platform] == platform and c.role in COMPARED]


def _settled(pool: Pool, platform: str, column: str) -> Pool:
    chosen = (pool["relation"] != SHARE) & ~pool["young"]
    # Telegram tells reactions only where there are some.
    chosen &= pool[column] > 0 if platform == "telegram" else pool[column] >= 0
    return pool.where(chosen)


def _floats(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return values.astype(np.float64)


def kind_of(pool: Pool, platform: str) -> npt.NDArray[np.str_]:
    """What kind of post exports tell each of the pool (N,) to be."""
    if platform == "youtube":
        return np.full(len(pool), "video")
    kinds = np.where(pool["object"] >= 0, "link", np.where(pool["picture"] >= 0, "photo", "status"))
    if platform in ("x", "mastodon", "telegram"):
        # A picture stands before a link there.
        kinds = np.where(pool["picture"] >= 0, "photo", kinds)
    if platform == "telegram":
        # There a message with a link is a message.
        kinds = np.where(kinds == "link", "status", kinds)
    return kinds


def _of_values(row: Row, truths: Truths, statistic: Callable[[Any], float]) -> Truth | None:
    """A quantity of the law of one figure of a channel's settled posts."""
    channel, metric = row.get("channel"), row.get("category")
    if channel is None or metric is None:
        return None
    found = truths.settled(channel, metric)
    if found is None:
        return None
    pool, column = found
    key = row["measure"], channel, metric, row.get("params")
    return truths.known(key, pool, lambda p: statistic(_floats(p[column])))


def _inequality(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    return _of_values(row, truths, of.gini)


def _lorenz(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    p = float(settings(row)["p"])
    return _of_values(row, truths, lambda x: of.lorenz(x, p))


def _top(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    top = float(settings(row)["top"])
    return _of_values(row, truths, lambda x: 1.0 - of.lorenz(x, 1.0 - top))


def _tail(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    """The exponent from the start that this study found: the interval holds the start fixed."""
    start = settings(row).get("xmin")
    if start is None:
        return None
    plain = {**row, "params": f"xmin={start}"}
    return _of_values(plain, truths, lambda x: of.tail_exponent(x, float(start)))


def _engagement(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    """A quantile; one of a single week is of the same law. Kinds of post have one law, too."""
    p = float(settings(row)["quantile"])
    plain = {**row, "params": f"quantile={p:g}"}
    if row.get("channel") is not None:
        return _of_values(plain, truths, lambda x: of.quantile(x, p))
    if truths.persons is None:
        return None
    column = _told(row["platform"], row["category"])
    if column is None:
        return None
    pool = _settled(_unnamed(truths.persons, row["platform"]), row["platform"], column)
    pool = pool.where(_films(pool, row["platform"], column))
    key = row["measure"], truths.persons.plan.seed, row["platform"], column, p
    return truths.known(key, pool, lambda q: of.quantile(_floats(q[column]), p))


def _unnamed(reference: Reference, platform: str) -> Pool:
    """Posts on a platform of persons, and of channels that nothing allows to name."""
    unnamed = np.array([not c.basis for c in reference.society.channels])
    account = reference.pool["account"]
    person = account >= len(unnamed)
    hidden = np.append(unnamed, False)[np.minimum(account, len(unnamed))]
    here = reference.pool["platform"] == PLATFORMS.index(platform)
    return reference.pool.where(here & (person | hidden))


def _rate(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    metric, _, base = str(row["category"]).partition(" per ")
    channel = row.get("channel")
    found = truths.settled(channel, metric) if channel else None
    if channel is None or found is None:
        return None
    pool, column = found
    if base == "follower":
        followers = truths.channel(channel).followers
        key = row["measure"], channel, row["category"]
        return truths.known(key, pool, lambda p: float(p[column].mean()) / followers)
    pool = pool.where(pool["views"] > 0)
    key = row["measure"], channel, row["category"]
    return truths.known(key, pool, lambda p: of.ratio(_floats(p[column]), _floats(p["views"])))


def _expected(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    """Median over middle mean of the law: nothing changes in time where no change is planted."""
    metric = settings(row)["metric"]
    plain = {**row, "category": metric, "params": None}
    return _of_values(plain, truths, lambda x: of.quantile(x, 0.5) / of.middle_mean(x))


def _volume(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    days, platform = truths.channels.plan.days, row["platform"]
    person = row.get("channel") is None
    if person and truths.persons is None:
        return None
    reference = truths.persons if person else truths.channels
    assert reference is not None
    pool = _unnamed(reference, platform) if person else truths.own(row["channel"])
    facet, _, member = str(row.get("category") or "").partition("=")
    if row.get("language"):
        codes = [n for n, tag in enumerate(LANGUAGES) if tag == row["language"]]
        pool = pool.where(np.isin(pool["language"], codes))
    elif facet == "relation" and member in _RELATIONS:
        pool = pool.where(pool["relation"] == _RELATIONS[member])
    elif facet == "kind" and not person:
        pool = pool.where(kind_of(pool, platform) == member)
    elif facet:
        return None
    whose = reference.plan.seed if person else row["channel"]
    key = (row["measure"], whose, platform, row.get("language"), row.get("category"))
    return truths.known(key, pool, lambda p: len(p) / (days * p.worlds))


def _voice(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    category, plan = row["category"], truths.channels.plan
    others = [c.channel for c in compared(truths, row["platform"])]
    names = [c.channel for c in truths.channels.society.channels]
    places = [names.index(other) for other in others]
    key = "voice", row["platform"]
    if key not in truths.pools:
        everyone = truths.channels.pool
        truths.pools[key] = everyone.only({*_JUDGED, "created"}).where(
            np.isin(everyone["account"], places)
        )
    pool = truths.pools[key]
    own = names.index(row["channel"])
    if category == "posts":
        return truths.known(
            (row["measure"], row["channel"], category),
            pool,
            lambda p: float((p["account"] == own).mean()) if len(p) else math.nan,
        )
    column = FIGURES[row["platform"]].get(category)
    if column is None:
        return None
    # Counts are compared over the days that ended two days before the window did.
    pool = _settled(pool, row["platform"], column)
    pool = pool.where(pool["created"] < (plan.ends - 2 * DAY))
    return truths.known(
        (row["measure"], row["channel"], category),
        pool,
        lambda p: of.ratio(_floats(p[column][p["account"] == own]), _floats(p[column])),
    )


def _paths(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    """Share of a path; a channel with several gives each an equal part."""
    persons, category, platform = truths.persons, row["category"], row["platform"]
    if persons is None or row.get("params") is not None:
        return None
    column = None if category == "posts" else _told(platform, category)
    if category != "posts" and column is None:
        return None
    society = persons.society
    part = np.array(
        [
            (row["path"] == "unknown") if not c.basis else (row["path"] in c.paths) / len(c.paths)
            for c in society.channels
        ]
        + [row["path"] == "unknown"],
        dtype=np.float64,
    )
    pool = persons.pool.where(persons.pool["platform"] == PLATFORMS.index(platform))
    if column is not None:
        pool = _with_figure(pool, platform, column, len(society.channels))

    def share(p: Pool) -> float:
        weight = np.ones(len(p)) if column is None else _floats(p[column])
        own = part[np.minimum(p["account"], len(society.channels))]
        return of.ratio(weight * own, weight)

    return truths.known(
        (row["measure"], persons.plan.seed, platform, row["path"], category), pool, share
    )


def _told(platform: str, metric: str) -> str | None:
    """The column of a metric where exports tell it of posts of all kinds of accounts.

    On YouTube a comment has answers of its own only where it opens a thread: none is stated.
    """
    return (
        None if (platform, metric) == ("youtube", "comments") else OF_PERSONS[platform].get(metric)
    )


def _films(pool: Pool, platform: str, column: str) -> npt.NDArray[np.bool_]:
    """Posts (N,) that can have the figure: on YouTube only videos are viewed, not comments."""
    if platform != "youtube" or column != "views":
        return np.ones(len(pool), bool)
    return np.isin(pool["relation"], (ORIGINAL, QUOTE))


def _with_figure(pool: Pool, platform: str, column: str, channels: int) -> Pool:
    """Settled posts whose export tells the figure."""
    chosen = (pool["relation"] != SHARE) & ~pool["young"]
    if column == "views" and platform == "facebook":
        chosen &= pool["account"] >= channels  # only the table of persons tells them
    chosen &= _films(pool, platform, column)
    return pool.where(chosen)


def _mix(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    found = truths.settled(row["channel"], "reactions")
    if found is None or row.get("category") is None:
        return None
    kind = f"reaction_{row['category']}"
    if kind not in found[0].columns:
        return None
    key = row["measure"], row["channel"], row["category"]
    return truths.known(key, found[0], lambda p: of.ratio(_floats(p[kind]), _floats(p["likes"])))


def _maturation(truths: Truths, row: Row, study: tuple[Row, ...]) -> Truth | None:
    """Last over first figure of posts that were first seen at an age."""
    channel, metric = row["channel"], row["category"]
    column = FIGURES[PLATFORMS[truths.channel(channel).platform]].get(metric)
    if column is None:
        return None
    low, high = AGES[settings(row)["age"]]
    own = truths.own(channel)
    age = own["first_age"] / 3.6e9
    chosen = (own["first_age"] >= 0) & (age >= low) & (age < high) & (own["relation"] != SHARE)
    key = row["measure"], channel, metric, row["params"]
    later, earlier = column, f"first_{column}"
    return truths.known(
        key,
        own.where(chosen),
        lambda p: of.ratio(_floats(p[later]), _floats(p[earlier])),
    )


AGES: Final = {
    "0-6h": (0, 6),
    "6-12h": (6, 12),
    "12-24h": (12, 24),
    "1-2d": (24, 48),
    "2-7d": (48, 168),
    "7d+": (168, math.inf),
}

Function = Callable[[Truths, Row, tuple[Row, ...]], Truth | None]

_MEASURES: Final[dict[str, Function]] = {
    "attention_inequality": _inequality,
    "attention_tail": _tail,
    "engagement": _engagement,
    "engagement_rate": _rate,
    "expected_performance": _expected,
    "lorenz": _lorenz,
    "maturation": _maturation,
    "path_mix": _paths,
    "publishing_volume": _volume,
    "reaction_mix": _mix,
    "share_of_voice": _voice,
    "top_share": _top,
}
