"""What the coverage measure's facts say of each source: days, silences, caps, what is usual."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from howfar.schema.measure import Sampling
from howfar.schema.spans import DAY_S
from howfar.stats.blocks import FloatArray, IntArray
from howfar.stats.silences import BoolArray, Silence, silences, usual_days

GAP_DAYS = 2
"""A shorter stretch without posts is no gap by itself."""
COUNTED = "the platform's own count of posts under the same query"
PERIODS = ("x_counts_day", "x_counts_hour", "x_counts_minute")
"""Series that count all posts of a query, the longest periods first; one of them is enough."""

Where = tuple[str | None, str | None]
"""Channel and platform; a channel that is null stands for all persons."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that a source should hold inside the window, and which of them it can have seen.

    first: UTC day since 1970. start, last, end: seconds; last is the last look or, where it is
    not known, the last post. known: whether the last look is known.
    """

    first: int
    start: float
    last: float
    end: float
    known: bool

    @property
    def days(self) -> range:
        """Every day that the source should hold."""
        return range(self.first, int(-(-self.end // DAY_S)))

    def partial(self, day: int) -> bool:
        """Whether the source saw a part of a day only."""
        until = min(self.end, max(self.last, self.start))
        return day * DAY_S < self.start or (day + 1) * DAY_S > until


@dataclass(slots=True)
class Source:
    """What the facts say of one source.

    facts: counts by name. channels: the series that it holds. days: posts and persons of each
    series by day. rows: rows by day, duplicates too. remarks: (kind, name) -> records.
    counted: the platform's own count by day, by the series that gives it.
    """

    name: str
    use: str = ""
    capture: str = ""
    facts: dict[str, int] = field(default_factory=dict)
    channels: set[Where] = field(default_factory=set)
    days: dict[Where, dict[int, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))
    rows: dict[int, int] = field(default_factory=dict)
    remarks: dict[tuple[str, str], int] = field(default_factory=dict)
    counted: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def dims(self) -> dict[str, Any]:
        """The source, and the channel where it holds that one alone."""
        sole = next(iter(self.channels)) if len(self.channels) == 1 else (None, None)
        return {"params": f"source={self.name}", "channel": sole[0], "platform": sole[1]}

    @property
    def method(self) -> str:
        """How the figures were got, and how the source was collected."""
        return f"counted; capture class {self.capture or 'not declared'}"

    def inside(self) -> int:
        """Distinct posts of a main source inside the window."""
        return sum(posts for days in self.days.values() for posts, _ in days.values())

    def calendar(self, sampling: Sampling) -> Calendar | None:
        """The days that it should hold; null where none lies inside the window."""
        fact = self.facts
        start = max(sampling.window_start / 1e6, fact.get("start", -np.inf))
        end = min(sampling.window_end / 1e6, fact.get("end", np.inf))
        if end <= start:
            return None
        look = fact.get("looked", fact.get("collected"))
        last = fact.get("last_post", start) if look is None else min(max(look, start), end)
        return Calendar(int(start // DAY_S), start, float(last), end, look is not None)

    def silences(self, where: Where, calendar: Calendar) -> list[Silence]:
        """Runs of seen days on which a series has no post, judged by its own usual."""
        days = calendar.days
        held = self.days[where]
        counts = np.array([held.get(d, (0, 0))[0] for d in days], dtype=np.int64)
        seen = np.array([d * DAY_S < calendar.last or d in held for d in days], dtype=bool)
        return silences(counts, seen)

    def whole(self, where: Where, first: int, length: int) -> bool:
        """Whether no other series of the source has a post on these days either."""
        run = range(first, first + length)
        return not any(d in days for w, days in self.days.items() if w != where for d in run)

    def capped_days(self) -> list[int]:
        """Days on which it holds as many rows as its cap."""
        cap = self.facts.get("cap_a_file", 0)
        return sorted(d for d, rows in self.rows.items() if cap and rows >= cap)

    def platform_counts(self) -> dict[int, int]:
        """All posts of its query by day as the platform counted them; empty where not known."""
        return next((self.counted[name] for name in PERIODS if self.counted.get(name)), {})

    def persons_on(self, day: int) -> int | None:
        """Persons who posted on a day; null without any."""
        return sum(days[day][1] for days in self.days.values() if day in days) or None

    def persons_near(self) -> int | None:
        """A number of persons that certainly stand behind what is usual; null without any."""
        found = [persons for days in self.days.values() for _, persons in days.values() if persons]
        return max(found, default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What each day of a source usually has, shape (n,): the mean and its interval."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray


def expected_days(source: Source, calendar: Calendar, confidence: float) -> Expected | None:
    """The source's own usual by weekday; null where too few days tell.

    Days in runs that the usual makes impossible, and days at the cap, tell nothing of it.
    """
    days = calendar.days
    counts: IntArray = np.zeros(len(days), dtype=np.int64)
    for held in source.days.values():
        for day, (posts, _) in held.items():
            if day in days:
                counts[day - days.start] += posts
    seen: BoolArray = np.array([d * DAY_S < calendar.last for d in days], dtype=bool)
    seen |= counts > 0
    for one in silences(counts, seen):
        if one.impossible:
            seen[one.first : one.first + one.length] = False
    usual = usual_days(counts, seen)
    if not np.isfinite(usual.mean).any():
        return None
    return Expected(usual.mean, *usual.interval(confidence))


def read_facts(rows: pa.Table) -> tuple[list[Source], dict[str, int]]:
    """The facts gathered by source, and those that hold over all sources."""
    found: dict[str, Source] = {}
    totals: dict[str, int] = {}
    for row in rows.to_pylist():
        what, value = row["what"], row["value"]
        if row["source"] is None:
            totals[what] = value
            continue
        source = found.setdefault(row["source"], Source(row["source"]))
        if row["use"] is not None:
            source.use, source.capture = row["use"], row["capture"] or ""
        _fact(source, what, value, row)
    return [found[name] for name in sorted(found) if found[name].use], totals


def _fact(source: Source, what: str, value: int | None, row: dict[str, Any]) -> None:
    where = (row["channel"], row["platform"])
    if what in ("reasons", "notes", "unknown"):
        name, _, records = str(row["name"]).rpartition("=")
        source.remarks[what, name] = source.remarks.get((what, name), 0) + int(records)
    elif value is None:
        return
    elif what == "platform count":
        source.counted[row["name"]][row["day"]] = value
    elif what == "rows by day":
        source.rows[row["day"]] = value
    elif what in ("posts by day", "persons by day"):
        posts, persons = source.days[where].get(row["day"], (0, 0))
        source.days[where][row["day"]] = (
            (value, persons) if what == "posts by day" else (posts, value)
        )
    else:
        source.facts[what] = source.facts.get(what, 0) + value
        if what == "distinct":
            source.channels.add(where)


def mains(sources: list[Source]) -> Iterator[Source]:
    """Sources whose posts the measures read."""
    return (source for source in sources if source.use == "main")
