"""Peers side by side, and the profile of each against them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from howfar.report.model import Figure, Section
from howfar.report.results import Results, Row, params_of
from howfar.report.sections.twins import Ask, by_channel, columns_figure
from howfar.report.words import TEXT, say
from howfar.schema.tables import COUNTS

_FAR = 8
"""Figures this many times apart go on a logarithmic scale; the column says so."""


def metrics_of(results: Results, measure: str, **where: str) -> Iterator[tuple[str, list[Row]]]:
    """The metrics of a measure that channels have figures of, in the order of the schema."""
    for metric in COUNTS:
        rows = results.figures(measure, category=metric, **where)
        if any(row["status"] == "measured" for row in rows):
            yield metric, rows


def peers_section(results: Results) -> Section:
    """Volume and typical engagement, engagement rates, share of voice, young posts."""
    figures = [_side_by_side(results), _rates(results), _voice(results)]
    found = tuple(f for f in figures if f is not None)
    intro = (say("peers.intro"),) if found else (say("nothing"),)
    return Section("peers", say("peers.title"), intro, found)


def _side_by_side(results: Results) -> Figure | None:
    volume = results.figures("publishing_volume", category=None, language=None)
    columns = [Ask(say("peers.volume"), by_channel(volume))]
    for metric, rows in list(metrics_of(results, "engagement", params="quantile=0.5"))[:3]:
        title = say("peers.median", metric=say(f"metric.{metric}"))
        values = [r["value"] for r in rows if r["status"] == "measured"]
        if min(values) > 0 and max(values) > _FAR * min(values):
            title = say("peers.log", title=title)
            columns.append(Ask(title, by_channel(rows), scale="log", zero=False))
        else:
            columns.append(Ask(title, by_channel(rows)))
    measures = ("publishing_volume", "engagement")
    return columns_figure(
        results, "side-by-side", say("peers.asks"), columns, say("peers.read"), measures
    )


def _rates(results: Results) -> Figure | None:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in results.figures("engagement_rate", params=None):
        found[row["category"]].append(row)
    columns = [Ask(title, by_channel(rows)) for title, rows in sorted(found.items())]
    return columns_figure(
        results,
        "engagement-rates",
        say("rates.asks"),
        columns,
        say("rates.read"),
        ("engagement_rate",),
    )


def _voice(results: Results) -> Figure | None:
    wanted = ("posts", *COUNTS)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in results.figures("share_of_voice"):
        found[row["category"]].append(row)
    columns = [
        Ask(say("voice.column", what=say(f"metric.{c}")), by_channel(found[c]), percent=True)
        for c in wanted
        if c in found
    ][:4]
    return columns_figure(
        results,
        "share-of-voice",
        say("voice.asks"),
        columns,
        say("voice.read"),
        ("share_of_voice",),
        warnings=(say("voice.warning"),),
    )


def profile_section(results: Results) -> Section:
    """Each indicator of each channel as a ratio to its peers, on one scale; no sum, no rank."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in results.figures("profile"):
        settings = params_of(row)
        name = settings.get("indicator", row["category"] or "")
        found[name].setdefault(row["channel"], row)
    ends = [
        row[end]
        for rows in found.values()
        for row in rows.values()
        for end in ("low", "high")
        if row["status"] == "measured"
    ]
    span = (min(ends), max(ends)) if ends else ()
    columns = [
        Ask(_indicator(results, name), rows, scale="log", zero=False, reference=1.0, span=span)
        for name, rows in found.items()
    ]
    figures = [
        columns_figure(
            results,
            "profile-peers" if n == 0 else f"profile-peers-{n // 4 + 1}",
            say("profile.asks") if n == 0 else say("profile.more"),
            columns[n : n + 4],
            say("profile.read"),
            ("profile",),
        )
        for n in range(0, len(columns), 4)
    ]
    kept = tuple(f for f in figures if f is not None)
    intro = (say("profile.intro"),) if kept else (say("profile.none"),)
    return Section("profile", say("profile.title"), intro, kept)


def _indicator(results: Results, name: str) -> str:
    """The title of an indicator, 'measure: category', as the other figures call it."""
    measure, _, what = name.partition(": ")
    what = say(f"metric.{what}") if f"metric.{what}" in TEXT else what
    if f"indicator.{measure}" in TEXT:
        return say(f"indicator.{measure}", what=what)
    declaration = results.declaration(measure)
    title = declaration.title if declaration else measure.replace("_", " ")
    return f"{title}: {what}" if what else title
