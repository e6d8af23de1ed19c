"""What is within an institution's control, and whose channels are advised at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from howfar.errors import StudyError
from howfar.study.channel import Channel
from howfar.study.registry import Registry
from howfar.study.taxonomy import Property
from howfar.study.within_control import PROPERTIES, WITHIN_CONTROL, check_property, refusal

_MEASURES: Final[Mapping[str, Property]] = {
    "publishing_volume": "frequency",
    "response_time": "latency",
    "language_fit": "language",
}
"""Measures whose figure is itself something that an institution decides."""

_FACETS: Final[Mapping[str, Property]] = {
    "kind": "kind",
    "language": "language",
    "relation": "replies",
}
"""Facets of the publishing mix (category "facet=member") that are decided; exposure is a cost."""

_POST: Final[Mapping[str, Property]] = {
    "kind": "kind",
    "language": "language",
    "hour": "time",
    "weekday": "time",
    "reply": "replies",
    "latency": "latency",
    "source_given": "sources",
    "owner_named": "openness",
}
"""Properties of posts (improve/associations.py) that are decided.

Topic and length are shown in associations but are not on the list; path is who speaks, not how.
"""


def of_figure(measure: str | None, category: str | None = None) -> Property | None:
    """The property of the fixed list that a measure's figure is of; null where it is of none.

    Engagement, reach, the mix of reactions and the like answer to others: none is within control.
    """
    if measure == "publishing_volume" and category and "=" in category:
        return _FACETS.get(category.split("=", 1)[0])
    return _MEASURES.get(measure or "")


def of_post(name: str) -> Property | None:
    """The property of the fixed list that a property of posts is; null where it is none."""
    return _POST.get(name)


def of_indicators(declared: Mapping[str, str], where: str) -> dict[str, Property]:
    """Indicators of a user's table that the study declares within control, each checked.

    declared: id of the indicator -> property. Raises StudyError for what is not on the list, and
    for an indicator whose own name is of what is refused, whatever it is declared to be.
    """
    found = {}
    for indicator, name in declared.items():
        at = f"{where}, {indicator}"
        if (reason := refusal(indicator)) is not None:
            raise StudyError(
                f"{indicator!r} is refused as something to be changed: {reason}",
                at,
                "an indicator of " + ", ".join(PROPERTIES),
                "leave it out of what is within control; it may stay in the index",
            )
        found[indicator] = check_property(name, at)
    return found


def advised(registry: Registry, where: str = "channels.csv") -> tuple[Channel, ...]:
    """Our channels, latest row each: those that the enhancement path speaks of.

    Raises StudyError, listing all, where one of role "ours" has no declared owner in its latest
    row: advice is given for channels that their owners openly label, and for no others.
    """
    rows = [row for name in registry.ours if (row := registry.get(name)) is not None]
    ours = tuple(row for row in rows if row.role == "ours")
    must_be_owned(ours, where)
    return ours


def must_be_owned(channels: Iterable[Channel], where: str = "channels.csv") -> None:
    """StudyError, listing all, where a channel of role "ours" declares no owner."""
    silent = [
        row.channel
        for row in channels
        if row.role == "ours" and not (row.declared_owner or "").strip()
    ]
    if silent:
        several = len(silent) > 1
        raise StudyError(
            f"no declared owner: {', '.join(silent)}; the enhancement path advises only on "
            "channels that openly say whose they are",
            where,
            "declared_owner of every channel of role ours",
            f"fill declared_owner of {'these rows' if several else 'this row'}, and say it on the "
            f"{'channels' if several else 'channel'} too; or give the role peer or other",
        )


__all__ = [
    "PROPERTIES",
    "WITHIN_CONTROL",
    "advised",
    "check_property",
    "must_be_owned",
    "of_figure",
    "of_indicators",
    "of_post",
    "refusal",
]
