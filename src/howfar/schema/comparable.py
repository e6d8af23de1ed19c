"""Which channels may be set side by side: compared ones, collected in the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

VERSUS = "compared channels"
ROLES = ("ours", "peer")
_CLASSES = ("complete", "sample", "keyword", "capped", "browsing")
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
        known = [_CLASSES.index(c) if c in _CLASSES else len(_CLASSES) for c in classes]
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
