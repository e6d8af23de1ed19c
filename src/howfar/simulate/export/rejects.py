"""Records that no reader may keep, planted among those of a world."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from howfar.simulate.export.form import Bad, Damage, Form


@dataclass(frozen=True, slots=True)
class RejectSettings:
    """rate: planted records a true one; each is a damaged copy, the true one stays."""

    rate: float = 0.002


def planted(
    rng: np.random.Generator, settings: RejectSettings, form: Form, records: list[str]
) -> tuple[list[str], list[Bad]]:
    """The records with damaged copies of some of them after these; and which ones are those."""
    kinds = list(form.damages)
    chosen = np.flatnonzero(rng.random(len(records)) < settings.rate)
    drawn = rng.integers(0, len(kinds), len(chosen))
    made: list[str] = []
    bad: list[Bad] = []
    start = 0
    for place, number in zip(chosen.tolist(), drawn.tolist(), strict=True):
        made += records[start : place + 1]
        start = place + 1
        kind, record = kinds[number], records[place]
        reason, damage = form.damages[kind]
        damaged = damage(record)
        if damaged == record:
            kind = form.always
            reason, damage = form.damages[kind]
            damaged = damage(record)
        bad.append((len(made), reason, kind))
        made.append(damaged)
    return made + records[start:], bad


def replaced(pattern: str, by: str, *, every: bool = False) -> Callable[[str], str]:
    """A damage that replaces what fits a regular expression: the first such place, or every."""
    compiled = re.compile(pattern)
    return lambda record: compiled.sub(by, record, 0 if every else 1)


def cut(record: str) -> str:
    """The first half of a record."""
    return record[: len(record) // 2]


def json_damages(id: str, time: str, text: str, figure: str) -> dict[str, Damage]:
    """What can go wrong with a record in JSON. id, time, text, figure: names of its members."""
    return {
        "rounded id": ("id", replaced(rf'"{id}":"[^"]*"', f'"{id}":1.7e+18', every=True)),
        "time without zone": ("timezone", replaced(rf'"{time}":"([^"]*)Z"', rf'"{time}":"\1"')),
        "no such day": ("date", replaced(rf'"{time}":"(\d+)-..-..', rf'"{time}":"\1-02-30')),
        "twin key": ("duplicate_key", replaced(r"^\{", '{"twin":1,"twin":2,')),
        "figure below zero": ("number", replaced(rf'"{figure}":"?\d+"?', f'"{figure}":-3')),
        "figure is no number": ("number", replaced(rf'"{figure}":"?\d+"?', f'"{figure}":NaN')),
        "half a character": (
            "encoding",
            replaced(rf'"{text}":"', rf'"{text}":"\\ud83d', every=True),
        ),
        "NUL in a text": ("nul", replaced(rf'"{text}":"', rf'"{text}":"\\u0000', every=True)),
    }
