"""How sure the index is, for readers who have never heard of sensitivity analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from howfar.report.charts.columns import columns_chart
from howfar.report.charts.scene import Column, Dot
from howfar.report.charts.scene import Row as ChartRow
from howfar.report.index_view import IndexView
from howfar.report.model import Figure, Key, Section, Table
from howfar.report.numbers import number
from howfar.report.results import Row
from howfar.report.sections.twins import Ask, columns_figure
from howfar.report.words import TEXT, say

_MEASURE = ("index_robustness",)
_WAYS = (
    ("chance", "over=chance;set=simultaneous", "confidence"),
    ("choice", "over=choices", "range"),
    ("both", "over=both", "range"),
)
_MOST = 24
_WAYS_SHOWN = 8


def sure_section(view: IndexView) -> Section:
    """The verdict first, then places, who is tied, which choice decides, what leaving out does."""
    doc = view.document
    chance = bool(doc["tied"])
    paragraphs = [doc["ties"], say("sure.two", **view.words)]
    if doc["robust"]:
        paragraphs.insert(0, doc["verdict"])
    if not chance:
        paragraphs.append(say("sure.no_chance"))
    if doc["choices"]:
        tried = "; ".join(
            say(
                "sure.choice",
                verb=verb_name(verb),
                options=_ways(verb, options),
            )
            for verb, options in doc["choices"].items()
        )
        paragraphs.append(say("sure.choices", n=f"{doc['variants']:,}", choices=tried))
    if not doc["choices_declared"]:
        paragraphs.append(say("sure.usual"))
    items: list[Figure | Table | None] = [
        _places(view),
        _tied(view),
        _sensitivity(view),
        _without(view),
    ]
    return Section(
        "index-sure",
        say("sure.title"),
        tuple(part for part in paragraphs if part),
        tuple(one for one in items if one is not None),
        () if doc["robust"] else (doc["verdict"],),
    )


def verb_name(choice: str) -> str:
    """A choice in words: the verb, and what of it is chosen."""
    verb, _, rest = choice.partition(".")
    name = say(f"verb.{verb}") if f"verb.{verb}" in TEXT else _spaced(verb)
    return f"{name} ({_spaced(rest)})" if rest else name


def _ways(verb: str, options: Sequence[str]) -> str:
    """The options of a choice in words, the first ones where they are many."""
    shown = options if len(options) <= _WAYS_SHOWN else options[: _WAYS_SHOWN - 4]
    told = [_way(verb, option) for option in shown]
    if len(shown) < len(options):
        told.append(say("sure.more", n=len(options) - len(shown)))
    return ", ".join(told)


def _way(verb: str, option: str) -> str:
    """An option in plain words, where there are any."""
    key = f"way.{verb}.{option}"
    return say(key) if key in TEXT else _spaced(option)


def _spaced(word: str) -> str:
    return word.replace("_", " ")


def _whole(row: Row) -> str:
    return number(row["value"], 0)


def _span(row: Row | None) -> str:
    """Places from the best to the worst, as 2–5; one place alone without a dash."""
    if row is None or row["low"] is None:
        return say("none")
    low, high = number(row["low"], 0), number(row["high"], 0)
    return low if low == high else f"{low}–{high}"


def _places(view: IndexView) -> Figure | None:
    """Three columns: what chance, choices and both leave open of each place."""
    found = {way: view.by_unit("rank", params) for way, params, _ in _WAYS}
    plain = view.by_unit("rank")
    rows = view.chart_rows(view.units)
    columns = [
        Column(
            say(f"sure.by_{way}"),
            {key: _dot(row, view.label(key), kind) for key, row in found[way].items()},
            span=(1.0, float(len(view.units))),
            zero=False,
            whole=True,
        )
        for way, _, kind in _WAYS
        if found[way]
    ]
    if not columns:
        return None
    asks = say("sure.ranks_asks", **view.words)
    chance = say("sure.ranks_chance", level=view.confidence) if found["chance"] else ""
    choices = say("sure.ranks_choices") if found["choice"] else ""
    if chance and choices:
        choices += say("sure.ranks_apart")
    head = [say("index.head_unit"), say("sure.place")]
    head += [say(f"sure.by_{way}") for way, _, _ in _WAYS if found[way]]
    lines = []
    for row in rows:
        spans = [_span(found[way].get(row.key)) for way, _, _ in _WAYS if found[way]]
        lines.append((row.label, _whole(plain[row.key]), *spans))
    keys = []
    if found["chance"]:
        keys.append(Key("line-confidence", say("key.confidence", level=view.confidence)))
    if found["choice"] or found["both"]:
        keys.append(Key("line-range", say("key.range")))
    titles = "; ".join(column.title for column in columns)
    return Figure(
        id="index-places",
        asks=asks,
        drawing=columns_chart(rows, columns),
        read=say("sure.ranks_read", chance=chance, choices=choices),
        alt=say("alt.columns", n=len(rows), asks=asks, titles=titles),
        measures=_MEASURE,
        table=Table(asks, tuple(head), lines, frozenset(range(1, len(head)))),
        keys=tuple(keys),
    )


def _dot(row: Row, label: str, kind: str) -> Dot:
    span = _span(row)
    return Dot(row["value"], row["low"], row["high"], kind, span, f"{label}: {span}")


def _tied(view: IndexView) -> Table | None:
    """For each unit the others that chance does not tell it from."""
    tied = view.document["tied"]
    if not tied:
        return None
    lines = []
    for one in tied:
        names = one["with"]
        few = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
        told = few if names else say("sure.tied_none")
        span = f"{one['low']}–{one['high']}" if one["low"] != one["high"] else str(one["low"])
        many = say("sure.tied_count", n=len(names), of=len(tied) - 1)
        lines.append((view.label(one["unit"]), span, many, told))
    head = (
        say("index.head_unit"),
        say("sure.places"),
        say("sure.tied_number"),
        say("sure.tied_head"),
    )
    caption = say("sure.tied_caption", level=view.confidence)
    return Table(caption, head, lines, frozenset({1, 2}))


def _sensitivity(view: IndexView) -> Figure | None:
    """Each choice by itself and with all that it does together with others."""
    both = {which: view.by_node("choice", f"index={which}") for which in ("first", "total")}
    keys = sorted(both["total"], key=lambda verb: -both["total"][verb]["value"])
    rows = [ChartRow(key, verb_name(key)) for key in keys]
    columns = [
        Ask(say(f"sure.sobol_{which}"), found, percent=True, span=(0.0, 1.0))
        for which, found in both.items()
    ]
    read = say("sure.sobol_read", level=view.confidence) + " " + say("sure.sobol_note")
    return columns_figure(
        view,
        "index-choices",
        say("sure.sobol_asks"),
        columns,
        read,
        _MEASURE,
        rows=rows,
        heads=(say("sure.choice_head"), say("head.figure")),
    )


def _without(view: IndexView) -> Figure | None:
    """How far units move when one indicator or group is left out."""
    names = view.node_names
    found = view.by_node("without")
    kept = sorted(found, key=lambda node: -found[node]["value"])
    if not kept:
        return None
    shown = kept[:_MOST]
    rows = [ChartRow(node, names[node]) for node in shown]
    spans = {node: _mean_span(found[node]) for node in shown}
    columns = [Column(say("sure.without_mean"), spans, whole=True)]
    asks = say("sure.without_asks")
    before = view.by_unit("rank")
    lines = []
    for node in kept:
        row = found[node]
        told = _movers(view, before, view.by_unit(f"without: {node}"))
        lines.append((names[node], number(row["value"], 1), number(row["high"], 0), told))
    head = ("out", "without_mean", "without_most", "who")
    return Figure(
        id="index-without",
        asks=asks,
        drawing=columns_chart(rows, columns),
        read=say("sure.without_read", **view.words),
        alt=say("alt.columns", n=len(rows), asks=asks, titles=columns[0].title),
        measures=_MEASURE,
        table=Table(asks, tuple(say(f"sure.{h}") for h in head), lines, frozenset({1, 2})),
        keys=(Key("line-range", say("sure.least_most")),),
    )


def _mean_span(row: Row) -> Dot:
    text = say("sure.mean_most", mean=number(row["value"], 1), most=number(row["high"], 0))
    return Dot(row["value"], row["low"], row["high"], "range", text, text)


def _movers(view: IndexView, before: Mapping[str, Row], after: Mapping[str, Row]) -> str:
    """The three units that move most, with their places before and after."""
    moved = [
        (abs(after[unit]["value"] - before[unit]["value"]), unit)
        for unit in view.units
        if unit in after and after[unit]["value"] != before[unit]["value"]
    ]
    moved.sort(key=lambda pair: (-pair[0], view.units.index(pair[1])))
    told = [
        say(
            "sure.without_who",
            name=view.label(unit),
            before=_whole(before[unit]),
            after=_whole(after[unit]),
        )
        for _, unit in moved[:3]
    ]
    return "; ".join(told) or say("sure.none")
