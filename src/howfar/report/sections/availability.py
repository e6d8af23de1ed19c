"""Which posts were removed, withheld or labelled, where, and since when."""

from __future__ import annotations

from collections import defaultdict

from howfar.report.model import Figure, Section, Table
from howfar.report.numbers import value_text
from howfar.report.results import Results, Row, params_of
from howfar.report.sections.twins import Ask, columns_figure
from howfar.report.sections.weeks import series_figure
from howfar.report.words import say

_COLUMNS = ("withheld", "removed", "labelled", "missing at recheck")


def availability_section(results: Results) -> Section:
    """Shares by channel, the weeks of withholding, and the countries."""
    items = [_shares(results), _weeks(results), _places(results)]
    kept = tuple(i for i in items if i is not None)
    intro = say("availability.intro" if kept else "availability.none")
    return Section("availability", say("availability.title"), (intro,), kept)


def _shares(results: Results) -> Figure | None:
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in results.figures("availability", country=None):
        if row["category"] in _COLUMNS:
            found[row["category"]].setdefault(row["channel"], row)
    columns = [
        Ask(say(f"availability.{c}"), found[c], percent=True) for c in _COLUMNS if c in found
    ]
    return columns_figure(
        results,
        "availability-shares",
        say("availability.asks"),
        columns,
        say("availability.read"),
        ("availability",),
    )


def _weeks(results: Results) -> Figure | None:
    """Weekly shares of the country in which most is withheld."""
    places: dict[str, float] = defaultdict(float)
    weekly = [
        row
        for row in results.rows("availability", category="withheld")
        if row["period_start"] is not None and row["country"] and row["channel"] in results.names
    ]
    for row in weekly:
        places[row["country"]] += row["value"] or 0
    if not places:
        return None
    most = max(sorted(places), key=lambda c: places[c])
    rows = [row for row in weekly if row["country"] == most]
    asks = say("availability.weeks_asks") + f" ({most})"
    read = say("availability.weeks_read")
    return series_figure(results, "availability-weeks", asks, read, rows, percent=True)


def _places(results: Results) -> Table | None:
    """Each country in which something is withheld."""
    rows = [
        row
        for row in results.rows("availability", category="withheld", period_start=None)
        if row["country"]
    ]
    of_channels = {
        (r["platform"], r["country"]): r for r in rows if params_of(r).get("of") == "channels"
    }
    lines = []
    for row in sorted(
        rows, key=lambda r: (r["country"], r["platform"], results.name(r["channel"]))
    ):
        if params_of(row).get("of") == "channels":
            continue
        every = of_channels.get((row["platform"], row["country"]))
        lines.append(
            (
                row["country"],
                row["platform"],
                results.name(row["channel"]),
                value_text(row, percent=True),
                value_text(every, percent=True) if every else say("none"),
            )
        )
    if not lines:
        return None
    heads = ("country", "platform", "channel", "share", "channels_hit")
    head = tuple(say(f"head.{h}") for h in heads)
    return Table(say("availability.places"), head, lines, frozenset({3, 4}))
