"""Scenarios: which mechanisms are on together, under a name."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from howfar.errors import StudyError
from howfar.simulate.mechanisms import MECHANISMS

PLAIN: Final = frozenset({"background", "news", "spread", "counts"})
"""What every scenario has but those that leave out one of them."""

_ALONE: Final = frozenset({"star", "capture"})
"""What would hide what others plant: on only where asked for by name."""

_NEEDED: Final[Mapping[str, frozenset[str]]] = {"annotation": frozenset({"opinions"})}
"""What is on as well where a scenario plants what would have nothing to show without it."""

_LONGEST: Final = 48
"""Letters of a name, which goes into the id of the study."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world's mechanisms, and their settings where they are not their own."""

    name: str
    says: str
    mechanisms: frozenset[str]
    settings: Mapping[str, Any] = field(default_factory=dict)


def scenarios() -> dict[str, Scenario]:
    """All scenarios by name: plain, without news, without spread, one a mechanism, all."""
    made = [
        Scenario("plain", "background, outside news, spread and figures", PLAIN),
        Scenario("quiet", "plain without outside news", PLAIN - {"news"}),
        Scenario("unmoved", "plain without spread: every post is an original", PLAIN - {"spread"}),
    ]
    for mechanism in MECHANISMS:
        if mechanism.name not in PLAIN:
            says = (sys.modules[type(mechanism).__module__].__doc__ or "").partition("\n")[0]
            on = PLAIN | {mechanism.name} | _NEEDED.get(mechanism.name, frozenset())
            made.append(Scenario(mechanism.name, says, on))
    everything = frozenset(mechanism.name for mechanism in MECHANISMS) - _ALONE
    without = ", ".join(sorted(_ALONE))
    made.append(Scenario("all", f"every mechanism but {without}, which hide others", everything))
    return {scenario.name: scenario for scenario in made}


def together(names: Iterable[str]) -> Scenario:
    """The scenario of several names: what is on in any of them; StudyError for an unknown name."""
    known = scenarios()
    chosen = []
    for name in dict.fromkeys(names):
        if name not in known:
            raise StudyError(
                f'unknown scenario "{name}"',
                where="--scenario",
                expected=f"one of {', '.join(known)}",
                next="howfar simulate --list tells what each plants",
            )
        chosen.append(known[name])
    name = "-".join(scenario.name for scenario in chosen)
    if len(name) > _LONGEST:
        name = f"{chosen[0].name}-and-{len(chosen) - 1}-more"
    return Scenario(
        name,
        "; ".join(scenario.says for scenario in chosen),
        frozenset().union(*(scenario.mechanisms for scenario in chosen)),
        {key: value for scenario in chosen for key, value in scenario.settings.items()},
    )
