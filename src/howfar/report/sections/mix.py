"""Mixes: with which reactions, over which paths, and how young posts still grow."""

from __future__ import annotations

import math
import re
from collections import defaultdict

from howfar.report.charts.scene import Row as ChartRow
from howfar.report.model import Figure, Section
from howfar.report.results import Results, Row, params_of
from howfar.report.sections.twins import Ask, by_channel, columns_figure
from howfar.report.words import say
from howfar.schema.tables import COUNTS, REACTION_KINDS


def reactions_section(results: Results) -> Section:
    """Shares of the kinds of reaction, and how far each mix lies from that of the others."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in results.figures("reaction_mix"):
        found[(row["category"] or "").removeprefix("reaction_")].append(row)
    kinds = [k for k in REACTION_KINDS if k in found]
    columns = [Ask(say(f"kind.{k}"), by_channel(found[k]), percent=True) for k in kinds]
    columns = [c for c in columns if c.measured]
    across = math.ceil(len(columns) / math.ceil(len(columns) / 4)) if columns else 1
    mix = [
        columns_figure(
            results,
            "reaction-mix" if n == 0 else f"reaction-mix-{n // across + 1}",
            say("mix.asks") if n == 0 else say("mix.more"),
            columns[n : n + across],
            say("mix.read"),
            ("reaction_mix",),
        )
        for n in range(0, len(columns), across)
    ]
    distance = columns_figure(
        results,
        "reaction-distance",
        say("distance.asks"),
        [Ask(say("distance.column"), by_channel(results.figures("reaction_distance")))],
        say("distance.read"),
        ("reaction_distance",),
    )
    kept = tuple(f for f in (*mix, distance) if f is not None)
    intro = (say("mix.intro"),) if kept else (say("nothing"),)
    return Section("reactions", say("mix.title"), intro, kept)


def paths_section(results: Results) -> Section:
    """Which paths of communication carry posts and engagement."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in results.rows("path_mix"):
        if row["path"] and row["period_start"] is None:
            found[row["category"] or ""].setdefault(row["path"], row)
    wanted = [c for c in ("posts", *COUNTS) if c in found][:4]
    paths = sorted({p for rows in found.values() for p in rows})
    if len(paths) == 1:
        only = say("paths.one", path=say(f"path.{paths[0]}"))
        return Section("paths", say("paths.title"), (say("paths.intro"), only))
    figure = columns_figure(
        results,
        "path-mix",
        say("paths.asks"),
        [Ask(say("paths.column", what=say(f"metric.{c}")), found[c], percent=True) for c in wanted],
        say("paths.read"),
        ("path_mix",),
        rows=[ChartRow(p, say(f"path.{p}"), "peer") for p in paths],
        heads=(say("head.path"), say("head.figure")),
    )
    intro = (say("paths.intro"),) if figure else (say("nothing"),)
    return Section("paths", say("paths.title"), intro, (figure,) if figure else ())


def young_section(results: Results) -> Section:
    """How many posts were young when observed, and how much young posts still grew."""
    items = [_maturation(results), _young(results)]
    kept = tuple(i for i in items if i is not None)
    intro = (say("young.intro"),) if kept else (say("young.none"),)
    return Section("young", say("young.title"), intro, kept)


def _maturation(results: Results) -> Figure | None:
    ages: dict[str, ChartRow] = {}
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    rows = [r for r in results.rows("maturation") if "age" in params_of(r)]
    rows.sort(key=lambda r: _hours(params_of(r)["age"]))
    for row in rows:
        age = params_of(row)["age"]
        name = age.replace("-", "–")
        if len({r["channel"] for r in rows}) > 1:
            name = f"{results.name(row['channel'])}, {name}"
        key = f"{row['channel']} {age}"
        ages.setdefault(key, ChartRow(key, name, results.roles.get(row["channel"], "peer")))
        found[row["category"] or ""].setdefault(key, row)
    columns = [
        Ask(
            say("maturation.column", what=say(f"metric.{c}")),
            found[c],
            scale="log",
            zero=False,
            reference=1.0,
        )
        for c in COUNTS
        if c in found
    ]
    return columns_figure(
        results,
        "maturation",
        say("maturation.asks"),
        columns[:4],
        say("maturation.read"),
        ("maturation",),
        rows=list(ages.values()),
        heads=(say("head.age"), say("head.figure")),
    )


def _hours(age: str) -> tuple[float, str]:
    """Where an age such as 12-24h, 1-2d or 7d+ begins, in hours."""
    first = re.match(r"[\d.]+", age)
    unit = re.search(r"[hdw]", age)
    hours = {"h": 1, "d": 24, "w": 168}[unit[0]] if unit else 1
    return (float(first[0]) * hours if first else float("inf"), age)


def _young(results: Results) -> Figure | None:
    rows = by_channel(results.figures("young_posts"))
    return columns_figure(
        results,
        "young-posts",
        say("youngposts.asks"),
        [Ask(say("youngposts.column"), rows, percent=True)],
        say("youngposts.read"),
        ("young_posts",),
    )
