"""Which test would settle a step: its design, how long it runs, what it could find."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa

from howfar.errors import StudyError
from howfar.improve.experiments.outcomes import Panel, Posts
from howfar.improve.experiments.placebo import Placebos, placebos
from howfar.improve.experiments.plan import Plan
from howfar.improve.experiments.plan_parts import Kind
from howfar.improve.experiments.power import power_at, smallest_effect
from howfar.improve.path import Settling
from howfar.improve.weekly_panel import WeeklyPanel
from howfar.schema.estimate import Estimate, not_measured
from howfar.study.changes import VOLUME
from howfar.study.taxonomy import Property

SIMULATIONS: Final = 200
WEEKS: Final = (4, 8, 12, 26)
"""Lengths that are tried, in weeks."""
HOPED: Final = 0.1
"""The change to be found where a step names none: 10 per cent."""
SIZES: Final = (0.05, 0.1, 0.2)
"""Relative changes at which the power is told."""
_SEEN: Final = 0.8
"""Part of the weeks that a channel must have figures in."""
_MOST: Final = 1_000
"""Posts a stratum: more make no test shorter than its weeks."""
_DESIGNS: Final[Mapping[Property, Kind]] = {
    "kind": "posts",
    "language": "posts",
    "sources": "posts",
    "time": "posts",
    "frequency": "switchback",
    "latency": "switchback",
    "replies": "switchback",
}
"""How each property can be put to a lot. Openness cannot be taken back, so it has no switchback."""
_WORDS: Final[Mapping[Kind, str]] = {
    "posts": "an A/B test of posts: which of two forms a post takes is drawn by lot",
    "switchback": "a switchback test: which weeks follow the new practice is drawn by lot",
}
_OPENNESS: Final = (
    "a start on one channel after another, in an order drawn by lot: what is openly said is not to "
    "be taken back"
)


@dataclass
class Planner:
    """Plans of tests on a study's own past; the same test is simulated once.

    panel: weekly figures of channels. posts: our own settled posts in the order of time
    (post_table.post_rows), with the number of their week. changed: by channel the place in the
    panel of the week of its first dated change (``first_changes``); from it on nothing counts as
    its past.
    """

    panel: WeeklyPanel
    posts: pa.Table
    confidence: float
    rng: np.random.Generator
    changed: Mapping[str, int] = field(default_factory=dict)
    _known: dict[Any, tuple[Settling, dict[float, Estimate]]] = field(default_factory=dict)

    def settling(
        self, aspect: Property, channels: Collection[str], outcome: str, hoped: float | None
    ) -> tuple[Settling, dict[float, Estimate]]:
        """The shortest of WEEKS in which a change of this size would be found with power 0.8.

        Where none is long enough: the longest, with the smallest change that it would find. Also
        the power at SIZES.
        """
        if outcome == VOLUME and _DESIGNS.get(aspect) == "posts":
            return self._none("what is counted is how often is posted: a post is no unit of it")
        key = (_DESIGNS.get(aspect), tuple(sorted(channels)), outcome, hoped)
        if key not in self._known:
            self._known[key] = self._make(aspect, tuple(sorted(channels)), outcome, hoped)
        return self._known[key]

    def _make(
        self, aspect: Property, channels: tuple[str, ...], outcome: str, hoped: float | None
    ) -> tuple[Settling, dict[float, Estimate]]:
        design = _DESIGNS.get(aspect)
        if design is None:
            none = not_measured("relative change", "no test of this kind is simulated")
            return Settling(
                "staggered", f"{_OPENNESS}, seen in {_of(outcome)}", none, outcome=outcome
            ), {}
        wanted = abs(hoped) if hoped else HOPED
        last: tuple[Settling, dict[float, Estimate]] | None = None
        why = "the past is too short for any test"
        for weeks in WEEKS:
            try:
                found = self._simulated(design, aspect, channels, outcome, weeks, wanted)
            except StudyError as error:
                why = error.what
                continue
            detectable = smallest_effect(found)
            units = len(found.plan.channels) if design == "switchback" else _slots(found.plan)
            n = len(found.plan.channels)
            said = (
                f"{_WORDS[design]}, over {weeks} weeks on {n} channel{'s' * (n != 1)}, "
                f"seen in {_of(outcome)}"
            )
            powers = {size: power_at(found, size) for size in SIZES}
            last = Settling(design, said, detectable, weeks, units, 0.8, outcome), powers
            if detectable.value is not None and detectable.value <= wanted:
                break
        if last is not None:
            return last
        return self._none(why, design, f"{_WORDS[design]}, seen in {_of(outcome)}")

    def _none(
        self, why: str, design: str = "none", said: str = ""
    ) -> tuple[Settling, dict[float, Estimate]]:
        return Settling(design, said, not_measured("relative change", why)), {}

    def _simulated(
        self,
        design: Kind,
        aspect: Property,
        channels: tuple[str, ...],
        outcome: str,
        weeks: int,
        wanted: float,
    ) -> Placebos:
        past: Posts | Panel
        if design == "posts":
            past = self._posts(channels, outcome)
            slots = {
                name: min(_MOST, int(rate * weeks))
                for name, rate in past.rate.items()
                if int(rate * weeks) >= 4
            }
            if not slots:
                raise StudyError("too few posts a week for a test of posts")
            kept = {name: past.values[name] for name in slots}
            past = Posts(kept, {n: past.covariates[n] for n in slots}, past.rate)
            lot: dict[str, Any] = {"strata": slots, "block": 2}
            units = tuple(slots)
        else:
            past = self._weeks(channels, outcome)
            units = past.units
            lot = {"units": units, "start": "0", "blocks": weeks, "length": 1}
        plan = _plan(design, aspect, units, lot, wanted, self.confidence)
        return placebos(plan, past, SIMULATIONS, self.rng)

    def _posts(self, channels: tuple[str, ...], outcome: str) -> Posts:
        """Figures of the channels' posts in the order of time, and posts a week."""
        values, rate = {}, {}
        names = np.array(self.posts["channel"].to_pylist(), dtype=object)
        weeks = self.posts["week"].to_numpy()
        figures = self.posts[outcome].to_numpy().astype(np.float64)
        for channel in channels:
            length = self._length(channel)
            if length == 0:
                continue
            found = figures[(names == channel) & (weeks <= self.panel.weeks[length - 1])]
            found = found[np.isfinite(found)]
            if found.size >= 4:
                values[channel] = found
                rate[channel] = found.size / length
        return Posts(values, {n: np.empty((v.size, 0)) for n, v in values.items()}, rate)

    def _weeks(self, channels: tuple[str, ...], outcome: str) -> Panel:
        """Weekly figures up to the first change of these channels.

        Stretches are of all channels at once. Where channels changed on several dates, the date is
        taken that leaves the most weeks of channels; those that changed before are left out.
        """
        named = [n for n, (name, _) in enumerate(self.panel.series) if name in channels]
        if outcome != VOLUME and outcome not in self.panel.total:
            raise StudyError(f"no post has {outcome}")
        lengths = np.array([self._length(self.panel.series[n][0]) for n in named], dtype=int)
        if not lengths.any():
            raise StudyError("no channel has a week before its first change")
        length = max(sorted(set(lengths.tolist())), key=lambda w: w * int((lengths >= w).sum()))
        rows = [n for n, own in zip(named, lengths, strict=True) if own >= length]
        values = self.panel.mean(outcome)[rows, :length]
        kept = [n for n in range(len(rows)) if np.isfinite(values[n]).mean() >= _SEEN]
        if not kept:
            raise StudyError("no channel has figures in most weeks")
        return Panel(tuple(self.panel.series[rows[n]][0] for n in kept), values[kept])

    def _length(self, channel: str) -> int:
        """Weeks of the panel before a channel's first change."""
        return min(max(self.changed.get(channel, self.panel.weeks.size), 0), self.panel.weeks.size)


def first_changes(
    panel: WeeklyPanel, changes: Iterable[tuple[float, Collection[str]]]
) -> dict[str, int]:
    """By channel the place of the week in which the first of its changes began.

    changes: day (days since 1970) and channels of each. The place may lie outside the panel.
    """
    found: dict[str, int] = {}
    for day, channels in changes:
        place, _ = panel.week_at(day)
        found |= {name: min(place, found.get(name, place)) for name in channels}
    return found


def _of(outcome: str) -> str:
    return "posts a week" if outcome == VOLUME else f"{outcome} a post"


def _slots(plan: Plan) -> int:
    return sum(plan.lot.strata.values())


def _plan(
    design: Kind,
    aspect: Property,
    channels: tuple[str, ...],
    lot: Mapping[str, Any],
    hoped: float,
    confidence: float,
) -> Plan:
    """A plan to simulate with; nothing is registered by it, and it is never written to a file."""
    return Plan.model_validate(
        {
            "id": "path",
            "title": "test of a step of the path",
            "question": "what does the change do",
            "hypothesis": "none: this plan only says what such a test could find",
            "design": design,
            "property": aspect,
            "control": "as before",
            "change": "as the step says",
            "owner": "the declared owner of the channels",
            "channels": channels,
            "ethics": "only simulated on the past: whoever registers a test says here who may be "
            "touched by it, and who agreed",
            "outcome": {"column": "figure", "scale": "ratio"},
            "lot": dict(lot),
            "test": {"confidence": confidence},
            "power": {"effect": hoped, "simulations": SIMULATIONS},
        }
    )
