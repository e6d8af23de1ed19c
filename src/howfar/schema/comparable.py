"""Which channels may be set side by side, and what each figure rests on.

Compared are channels that were collected in the same way. A figure that rests on a hole or on
posts that were not captured completely says so: one rule for all measures, which run.py applies.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from howfar.schema.estimate import Result, not_measured
from howfar.schema.measure import Declaration
from howfar.schema.spans import DAY_S

VERSUS = "compared channels"
ROLES = ("ours", "peer")
CAPTURE = ("complete", "sample", "keyword", "capped", "browsing")
"""Capture classes, the most telling first."""


@dataclass(frozen=True, slots=True)
class Alike:
    """The compared channels of a platform by how their posts were captured.

    channels: those captured as most are. capture: how those were. why_not: the reason, for every
    channel that cannot be compared: captured otherwise, by a personalised feed, or without a
    second one alike.
    """

    channels: tuple[str, ...]
    capture: str
    why_not: Mapping[str, str]


def captured_alike(channel: npt.NDArray[Any], capture: npt.NDArray[Any]) -> Alike:
    """The channels of rows (channel, capture class) that were captured as most of them were.

    Of equally frequent ways of capture the most telling one counts.
    """
    names = sorted({str(c) for c in channel})
    held = {c: frozenset(str(k) for k in capture[channel == c]) for c in names}
    frequency = Counter(held.values())

    def order(classes: frozenset[str]) -> tuple[int, list[int], list[str]]:
        known = [CAPTURE.index(c) if c in CAPTURE else len(CAPTURE) for c in classes]
        return -frequency[classes], sorted(known, reverse=True), sorted(classes)

    common = min(frequency, key=order)
    alike = [c for c in names if held[c] == common]
    why = {c: _unequal(held[c], common) for c in names if c not in alike}
    if "browsing" in common:
        why |= dict.fromkeys(alike, "captured by a personalised feed: its shares mean nothing")
    elif len(alike) < 2:
        why |= dict.fromkeys(alike, "no second compared channel on this platform captured alike")
    return Alike(tuple(c for c in alike if c not in why), ", ".join(sorted(common)), why)


def _unequal(mine: frozenset[str], theirs: frozenset[str]) -> str:
    words = (", ".join(sorted(c)) for c in (mine, theirs))
    return "captured as {}, the compared channels as {}: not comparable".format(*words)


def rows_of(
    group: Mapping[str, npt.NDArray[Any]], channels: tuple[str, ...]
) -> dict[str, npt.NDArray[Any]]:
    """The rows of these channels."""
    chosen = np.isin(group["channel"], channels)
    return {name: column[chosen] for name, column in group.items()}


WORDS: Mapping[str, str] = {
    "sample": "a random part of the posts: shares and means hold, sums do not",
    "keyword": "only posts that a query found: no part of all that the channel or the public said",
    "capped": "cut at a number of posts: what lies beyond was not seen",
    "browsing": "only posts that a personalised feed showed",
}
"""Capture classes that a figure must name; a complete source needs no warning."""
CODES = (*WORDS, "mixed", "gap", "zeros", "cap", "censored")
"""Codes of the column ``coverage`` of the results, in the order in which they stand there."""
HOLES = ("gap", "zeros", "cap")
CENSORED = ("5", "6", "33")
"""Numbers of the measures that removed and withheld posts censor (availability, 39)."""
NOT_TAKEN = {
    "browsing": "captured by a personalised feed: what it shows one account is no part of a whole",
}
"""Why nothing is measured where all of a series' posts are of a class that a measure bars."""
_SHOWN = 3

Series = tuple[str | None, str | None]
"""Channel (null: all persons) and platform."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a study's figures rest on, by series.

    capture: classes of the files that its posts came from. compared: series that the study
    compares. apart: why it does not compare series of compared channels. holes: code -> UTC days
    without posts that may be missing, or at a cap. censored: which part of its posts was removed,
    withheld or missing later, in words.
    """

    capture: Mapping[Series, frozenset[str]]
    compared: frozenset[Series] = frozenset()
    apart: Mapping[Series, str] = field(default_factory=dict)
    holes: Mapping[Series, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    censored: Mapping[Series, str] = field(default_factory=dict)

    def with_holes(self, ledger: Iterable[Result], available: Iterable[Result] = ()) -> Ground:
        """The same with what the results of the measures coverage and availability name."""
        return replace(self, holes=_holes(ledger), censored=_censored(available))

    def refused(self, declaration: Declaration, results: Sequence[Result]) -> Iterator[Result]:
        """What is not measured for the way in which it was captured, where the measure is silent.

        Series all of whose posts are of a barred class; and, where peers are compared, channels
        that were captured otherwise than the study compares.
        """
        barred = {
            series: NOT_TAKEN[sorted(classes)[0]]
            for series, classes in self.capture.items()
            if classes <= set(declaration.barred)
        }
        if declaration.pools:
            for place in sorted({str(platform) for _, platform in barred}):
                here = [s for s in self.capture if s[1] == place]
                if set(here) <= set(barred):
                    reason = barred[here[0]]
                    yield Result(not_measured(declaration.unit, reason), {"platform": place})
            return
        peers = "peers" in declaration.needs
        told = {(r.dims.get("channel"), r.dims.get("platform")) for r in results}
        reasons = {**(self.apart if peers else {}), **barred}
        for series, reason in reasons.items():
            channel, platform = series
            if series in told or (peers and channel is None):
                continue
            where = {"path": "unknown"} if channel is None else {"channel": channel}
            yield Result(not_measured(declaration.unit, reason), where | {"platform": platform})

    def warned(self, declaration: Declaration, results: Iterable[Result]) -> tuple[Result, ...]:
        """The results, each with what it rests on that a reader must know."""
        taken = {s: c - set(declaration.barred) for s, c in self.capture.items()}
        return tuple(replace(r, coverage=self._of(declaration, r, taken)) for r in results)

    def _of(
        self, declaration: Declaration, result: Result, taken: Mapping[Series, frozenset[str]]
    ) -> str | None:
        if result.estimate.status != "measured":
            return None
        series = [s for s in self._behind(declaration, result.dims, taken) if taken[s]]
        classes = frozenset(c for s in series for c in taken[s])
        told = {c: WORDS[c] for c in classes if c in WORDS}
        if len(classes) > 1:
            told["mixed"] = f"posts captured in unlike ways: {_in_order(classes)}"
        days = _days(result.dims)
        for code in HOLES:
            found = {
                s: hit
                for s in series
                if (hit := [d for d in self.holes.get(s, {}).get(code, ()) if d in days])
            }
            if found:
                told[code] = _hole(code, found, alone=len(series) == 1)
        unseen = [self.censored[s] for s in series if s in self.censored]
        if unseen and declaration.number in CENSORED:
            told["censored"] = ", ".join(unseen)
        return "; ".join(f"{code}: {told[code]}" for code in CODES if code in told) or None

    def _behind(
        self,
        declaration: Declaration,
        dims: Mapping[str, Any],
        taken: Mapping[Series, frozenset[str]],
    ) -> list[Series]:
        """The series that a figure rests on."""
        channel, platform = dims.get("channel"), dims.get("platform")
        here = [s for s in self.capture if platform is None or s[1] == platform]
        peers = [s for s in here if s in self.compared]
        if declaration.pools:
            return here
        if channel is not None:
            own = [s for s in here if s[0] == channel]
            if not dims.get("versus"):
                return own
            # Compared are channels that were captured alike (captured_alike).
            ways = {taken[s] for s in own}
            return own + [s for s in peers if s not in own and taken[s] in ways]
        if dims.get("path") is not None:
            return [s for s in here if s[0] is None]
        return peers or here


def ground_of(
    held: Iterable[tuple[str | None, str | None, str, str | None]],
    wanted: frozenset[str] = frozenset(),
    compares: Sequence[str] = (),
) -> Ground:
    """What figures rest on, by the posts alone.

    held: (channel, platform, capture class, role) of the posts. wanted: channels that the study
    would compare. compares: the capture classes that it compares.
    """
    capture: dict[Series, set[str]] = {}
    alike: set[Series] = set()
    for channel, platform, kind, role in held:
        capture.setdefault((channel, platform), set()).add(kind)
        if role in ROLES:
            alike.add((channel, platform))
    apart = {
        series: f"captured as {_in_order(kinds)}; the study compares {_in_order(compares)} only"
        for series, kinds in capture.items()
        if series not in alike and series[0] in wanted
    }
    kept = {s: frozenset(kinds) for s, kinds in sorted(capture.items(), key=str)}
    return Ground(kept, frozenset(alike), apart)


def _holes(ledger: Iterable[Result]) -> dict[Series, dict[str, frozenset[int]]]:
    """The days of holes by series and code, from the results of the coverage measure.

    A day that one source of a series misses is no hole where another one has posts on it.
    """
    holes: dict[Series, dict[str, set[int]]] = {}
    posts: dict[Series, set[int]] = {}
    capped: dict[str, set[int]] = {}
    of_source: dict[str, set[Series]] = {}
    for result in ledger:
        category, value = result.dims.get("category"), result.estimate.value
        series = (result.dims.get("channel"), result.dims.get("platform"))
        source, days = str(result.dims.get("params")), _days(result.dims)
        if category == "posts by day":
            of_source.setdefault(source, set()).add(series)
        if category == "posts by day" and value:
            posts.setdefault(series, set()).update(days)
        elif category in ("gap", "zeros") and value:
            holes.setdefault(series, {}).setdefault(str(category), set()).update(days)
        elif category == "cap":
            capped.setdefault(source, set()).update(days)
    for series, found in holes.items():
        holes[series] = {code: days - posts.get(series, set()) for code, days in found.items()}
    for source, days_at_cap in capped.items():
        for series in of_source.get(source, ()):
            holes.setdefault(series, {}).setdefault("cap", set()).update(days_at_cap)
    return {s: {c: frozenset(d) for c, d in found.items()} for s, found in holes.items()}


def _censored(available: Iterable[Result]) -> dict[Series, str]:
    """Of channels some of whose posts were not to be seen by all: how large a part, and why."""
    found: dict[Series, list[str]] = {}
    for result in available:
        dims, value = result.dims, result.estimate.value
        channel = dims.get("channel")
        if not value or channel is None or dims.get("category") == "labelled":
            continue
        if dims.get("country") or dims.get("period_start"):
            continue
        told = found.setdefault((channel, dims.get("platform")), [])
        told.append(f"{value * 100:.2g} % of the posts of {channel} {dims['category']}")
    return {series: ", ".join(told) for series, told in found.items()}


def codes_of(coverage: str | None) -> tuple[str, ...]:
    """The codes in a value of the results' column ``coverage``."""
    parts = (part.partition(": ")[0] for part in (coverage or "").split("; "))
    return tuple(part for part in parts if part in CODES)


def _in_order(classes: Iterable[str]) -> str:
    return ", ".join(sorted(classes, key=CAPTURE.index))


def _days(dims: Mapping[str, Any]) -> range:
    """UTC days that a period touches; all days where there is none."""
    start, end = dims.get("period_start"), dims.get("period_end")
    if start is None or end is None:
        return range(-(10**6), 10**6)
    return range(int(start.timestamp() // DAY_S), int(-(-end.timestamp() // DAY_S)))


def _hole(code: str, found: Mapping[Series, Sequence[int]], *, alone: bool) -> str:
    """How many days, of whom, when; in words."""
    what = {
        "gap": "without posts or not seen",
        "zeros": "without posts, next to impossible by the usual volume",
        "cap": "on which a source was at its cap",
    }[code]
    if alone:
        days = sorted(next(iter(found.values())))
        return f"{_many(days)} {what} ({_dates(days)})"
    most = max(len(days) for days in found.values())
    names = sorted(str(channel or "persons") for channel, _ in found)
    listed = ", ".join(names[:_SHOWN]) + (
        f" and {len(names) - _SHOWN} more" * (len(names) > _SHOWN)
    )
    return f"up to {_many(range(most))} {what}, of {len(found)} of the series behind it ({listed})"


def _many(days: Sequence[int]) -> str:
    return f"{len(days)} day" + "s" * (len(days) > 1)


def _dates(days: Sequence[int]) -> str:
    """Stretches of days as dates, the longest ones first where there are many."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    longest = sorted(runs, key=lambda r: (-len(r), r[0]))[:_SHOWN]
    told = [
        f"{_date(r[0])}" + (f" to {_date(r[-1])}" if len(r) > 1 else "") for r in sorted(longest)
    ]
    return ", ".join(told) + (", ..." if len(runs) > _SHOWN else "")


def _date(day: int) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()
