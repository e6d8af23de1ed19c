"""How strong the evidence for a change is: one grade, lowered by whatever check did not pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Grade = Literal["A", "B", "C", "D"]

GRADES: Final[Mapping[Grade, str]] = {
    "A": "randomised, with exposure that was verified to be random",
    "B": "quasi-experimental: compared with what was not changed, and every check passed",
    "C": "an association that was adjusted for other things, or a comparison of which a check "
    "did not pass",
    "D": "a gap or a difference only",
}
"""What each grade rests on, from the strongest to the weakest."""

GAIN: Final[frozenset[Grade]] = frozenset({"A", "B"})
"""Grades that may name an expected gain; all others show the gap or the association only."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to hold for an effect to be believed.

    id: short name, the same for all designs that make it (pre-trend, autocorrelation,
    placebo-time, placebo-space, fit-before, leave-one-out, ...). asks: the question in words.
    passed: null where it could not be made; said tells why. A check that is ``needed`` and could
    not be made lowers the grade as one that failed does. figures: what it was judged by.
    """

    id: str
    asks: str
    passed: bool | None
    said: str
    needed: bool = True
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether it leaves the grade as it is."""
        return self.passed is True or (self.passed is None and not self.needed)


def grade_of(
    checks: Iterable[Check], *, compared: bool, randomised: bool = False, verified: bool = False
) -> Grade:
    """The grade of an effect.

    compared: whether there is a series, channel or group that was not changed to compare with; what
    recovers by itself after a crisis looks like an effect wherever there is none. randomised: by
    lot. verified: shown that who saw what was by lot too (platforms' split tests deliver to
    different people).

    A: randomised and verified, every check holds. B: compared, every check holds. C: randomised or
    compared, and a check does not hold; or not compared, and every check holds. D: the rest.
    """
    sound = all(check.holds for check in checks)
    if sound and randomised and verified:
        return "A"
    if sound and compared:
        return "B"
    if sound or compared or randomised:
        return "C"
    return "D"
