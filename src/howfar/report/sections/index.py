"""The index: its scores, the indicators behind them, weights against influence, gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from howfar.report.charts.columns import columns_chart
from howfar.report.charts.grid import Square, grid_chart
from howfar.report.charts.scene import Column, Dot
from howfar.report.charts.scene import Row as ChartRow
from howfar.report.charts.waterfall import Bar, waterfall_chart
from howfar.report.index_view import IndexView
from howfar.report.model import Figure, Key, Section, Table
from howfar.report.numbers import number
from howfar.report.results import Row
from howfar.report.sections.twins import Ask, columns_figure
from howfar.report.words import TEXT, say

_CLASSES = 6
_COLUMNS = 4
_PROFILES = 4
_BARS = 14
FEW = 5
"""Below this many units correlations and the middle half of all say nothing."""
_MEASURE = ("performance_index",)


def index_section(view: IndexView) -> Section:
    """What the index is, its scores, profiles, weights against influence, and gaps."""
    doc = view.document
    names = view.node_names
    fed = [names[one] for one in doc["outcomes"]]
    why = say("index.fed", names=", ".join(fed)) if fed else say("index.unfed")
    paragraphs = [
        say(
            "index.intro",
            **view.words,
            n=len(view.indicators),
            called=doc["called"],
            why=why,
        ),
        say("index.framework", text=doc["framework"])
        if doc["framework"]
        else say("index.no_framework"),
    ]
    if doc["absent"]:
        named = "; ".join(f"{one['label']} ({one['reason']})" for one in doc["absent"])
        paragraphs.append(say("index.absent", names=named))
    paragraphs += doc["links"]
    items = [*_scores(view), _grid(view), *_profiles(view), _weights(view), *_gaps(view)]
    items.append(_net(view))
    found = tuple(one for one in items if one is not None)
    return Section("index", say("index.title", title=doc["title"]), tuple(paragraphs), found)


def _scale(view: IndexView) -> str:
    normalise = view.document["recipe"]["normalise"]
    if normalise["method"] == "min_max":
        low, high = (f"{end:g}" for end in view.document["scale"])
        return say("index.scale_min_max", **view.words, low=low, high=high)
    key = f"way.normalise.{normalise['method']}"
    method = say(key) if key in TEXT else normalise["method"].replace("_", " ")
    return say("index.scale_other", method=method)


def _scores(view: IndexView) -> list[Figure | None]:
    """The index and the parts right below it, four columns a figure."""
    doc, names = view.document, view.node_names
    wanted = [doc["root"], *(n["id"] for n in doc["nodes"] if n["parent"] == doc["root"])]
    asks = [Ask(names[node], view.by_unit(f"node: {node}")) for node in wanted]
    sampled = any(r["low_kind"] == "confidence" for ask in asks for r in ask.rows.values())
    how = say("index.scores_interval") if sampled else say("index.scores_exact")
    read = say("index.scores_read", scale=_scale(view), interval=how)
    # Up to five stand beside each other: the index and four parts.
    chosen = asks[: _COLUMNS + 1]
    rows = view.chart_rows(view.units)
    title = say("index.scores_asks", **view.words)
    heads = (say("index.head_unit"), say("index.head_part"))
    return [
        columns_figure(view, "index-scores", title, chosen, read, _MEASURE, rows=rows, heads=heads)
    ]


def _class(value: float, low: float, high: float) -> int:
    return int(min(_CLASSES - 1, max(0.0, (value - low) / (high - low or 1.0)) * _CLASSES))


def _grid(view: IndexView) -> Figure | None:
    """Every unit on every indicator, in classes of colour."""
    ends = [
        row["value"]
        for one in view.indicators
        for row in view.by_unit(f"node: {one['id']}").values()
        if row["status"] == "measured"
    ]
    if not ends or len(view.indicators) < 2:
        return None
    low, high = min(ends), max(ends)
    rows = view.chart_rows(view.units)
    cells: dict[tuple[str, int], Square] = {}
    lines = {row.key: [row.label] for row in rows}
    for n, one in enumerate(view.indicators):
        found = view.by_unit(f"node: {one['id']}")
        for row in rows:
            it = found.get(row.key)
            value = None if it is None else it["value"]
            text = say("none") if value is None else number(value, 0)
            step = None if value is None else _class(value, low, high)
            cells[row.key, n] = Square(step, text, f"{row.label}, {one['name']}: {text}")
            lines[row.key].append(text if value is None else number(value, 1))
    heads = [str(n + 1) for n in range(len(view.indicators))]
    listed = ", ".join(f"{n + 1} {one['name']}" for n, one in enumerate(view.indicators))
    asks = say("index.grid_asks", **view.words)
    edges = [low + (high - low) * k / _CLASSES for k in range(_CLASSES + 1)]
    keys = [
        Key(f"step{k}", say("index.class", low=number(edges[k], 0), high=number(edges[k + 1], 0)))
        for k in range(_CLASSES)
    ]
    if any(cell.step is None for cell in cells.values()):
        keys.append(Key("hatch", say("index.class_none")))
    head = (say("index.head_unit"), *(one["name"] for one in view.indicators))
    numeric = frozenset(range(1, len(head)))
    return Figure(
        id="index-grid",
        asks=asks,
        drawing=grid_chart(rows, heads, cells),
        read=say("index.grid_read", **view.words, heads=listed),
        alt=say("index.grid_alt", **view.words, n=len(rows), k=len(heads)),
        measures=_MEASURE,
        table=Table(asks, head, [tuple(lines[r.key]) for r in rows], numeric, (), len(rows) > 60),
        keys=tuple(keys),
    )


def _profiles(view: IndexView) -> list[Figure | None]:
    """Chosen units, each with its indicators as dots on the middle half of all."""
    nodes = [*(o["id"] for o in view.indicators)]
    if len(nodes) < 2 or len(view.units) < FEW:
        return []
    names = view.node_names
    found = {node: view.by_unit(f"node: {node}") for node in nodes}
    rows = [ChartRow(node, names[node]) for node in nodes]
    columns, lines = [], []
    for unit in view.document["profiled"][:_PROFILES]:
        dots = {}
        for node in nodes:
            row = found[node].get(unit)
            seen = [r["value"] for r in found[node].values() if r["value"] is not None]
            if row is None or row["value"] is None or not seen:
                continue
            low, middle, high = (float(q) for q in np.quantile(seen, [0.25, 0.5, 0.75]))
            text = number(row["value"], 0)
            tip = f"{view.label(unit)}, {names[node]}: {text}"
            dots[node] = Dot(row["value"], low, high, "bound", text, tip)
            told = (names[node], view.label(unit), number(row["value"], 1))
            lines.append((*told, number(middle, 1), number(low, 1), number(high, 1)))
        columns.append(Column(view.label(unit), dots))
    asks = say("index.profile_asks")
    heads = ("part", "unit", "points", "middle", "lower", "upper")
    return [
        Figure(
            id="index-profile",
            asks=asks,
            drawing=columns_chart(rows, columns),
            read=say("index.profile_read", **view.words, n=len(view.units)),
            alt=say(
                "alt.columns",
                n=len(rows),
                asks=asks,
                titles="; ".join(column.title for column in columns),
            ),
            measures=_MEASURE,
            table=Table(
                asks,
                tuple(say(f"index.head_{h}") for h in heads),
                lines,
                frozenset({2, 3, 4, 5}),
                (),
                len(lines) > 60,
            ),
            keys=(Key("peer", say("index.this")), Key("line-bound", say("index.half"))),
        )
    ]


def _weights(view: IndexView) -> Figure | None:
    """The share that each indicator was given, and how closely the index follows it."""
    doc = view.document
    rows = [ChartRow(one["id"], one["name"]) for one in view.indicators]
    weights, parts = _plain(view.by_node("weight")), _plain(view.by_node("influence"))
    leaves = {row.key for row in rows}
    span = tuple(r["value"] for of in (weights, parts) for n, r in of.items() if n in leaves)
    pull = _plain(view.by_node("correlation", f"with={doc['root']}"))
    columns = [Ask(say("index.weights_weight"), weights, percent=True, span=span)]
    read = say("index.weights_few", **view.words, n=len(view.units))
    if len(view.units) >= FEW:
        title = say("index.weights_share")
        columns.append(Ask(title, parts, percent=True, span=span))
        title = say("index.weights_pull")
        columns.append(Ask(title, pull, reference=0.0, span=(-1.0, 1.0)))
        read = say("index.weights_read", **view.words, n=len(view.units))
    warnings = []
    counter, pairs = doc["counter"], doc["redundant"]
    if counter:
        named = _short([f"{one['a']} ({number(one['r'], 2)})" for one in counter])
        warnings.append(say("index.counter_many", n=len(counter), names=named))
    if pairs:
        named = _short([f"{p['a']} – {p['b']} ({number(p['r'], 2)})" for p in pairs])
        limit = f"{doc['redundant_limit']:g}"
        warnings.append(say("index.redundant_many", n=len(pairs), limit=limit, names=named))
    return columns_figure(
        view,
        "index-weights",
        say("index.weights_asks"),
        columns,
        read,
        ("performance_index", "index_robustness"),
        rows=rows,
        heads=(say("index.head_part"), say("head.figure")),
        warnings=tuple(warnings),
    )


def _plain(rows: dict[str, Row]) -> dict[str, Row]:
    """The rows without the mark of holes: what the index rests on is told at its scores."""
    return {node: {**row, "coverage": None} for node, row in rows.items()}


def _short(names: Sequence[str], most: int = 6) -> str:
    more = f", … ({len(names) - most})" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _gaps(view: IndexView) -> list[Figure]:
    """Gaps between two units and, of a panel, changes of one."""
    root = view.document["root"]
    whole = view.by_unit(f"node: {root}")
    found = []
    for n, pair in enumerate(view.document["gaps"], start=1):
        a, b = pair["a"], pair["b"]
        ends = whole[b]["value"], whole[a]["value"]
        asks = say("index.gap_asks", a=view.label(a), b=view.label(b))
        parts = _parts(view, "gap", a, b)
        names = (view.label(b), view.label(a))
        found.append(_waterfall(view, f"index-gap-{n}", asks, names, ends, parts, pair["method"]))
    for n, one in enumerate(view.document["changes"], start=1):
        label = view.label(one["unit"])
        asks = say("index.change_asks", unit=label, start=one["start"], end=one["end"])
        parts = _parts(view, "change", one["unit"], one["start"])
        names = (f"{label}, {one['start']}", f"{label}, {one['end']}")
        ends = one["before"], one["after"]
        found.append(_waterfall(view, f"index-change-{n}", asks, names, ends, parts, one["method"]))
    return found


def _parts(view: IndexView, category: str, unit: str, versus: str) -> dict[str, float]:
    dimension = view.document["dimension"]
    return {
        row["category"].removeprefix(f"{category}: "): row["value"]
        for row in view.rows
        if (row["category"] or "").startswith(f"{category}: ")
        and row[dimension] == unit
        and row["versus"] == versus
    }


def _waterfall(
    view: IndexView,
    id: str,
    asks: str,
    labels: tuple[str, str],
    ends: tuple[float, float],
    parts: Mapping[str, float],
    method: str,
) -> Figure:
    """From the first score to the second, indicator by indicator."""
    names, (start, end) = view.node_names, ends
    places = max(1, 2 if abs(end - start) < 10 else 1)
    order = sorted(parts, key=lambda node: -abs(parts[node]))
    at, bars = start, [_whole(labels[0], start, places)]
    shown, rest = order[:_BARS], order[_BARS:]
    for node in shown:
        bars.append(_part(names[node], at, parts[node], places))
        at += parts[node]
    if rest:
        more = sum(parts[node] for node in rest)
        bars.append(_part(say("index.gap_rest", n=len(rest)), at, more, places))
    bars.append(_whole(labels[1], end, places))
    additive = method == "additive"
    exact = say("index.gap_additive") if additive else say("index.gap_shared", method=method)
    lines = [(labels[0], number(start, 4))]
    lines += [(names[node], number(parts[node], 4)) for node in order]
    lines.append((labels[1], number(end, 4)))
    return Figure(
        id=id,
        asks=asks,
        drawing=waterfall_chart(bars),
        read=say("index.gap_read", a=labels[1], b=labels[0], exact=exact),
        alt=say("index.gap_alt", a=labels[1], b=labels[0]),
        measures=_MEASURE,
        table=Table(
            say("index.gap_caption", asks=asks),
            (say("index.head_part"), say("index.head_points")),
            lines,
            frozenset({1}),
        ),
    )


def _whole(label: str, value: float, places: int) -> Bar:
    text = number(value, places)
    return Bar(label, 0.0, value, True, text, f"{label}: {text}")


def _part(label: str, start: float, change: float, places: int) -> Bar:
    sign = "+" if change >= 0 else ""
    text = sign + number(change, places)
    return Bar(label, start, start + change, False, text, f"{label}: {text}")


def _net(view: IndexView) -> Figure | None:
    """Raw and net of synchronised amplification, where both are there."""
    node = f"node: {view.document['root']}"
    forms = {form: view.by_unit(node, f"amplification={form}") for form in ("raw", "net")}
    if not all(forms.values()):
        return None
    columns = [Ask(say(f"index.{form}"), rows) for form, rows in forms.items()]
    rows: list[ChartRow] = view.chart_rows(view.units)
    return columns_figure(
        view,
        "index-net",
        say("index.net_asks"),
        columns,
        say("index.net_read"),
        _MEASURE,
        rows=rows,
        heads=(say("index.head_unit"), say("index.head_part")),
    )
