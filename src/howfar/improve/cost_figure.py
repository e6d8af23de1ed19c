"""A cost of one: spend for one of what is counted, incremental or average, with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from howfar.improve.evidence import Check, Grade
from howfar.schema.estimate import Estimate
from howfar.study.costs_table import Spend, Way

Kind = Literal["incremental", "average"]
Part = Way | Literal["together"]
"""A way, or all ways together."""

NAMES: Final[Mapping[Kind, str]] = {
    "incremental": "incremental cost",
    "average": "average cost, not incremental",
}
"""What each kind is called wherever it is shown."""

NO_OWN_SPEND: Final = "no spend of its own: what is passed on was paid for with what was passed on"
"""Why word of mouth has no cost where no line of costs is for it."""

WHOLE: Final = (
    "the whole spend is set against each thing that is counted: costs of several are not added up"
)


@dataclass(frozen=True, slots=True)
class CostPerEffect:
    """Spend for one of what is counted.

    kind: incremental (spend / effect) or average (spend / all that was counted). estimate: in
    currency for one. grade: of the effect that it rests on; null where there is none. checks: of
    the figure itself; those of the effect stand with the effect.
    """

    kind: Kind
    part: Part
    counted: str
    spend: Spend
    estimate: Estimate
    grade: Grade | None = None
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called: an average never passes for the cost of one more."""
        return NAMES[self.kind]

    @property
    def identified(self) -> bool:
        """Whether there is a figure."""
        return self.estimate.status == "measured"


def unit_of(currency: str, counted: str) -> str:
    """The unit of a cost: currency for one of what is counted."""
    return f"{currency} / {counted}"


def cut_lines(spend: Spend) -> tuple[str, ...]:
    """What is to be said of lines of costs that lie only partly in the period."""
    if not spend.cut:
        return ()
    return (
        f"{spend.cut} of {spend.lines} lines of costs lie only partly in the period: they count by "
        "the part of their days",
    )
