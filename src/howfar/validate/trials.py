"""Which simulated studies are run: scenarios, sizes, and what is planted in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from howfar.simulate.counts import CountsSettings
from howfar.simulate.plan import Plan
from howfar.simulate.scenarios import PLAIN
from howfar.simulate.society import SocietySettings

DAYS: Final = 84
"""Twelve weeks: more than the ten from which the bootstrap over weeks is trusted."""

REPLICATES: Final = 500
"""Of the judged studies: a quarter of a study's own 2,000, for the time that it saves."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A scenario as it is judged.

    says: what is planted. mechanisms, settings: as in Plan. size: posts of a world, about. studies:
    how many seeds are run unless the command says otherwise, from 0.
    """

    name: str
    says: str
    mechanisms: frozenset[str]
    studies: int
    size: int = 6_000
    settings: Mapping[str, Any] = field(default_factory=dict)

    def plan(self, seed: int) -> Plan:
        """The world of a seed."""
        own = {"SocietySettings": SocietySettings(share_of_channels=0.9)}
        return Plan(
            seed,
            self.size,
            self.name,
            self.mechanisms,
            days=DAYS,
            settings={**own, **self.settings},
        )


TRIALS: Final = {
    trial.name: trial
    for trial in (
        Trial(
            "plain",
            "rhythm of days and weeks, outside news, spread, figures; channels unlike each other",
            PLAIN,
            200,
        ),
        Trial(
            "alike",
            "all channels of a platform are of one size and draw alike: no differences to find",
            PLAIN,
            40,
            settings={
                "SocietySettings": SocietySettings(
                    share_of_channels=0.9, rate_spread=0.0, reach_spread=0.0
                ),
                "CountsSettings": CountsSettings(factor_spread=0.0),
            },
        ),
        Trial(
            "quiet",
            "plain without outside news: no bursts",
            PLAIN - {"news"},
            40,
        ),
        Trial(
            "maturation",
            "plain, and figures that grow with age, crawled four times",
            PLAIN | {"maturation"},
            40,
        ),
        Trial(
            "paid",
            "plain, and 10 to 15 % of the posts of ours and of peers reach three times as many",
            PLAIN | {"paid"},
            40,
        ),
    )
}
"""Every scenario that is judged, by name."""
