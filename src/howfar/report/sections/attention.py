"""How attention is spread over posts, and how talk goes with reactions."""

from __future__ import annotations

from collections import defaultdict

from howfar.report.charts.scene import Scale
from howfar.report.model import Figure, Section, Table
from howfar.report.numbers import interval, number, phrase, value_text
from howfar.report.results import Results, Row, params_of
from howfar.report.sections.peers import metrics_of
from howfar.report.sections.twins import Ask, by_channel, columns_figure, foot_of
from howfar.report.words import say


def attention_section(results: Results) -> Section:
    """Gini, the share of the top posts, the share of the least noticed, and the tail."""
    metrics = list(metrics_of(results, "attention_inequality"))
    gini = columns_figure(
        results,
        "gini",
        say("gini.asks"),
        [Ask(say("gini.column", what=say(f"metric.{m}")), by_channel(rows)) for m, rows in metrics][
            :4
        ],
        say("gini.read"),
        ("attention_inequality",),
    )
    items = [gini, _top(results), _least(results), _tail(results)]
    found = tuple(i for i in items if i is not None)
    intro = (say("attention.intro"),) if found else (say("nothing"),)
    return Section("attention", say("attention.title"), intro, found)


def _first_metric(results: Results, measure: str) -> str | None:
    found = [metric for metric, _ in metrics_of(results, measure)]
    return "reactions" if "reactions" in found else found[0] if found else None


def _top(results: Results) -> Figure | None:
    metric = _first_metric(results, "top_share")
    if metric is None:
        return None
    columns = []
    for part in ("0.01", "0.05", "0.1"):
        rows = results.figures("top_share", category=metric, params=f"top={part}")
        title = say("top.column", part=f"{float(part):.0%}".replace("%", " %"))
        columns.append(Ask(title, by_channel(rows), percent=True))
    what = say(f"metric.{metric}")
    return columns_figure(
        results,
        "top-share",
        say("top.asks", metric=what),
        columns,
        say("top.read", metric=what),
        ("top_share",),
    )


def _least(results: Results) -> Figure | None:
    """Three points of the Lorenz curve: fourteen curves in one plot cannot be told apart."""
    columns = []
    for part in ("0.5", "0.9"):
        rows = results.figures("lorenz", category="reactions", params=f"p={part}")
        title = say("lorenz.column", part=f"{float(part):.0%}".replace("%", " %"))
        columns.append(Ask(title, by_channel(rows), percent=True))
    return columns_figure(
        results, "lorenz", say("lorenz.asks"), columns, say("lorenz.read"), ("lorenz",)
    )


def _tail(results: Results) -> Table | None:
    """The tail exponent with its fit; a table, since exponents do not compare by eye."""
    rows = results.figures("attention_tail")
    lines = []
    fits = {(r["channel"], r["category"]): r for r in rows if ":" in (r["category"] or "")}
    for channel in results.ordered(r["channel"] for r in rows):
        for row in rows:
            if row["channel"] != channel or ":" in (row["category"] or ""):
                continue
            if row["status"] != "measured":
                continue
            settings = params_of(row)
            fit = fits.get((channel, f"{row['category']}: fit p"))
            other = fits.get((channel, f"{row['category']}: vs lognormal"))
            lines.append(
                (
                    results.names[channel],
                    say(f"metric.{row['category']}"),
                    value_text(row),
                    interval(row),
                    _whole(settings.get("xmin")),
                    _whole(settings.get("tail")),
                    number(fit["value"], 2) if fit else say("none"),
                    phrase(other) if other else say("none"),
                )
            )
    if not lines:
        return None
    head = ("channel", "metric", "exponent", "interval", "xmin", "tail", "fit", "lognormal")
    names = tuple(say(f"head.{h}", level=results.confidence) for h in head)
    foot = foot_of([(results.name(r["channel"]), "", r, False) for r in rows])
    notes = tuple((say("mark"), text.removeprefix(say("mark") + " ")) for text in foot)
    return Table(say("tail.caption"), names, lines, frozenset(range(2, 8)), notes)


def _whole(text: str | None) -> str:
    return f"{int(text):,}" if text and text.isdecimal() else text or say("none")


def talk_section(results: Results) -> Section:
    """Elasticity of comments, and what is left against the compared channels."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in results.figures("talk_to_views"):
        found[row["category"] or ""].append(row)
    pooled = [
        row
        for row in results.rows("talk_to_views", channel=None)
        if row["status"] == "measured" and (row["category"] or "").startswith("elasticity")
    ]
    columns = []
    for category, rows in sorted(found.items()):
        kind, _, what = category.partition(": ")
        title = say(f"talk.{kind}", what=what)
        scale: Scale = "linear" if kind == "elasticity" else "log"
        columns.append(Ask(title, by_channel(rows), scale=scale, zero=False, reference=1.0))
    figure = columns_figure(
        results,
        "talk-elasticity",
        say("talk.asks"),
        columns,
        say("talk.read"),
        ("talk_to_views",),
        warnings=(say("talk.warning"),) if any("reactions" in c for c in found) else (),
    )
    paragraphs = [say("talk.intro")] if figure else [say("nothing")]
    for row in pooled:
        what = (row["category"] or "").partition(": ")[2]
        n = number(row["n_channels"])
        paragraphs.append(say("talk.pooled", what=what, figure=phrase(row), n=n))
    return Section("talk", say("talk.title"), tuple(paragraphs), (figure,) if figure else ())
