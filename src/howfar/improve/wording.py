"""What may be said of a change, a property or a gap: the words follow from the grade alone.

Grades A and B may say that a change raised or lowered something; C says that it was higher or lower
after, or goes with more or less; D says that it differs. Nobody can say more by hand: the sentence
is made from the Effect, whose grade a failed check lowers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, Literal

from howfar.improve.effect import Design, Effect
from howfar.improve.evidence import GAIN, Check, Grade
from howfar.improve.lexicon import DENIAL, causal_words, quoted
from howfar.schema.estimate import Estimate

__all__ = [
    "DENIAL",
    "DESIGNS",
    "causal_words",
    "effect_sentence",
    "figure",
    "named",
    "not_concluded",
    "quoted",
    "relation",
    "why_graded",
    "with_interval",
]

Of = Literal["change", "property", "gap"]

_RELATIONS: Final[dict[tuple[Of, bool], tuple[str, str]]] = {
    ("change", True): ("raised", "lowered"),
    ("change", False): ("was higher after", "was lower after"),
    ("property", True): ("raised", "lowered"),
    ("property", False): ("goes with more", "goes with less"),
}
_MINUS: Final = "\N{MINUS SIGN}"
_PERCENT: Final = "\N{NO-BREAK SPACE}%"
DESIGNS: Final[dict[Design, str]] = {
    "its": "interrupted time series",
    "did": "difference in differences",
    "synth": "synthetic control",
    "series": "counterfactual series",
    "experiment": "experiment",
}
"""Names of the designs, in words."""


def relation(grade: Grade, higher: bool, of: Of = "change") -> str:
    """The verb that a grade allows.

    of: a dated change, a property of posts that goes with the outcome, or a gap to somebody else
    (which is never more than a difference, whatever its grade). higher: the direction.
    """
    if grade == "D" or of == "gap":
        return "differs from"
    return _RELATIONS[of, grade in GAIN][0 if higher else 1]


def named(grade: Grade) -> str:
    """The noun for what was found: an effect from grade B on, a difference below."""
    return "effect" if grade in GAIN else "difference"


def figure(value: float, percent: bool = False, signed: bool = False) -> str:
    """A figure with three significant digits; percent: of a part of one."""
    if math.isinf(value):
        return "∞" if value > 0 else _MINUS + "∞"
    shown = value * (100 if percent else 1)
    size = abs(shown)
    places = 0 if size == 0 else max(0, min(6, 2 - math.floor(math.log10(size))))
    if percent:
        places = min(places, 1 if size >= 1 else 2)
    sign = "+" if signed and shown > 0 else ""
    text = f"{sign}{shown:,.{places}f}".replace("-", _MINUS)
    return text + (_PERCENT if percent else "")


def with_interval(estimate: Estimate, percent: bool = False, signed: bool = False) -> str:
    """A figure with its interval by the name of its kind, or the reason why there is none."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return f"{estimate.status.replace('_', ' ')} ({estimate.reason})"
    told = figure(estimate.value, percent, signed)
    ends = f"{figure(estimate.low, percent, signed)} to {figure(estimate.high, percent, signed)}"
    level = f"{100 * (estimate.confidence or 0):.4g}{_PERCENT}"
    kinds = {
        "confidence": f"{level} interval {ends}",
        "posterior": f"{level} posterior interval {ends}",
        "bound": f"bounds {ends}",
        "range": f"range over choices {ends}, no interval",
    }
    if estimate.low_kind == "bound" and estimate.low == estimate.high:
        return told
    return f"{told} ({kinds[estimate.low_kind or 'bound']})"


def effect_sentence(effect: Effect, change: str = "the change") -> str:
    """What was found, in the words of its grade.

    change: what was changed, in the user's words through ``quoted`` or the program's own.
    """
    grade = effect.grade
    part, whole = effect.relative.value, effect.average.value
    # As a part of what would have been only where that is a size: both go the same way.
    percent = part is not None and (whole is None or part * whole >= 0)
    main = effect.relative if percent else effect.average
    if main.value is None or main.low is None or main.high is None:
        return f"How {effect.outcome} differs after {change} is not measured: {main.reason}."
    unit = "" if percent else f" {effect.unit}"
    if main.low <= 0 <= main.high:
        told = f"{with_interval(main, percent, signed=True)}{unit}"
        return (
            f"No clear difference of {effect.outcome} after {change}: {told}. Not clear is not "
            "none: the interval says what is left possible."
        )
    low, high = sorted((abs(main.low), abs(main.high)))
    size = f"{figure(abs(main.value), percent)}{unit}"
    level = f"{100 * (main.confidence or 0):.4g}{_PERCENT} "
    kind = f"{level}interval" if main.low_kind in ("confidence", "posterior") else main.low_kind
    told = f"({kind} {figure(low, percent)} to {figure(high, percent)})"
    word = "higher" if main.value > 0 else "lower"
    if grade in GAIN:
        verb = relation(grade, main.value > 0)
        return f"{_upper(change)} {verb} {effect.outcome} by {size} {told}."
    told = f"{_upper(effect.outcome)}: {size} {word} after {change} {told}"
    if grade == "C":
        return f"{told} than was to be expected from the rest of the data."
    return f"{told}; it differs from what was to be expected, and no more can be said."


def why_graded(effect: Effect) -> str:
    """Why the grade is what it is, in one sentence."""
    failed, open_ = _broken(effect.checks)
    n = len(effect.compared)
    if effect.grade == "A":
        return "Grade A: by lot, exposure was verified to be by lot, and every check passed."
    if effect.grade == "B":
        return f"Grade B: compared with {_compared(n)}; every needed check passed."
    reasons = []
    if not n and not effect.randomised:
        reasons.append("nothing that was not changed was compared with")
    if effect.randomised and not effect.verified and not failed and not open_:
        reasons.append("exposure was not verified to be by lot")
    if failed:
        reasons.append(f"did not pass: {', '.join(failed)}")
    if open_:
        reasons.append(f"could not be checked: {', '.join(open_)}")
    return f"Grade {effect.grade}: {'; '.join(reasons)}."


def not_concluded(effect: Effect, change: str = "the change") -> tuple[str, ...]:
    """What must not be concluded, a sentence each; stands beside what was found."""
    if effect.grade in GAIN:
        return (
            f"{DENIAL} that the same would follow on other channels or at other times.",
            f"{DENIAL} anything on opinions or conduct that {effect.outcome} does not count.",
        )
    told = [f"{DENIAL} that {change} made {effect.outcome} what it is."]
    if not effect.compared and not effect.randomised:
        told.append(
            f"{DENIAL} that it would not have come by itself: what recovers from a crisis, or "
            "happened to others as well, looks the same."
        )
    value = effect.average.value
    if value is not None and not effect.clear:
        told.append(f"{DENIAL} that nothing happened.")
    return tuple(told)


def _broken(checks: Iterable[Check]) -> tuple[list[str], list[str]]:
    """Ids of checks that failed, and of needed ones that could not be made."""
    broken = [check for check in checks if not check.holds]
    failed = [check.id for check in broken if check.passed is False]
    return failed, [check.id for check in broken if check.passed is None]


def _compared(n: int) -> str:
    return "what was not changed (1 unit)" if n == 1 else f"what was not changed ({n} units)"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
