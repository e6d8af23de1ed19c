"""How the index was made: the ten steps of the Handbook, the tree, every verb as carried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from howfar.report.index_view import IndexView
from howfar.report.model import Cell, Section, Table
from howfar.report.numbers import number
from howfar.report.sections.index_sure import verb_name
from howfar.report.words import say

_STATES = {"done": "made.done", "partly": "made.partly", "not": "made.not"}


def made_section(view: IndexView) -> Section:
    """Checklist, tree and log."""
    items = (_checklist(view), _tree(view), _log(view))
    notes = tuple(view.document["notes"])
    return Section("index-made", say("made.title"), (say("made.intro"), *notes), items)


def _checklist(view: IndexView) -> Table:
    lines = []
    for check in view.document["checklist"]:
        title = f"{check['number']}. {check['title']}"
        see = Cell(say("made.see"), f"#{check['see']}") if check["see"] else Cell(say("none"))
        lines.append((title, say(_STATES[check["state"]]), check["said"], see))
    head = tuple(say(f"made.{h}") for h in ("step", "state", "what", "see"))
    return Table(say("made.caption"), head, lines)


def _tree(view: IndexView) -> Table:
    """From the index down to its indicators, each below the group that it belongs to."""
    nodes = {one["id"]: one for one in view.document["nodes"]}
    names = view.node_names
    lines: list[tuple[str, ...]] = []

    def walk(node: str) -> None:
        one = nodes[node]
        leaf = one["kind"] == "indicator"
        way = say("none")
        if leaf:
            way = say("made.better" if one["direction"] > 0 else "made.worse")
        parent = names[one["parent"]] if one["parent"] else say("none")
        share = number(one["share"], None, percent=True)
        unit = one.get("unit") or say("none")
        lines.append((names[node], parent, one["level"], way, share, unit))
        for child in view.document["nodes"]:
            if child["parent"] == node:
                walk(child["id"])

    walk(view.document["root"])
    head = ("node", "within", "level", "direction", "share", "unit")
    caption = say("made.tree")
    return Table(
        caption,
        tuple(say(f"made.{h}") for h in head),
        lines,
        frozenset({4}),
        (),
        len(lines) > 30,
    )


def _log(view: IndexView) -> Table:
    lines = [
        (verb_name(step["verb"]), _arguments(step["arguments"]), _said(step))
        for step in view.document["log"]
    ]
    head = tuple(say(f"made.{h}") for h in ("verb", "arguments", "did"))
    return Table(say("made.log"), head, lines)


def _arguments(given: Mapping[str, Any]) -> str:
    told = []
    for name, value in given.items():
        if value in (None, {}, [], ()):
            continue
        shown = f"{len(value)} given" if isinstance(value, Mapping) else str(value)
        told.append(f"{name} = {shown}")
    return ", ".join(told)


def _said(step: Mapping[str, Any]) -> str:
    """What a verb did: its sentence and, where it changed columns, which and how."""
    told = [step["said"]] if step["said"] else []
    if step["verb"] == "treat":
        points = [
            f"{name} {done['points']} ({done['method']})" for name, done in step["done"].items()
        ]
        told += [", ".join(points)] if points else []
    if step["verb"] == "impute":
        filled = step["done"].get("filled", {})
        told += [", ".join(f"{name} {len(units)}" for name, units in filled.items())]
    return "; ".join(part for part in told if part) or say("none")
