"""Zones that exports write by abbreviation: those that mean one offset, and those that do not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np

from howfar.readers.fields import Faults

_HOURS = {
    **{"UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3},
    **{"MSK": 3, "SAST": 2, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13},
    **{"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
    **{"AKST": -9, "AKDT": -8, "HST": -10, "BRT": -3},
}
_OFFSETS = {name: f"{hours:+03d}:00" for name, hours in _HOURS.items()}

AMBIGUOUS = frozenset(("CST", "IST", "BST"))
"""Chicago or Shanghai; Delhi, Jerusalem or Dublin; London or Dhaka."""

_NAMED = re.compile(r"([0-9-]{10}[ T][0-9:.]{5,15}) ([A-Z]{3,4})")


def with_offsets(
    values: Sequence[str], zone: dt.tzinfo | None, faults: Faults, name: str
) -> list[str]:
    """Times such as '2023-10-07 18:41:08 EDT' with an offset in place of the abbreviation.

    An abbreviation that several places share is read in ``zone``, the study's, where that zone
    bears it at that time. Else, and for one that is not known, the row is rejected (timezone).
    What ends in no abbreviation stays as it is.
    """
    known: dict[str, str | None] = {}
    for value in values:
        if value not in known:
            known[value] = _with_offset(value.strip(), zone)
    unclear = np.array([known[value] is None for value in values], dtype=bool)
    faults.mark(unclear, "timezone", f"{name}: expected a zone that means one offset")
    return [known[value] or "" for value in values]


def _with_offset(value: str, zone: dt.tzinfo | None) -> str | None:
    found = _NAMED.fullmatch(value)
    if found is None:
        return value
    clock, name = found.groups()
    if name in _OFFSETS:
        return f"{clock}{_OFFSETS[name]}"
    if name not in AMBIGUOUS or zone is None:
        return None
    try:
        naive = dt.datetime.fromisoformat(clock)
    except ValueError:
        return clock
    moments = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return next((m.isoformat() for m in moments if m.tzname() == name), None)
