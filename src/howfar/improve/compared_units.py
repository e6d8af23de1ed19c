"""Which units are set side by side for an audience: channels that were captured alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from howfar.schema.comparable import Ground, captured_alike
from howfar.study.registry import Registry
from howfar.study.taxonomy import Role


@dataclass(frozen=True, slots=True)
class Compared:
    """Channels of each unit, its printed name and its role (ours where any channel is ours)."""

    members: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    roles: Mapping[str, Role]


def compared_units(units: str, platform: str | None, held: Ground, channels: Registry) -> Compared:
    """Units (channel, organisation, country or platform) with channels that the study compares.

    As the index takes them (assess/study_index.py): of each platform those captured as most were,
    named channels only.
    """
    members: dict[str, tuple[str, ...]] = {}
    labels: dict[str, str] = {}
    roles: dict[str, Role] = {}
    places = sorted({p for _, p in held.compared if p and platform in (None, p)})
    for place in places:
        pairs = [
            (channel, kind)
            for channel, where in sorted(held.compared, key=str)
            if channel is not None and where == place
            for kind in sorted(held.capture[channel, where])
        ]
        names, kinds = (np.array([p[k] for p in pairs], dtype=object) for k in (0, 1))
        for channel in captured_alike(names, kinds).channels if pairs else ():
            row = channels.get(channel)
            if row is None or not row.named:
                continue
            unit = {
                "channel": channel,
                "organisation": row.organisation,
                "country": row.country or "",
                "platform": place,
            }[units]
            if not unit:
                continue
            members[unit] = (*members.get(unit, ()), channel)
            labels[unit] = row.name if units == "channel" else unit
            roles[unit] = "ours" if roles.get(unit) == "ours" else row.role
    return Compared(dict(sorted(members.items())), labels, roles)
