"""The enhancement path: what to change first, by the strength of the evidence, then by size."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from howfar.errors import StudyError
from howfar.improve.evidence import GAIN, GRADES, Check, Grade
from howfar.schema.estimate import Estimate, not_measured
from howfar.study.taxonomy import Property
from howfar.study.within_control import check_property

Kind = Literal["effect", "association", "gap"]
Turn = Literal["extend", "undo", "unclear", "test", "close"]
Source = dict[str, str | None]
"""The measure and dimensions of a row of the results; null: the row has none, absent: any."""

STRONGEST: Final[Mapping[Kind, Grade]] = {"effect": "A", "association": "C", "gap": "D"}
"""The strongest grade that each kind of evidence can have: only an effect can be above C."""

NO_GAIN: Final[Mapping[Kind, str]] = {
    "effect": "not compared, or a check did not pass: the difference may have come by itself",
    "association": "an association: what goes with what, within channels; nobody changed anything",
    "gap": "a gap to others only: nothing says that closing it moves anything else",
}
"""Why a step below grade B names no expected gain."""


@dataclass(frozen=True, slots=True)
class Settling:
    """The experiment that would settle a step: its design, how long, and what it could see.

    design: ab, switchback or cluster. weeks, units: length and number of what is assigned by lot.
    detectable: smallest relative effect that it would find with the stated power, an Estimate or
    the reason why it is not known. outcome: the figure in which it would be seen.
    """

    design: str
    said: str
    detectable: Estimate
    weeks: int | None = None
    units: int | None = None
    power: float | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that could be changed, with the evidence that speaks for it.

    id: short, unique; its anchor on the page. aspect: what is changed, of the fixed list. what:
    the change in the study's own words. outcome: of what ``size`` speaks. size: relative (0.2 is
    20 % more): an effect, the difference that goes with the property, or the gap to a peer.
    better: 1 where more of the outcome is better, else -1. channels: ours that it speaks of.
    said: what was found, in the words of the grade. why: what the grade rests on. compared: names
    of what was compared with. cost: of the change, typed where unknown. since: day of the change,
    as 2016-03-01. weeks: until the next measurement can tell. needs: ids of steps that have to
    come before. source: where the size stands in the results: the measure, and dimensions of its
    row. apart: further rows of the results that an analyst takes it apart with, as sources too.
    """

    id: str
    kind: Kind
    aspect: Property
    title: str
    what: str
    outcome: str
    grade: Grade
    size: Estimate
    said: str = ""
    why: str = ""
    channels: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    better: Literal[1, -1] = 1
    checks: tuple[Check, ...] = ()
    cost: Estimate = field(default_factory=lambda: not_measured("", "no costs are given"))
    cost_per_effect: Estimate | None = None
    since: str = ""
    weeks: int | None = None
    needs: tuple[str, ...] = ()
    next_measurement: str = ""
    settling: Settling | None = None
    not_to_conclude: tuple[str, ...] = ()
    source: Source = field(default_factory=dict)
    apart: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def expected(self) -> Estimate:
        """The gain to expect with its interval: of grades A and B only, else why there is none."""
        if self.kind == "effect" and self.grade in GAIN:
            return self.size
        reason = f"grade {self.grade}, {NO_GAIN[self.kind]}"
        return not_measured(self.size.unit, reason, self.size.method)

    @property
    def clear(self) -> bool:
        """Whether the interval of the size leaves out zero."""
        return assured(self.size) > 0

    @property
    def turn(self) -> Turn:
        """What the evidence is good for: to extend or undo, to test first, or nothing yet."""
        if self.kind == "gap":
            return "close"
        if self.kind == "association" or self.grade not in GAIN:
            return "test"
        if not self.clear or self.size.value is None:
            return "unclear"
        return "extend" if self.size.value * self.better > 0 else "undo"


@dataclass(frozen=True, slots=True)
class Placed:
    """A step at its place: 1 comes first. after: places of the steps that have to come before."""

    place: int
    step: Step
    after: tuple[int, ...]
    round: int


@dataclass(frozen=True, slots=True)
class Path:
    """All steps in their order, and how many effects were looked at to find them."""

    steps: tuple[Placed, ...]
    looked_at: int
    notes: tuple[str, ...] = ()

    @property
    def by_grade(self) -> Mapping[Grade, tuple[Placed, ...]]:
        """Steps of each grade, in their order; grades without a step are there too."""
        return {g: tuple(one for one in self.steps if one.step.grade == g) for g in GRADES}


def assured(size: Estimate) -> float:
    """How much of a size its interval leaves sure: the end nearest to 0; 0 where 0 is inside.

    A large estimate with a wide interval would else come before a smaller one that is sure, and
    the largest of many noisy estimates is the one that chance helped most.
    """
    if size.low is None or size.high is None or size.low <= 0 <= size.high:
        return 0.0
    return min(abs(size.low), abs(size.high))


def lay_path(steps: Iterable[Step], *, looked_at: int = 0, notes: Sequence[str] = ()) -> Path:
    """Put steps in their order: grade A to D; within a grade by what is sure of the size.

    Equal in both: by the size itself, then by id. A step that needs another keeps its place and
    names it; ``round`` says when it can be begun at the earliest (1: at once, 2: after one of
    round 1, ...). looked_at: effects, associations and gaps that were estimated in all.

    Raises StudyError, listing all, for a property that is not within control, an id used twice, a
    step of a grade that its kind of evidence cannot have, a needed step that is not there, and
    steps that wait for each other.
    """
    given = list(steps)
    _check(given)
    order = sorted(given, key=_order)
    place = {step.id: n for n, step in enumerate(order, start=1)}
    rounds = _rounds(given)
    placed = [
        Placed(place[s.id], s, tuple(sorted(place[i] for i in s.needs)), rounds[s.id])
        for s in order
    ]
    return Path(tuple(placed), max(looked_at, len(given)), tuple(notes))


def _order(step: Step) -> tuple[str, float, float, str]:
    value = step.size.value
    return step.grade, -assured(step.size), -abs(value) if value is not None else math.inf, step.id


def _check(steps: Sequence[Step]) -> None:
    ids = [step.id for step in steps]
    wrong = [f"{i!r} is the id of several steps" for i in dict.fromkeys(ids) if ids.count(i) > 1]
    for step in steps:
        check_property(step.aspect, f"step {step.id}")
        if step.grade < STRONGEST[step.kind]:
            strongest = STRONGEST[step.kind]
            wrong.append(
                f"{step.id!r} rests on one {step.kind} and cannot have grade {step.grade}; the "
                f"strongest is {strongest}"
            )
        wrong += [
            f"{step.id!r} needs {other!r}, which is no step"
            for other in step.needs
            if other not in ids
        ]
    if wrong:
        raise StudyError(
            "; ".join(wrong), "the enhancement path", next="mend these entries of the study"
        )


def _rounds(steps: Sequence[Step]) -> dict[str, int]:
    """The earliest round of each step; StudyError where steps wait for each other."""
    needs = {step.id: set(step.needs) for step in steps}
    rounds: dict[str, int] = {}
    now = 1
    while len(rounds) < len(needs):
        ready = [i for i, others in needs.items() if i not in rounds and others <= set(rounds)]
        if not ready:
            stuck = ", ".join(i for i in needs if i not in rounds)
            raise StudyError(
                f"these wait for each other: {stuck}",
                "the enhancement path",
                "steps whose needs can be met in some order",
                "take out one of the needs",
            )
        rounds |= dict.fromkeys(ready, now)
        now += 1
    return rounds
