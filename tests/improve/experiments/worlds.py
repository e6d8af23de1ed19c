"""Plans of tests, and worlds with trend, season and autocorrelation in which they are run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

HEAD = """id = "faster"
title = "Faster answers"
question = "Do people write more where they are answered within an hour?"
hypothesis = "Who is answered writes again."
design = "{design}"
property = "latency"
control = "answers within a day, as now"
change = "answers within an hour"
owner = "City of Nordhafen"
channels = ["nordwelle", "ostfunk"]
ethics = "Everybody is answered in both arms, only later in one. The press office agreed to it."

[outcome]
column = "reactions"
unit = "reactions a day"
"""
SWITCHBACK = (
    HEAD.format(design="switchback")
    + """
[columns]
unit = "channel"
time = "date"

[lot]
units = ["nordwelle", "ostfunk"]
start = "2024-01-01"
blocks = 20
length = 3
washout = 1

[test]
draws = 399

[power]
effect = 0.3
"""
)
POSTS = (
    HEAD.format(design="posts")
    + """
[columns]
time = "date"
stratum = "channel"

[lot]
strata = { nordwelle = 40, ostfunk = 24 }

[test]
draws = 399

[power]
effect = 0.5

[cost]
currency = "EUR"
fixed = 100
per_change = 10
per_period = 1
"""
)
COUNTRIES = tuple(f"c{n:02}" for n in range(12))
CLUSTERS = (
    HEAD.format(design="clusters")
    + f"""
[columns]
unit = "country"
time = "day"

[lot]
units = {list(COUNTRIES)!r}
start = "60"
length = 20
washout = 2

[test]
draws = 399

[power]
effect = 0.2
"""
).replace("'", '"')
FIRST = dt.date(2024, 1, 1)


def daily(
    units: tuple[str, ...], days: int, rng: np.random.Generator, level: float = 100.0
) -> dict[str, np.ndarray]:
    """Counts a day: weekly season, slow trend, autocorrelated bursts, Poisson noise."""
    made = {}
    for place, unit in enumerate(units):
        burst = np.zeros(days)
        for day in range(1, days):
            burst[day] = 0.5 * burst[day - 1] + 0.2 * rng.normal()
        at = np.arange(days)
        mean = level * (1 + place / 4) * np.exp(burst + 0.2 * np.sin(2 * np.pi * at / 7) + at / 4e3)
        made[unit] = rng.poisson(mean).astype(float)
    return made


def table(
    series: Mapping[str, np.ndarray],
    unit: str,
    time: str,
    first: dt.date | int = 0,
    arms: Mapping[str, np.ndarray] | None = None,
) -> str:
    """A long CSV; arms: 0 and 1 by period."""
    lines = [f"{unit},{time},reactions" + (",arm" if arms else "")]
    for name, values in series.items():
        for at, value in enumerate(values):
            when = first + at if isinstance(first, int) else first + dt.timedelta(days=at)
            line = f"{name},{when},{value:g}"
            if arms is not None:
                line += f",{('control', 'change')[int(arms[name][at])]}"
            lines.append(line)
    return "\n".join(lines) + "\n"


def switched(rows: list[tuple[str, str, str]], days: int, length: int) -> dict[str, np.ndarray]:
    """Arm of each channel and day by the schedule of a switchback."""
    arms: dict[str, np.ndarray] = {}
    for unit, _, arm in rows:
        channel, block = unit.rsplit("/", 1)
        row = arms.setdefault(channel, np.zeros(days))
        start = (int(block) - 1) * length
        row[start : start + length] = arm == "change"
    return arms
