"""Why did the figure change: two runs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from howfar.schema.tables import DIMENSIONS

_KEY = ("measure", *(d for d in DIMENSIONS if d != "organisation"))
_SHOWN = ("value", "low", "high", "status", "reason")


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that differs: where, before and after; None where a run does not have it."""

    where: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in what two runs rest on, and the figures that came out differently."""

    causes: list[str]
    changes: list[Change]
    same: int


def difference(
    before: pa.Table,
    after: pa.Table,
    provenance_before: Mapping[str, Any],
    provenance_after: Mapping[str, Any],
) -> Difference:
    """Compare two runs figure by figure and name every cause that can be told apart."""
    old, new = _by_key(before), _by_key(after)
    changes = [
        Change(
            {name: value for name, value in zip(_KEY, key, strict=True) if value is not None},
            old.get(key),
            new.get(key),
        )
        for key in [*old, *(k for k in new if k not in old)]
        if old.get(key) != new.get(key)
    ]
    same = sum(key in new and new[key] == figures for key, figures in old.items())
    return Difference(_causes(provenance_before, provenance_after), changes, same)


def _by_key(estimates: pa.Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {
        tuple(row[name] for name in _KEY): {name: row[name] for name in _SHOWN}
        for row in estimates.to_pylist()
    }


_PLAIN = {
    "seed": "the seed",
    "replicates": "the number of replicates",
    "confidence": "the level of the intervals",
    "study_sha256": "the study file",
    "experiments_sha256": "the experiments that came back",
    "channels_sha256": "the channel registry",
    "howfar": "the version of howfar",
    "code_sha256": "howfar's code",
    "python": "the version of Python",
}


def _causes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    found = [
        f"{words}: {_short(before.get(name))} before, {_short(after.get(name))} after"
        for name, words in _PLAIN.items()
        if before.get(name) != after.get(name)
    ]
    old = {(i["source"], i["sha256"]): i for i in before["inputs"]}
    new = {(i["source"], i["sha256"]): i for i in after["inputs"]}
    found += [f"file no longer there: {i['file']}" for k, i in old.items() if k not in new]
    found += [f"new file: {i['file']}" for k, i in new.items() if k not in old]
    libraries = sorted(set(before["libraries"]) | set(after["libraries"]))
    for name in libraries:
        was, now = before["libraries"].get(name), after["libraries"].get(name)
        if was != now:
            found.append(f"library {name}: {was} before, {now} after")
    return found


def _short(value: Any) -> str:
    return str(value)[:12]
