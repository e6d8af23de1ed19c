"""One effect: what was found, what has to hold, what must not be concluded, how it was done."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from howfar.improve.wording import figure
from howfar.report.charts.effect import Period, effect_chart
from howfar.report.model import Cell, Facts, Figure, Key, Section, Table
from howfar.report.sections.effect_details import detail_items, text_of
from howfar.report.words import say

_MEASURE = ("effect_of_change",)
Document = Mapping[str, Any]


def effect_sections(document: Document) -> list[Section]:
    """The sections of an effect's document (improve/effect_document.py)."""
    return [found_section(document), checks_section(document), limits_section(document),
            done_section(document)]  # fmt: skip


def found_section(document: Document) -> Section:
    """The sentence, why its grade, the picture with its table, and all figures of the design."""
    paragraphs = (document["said"], document["why"])
    items = (effect_figure(document), _figures(document))
    found = tuple(one for one in items if one is not None)
    return Section("effect", say("effect.title"), paragraphs, found)


def effect_figure(document: Document, id: str = "effect-periods") -> Figure | None:
    """Seen, expected and difference by period; none where no period was measured."""
    periods = [_period(one) for one in document["periods"]]
    if not any(one.value is not None for one in periods):
        return None
    seen = any(one.observed is not None for one in periods)
    level = _level(document)
    outcome, unit = document["outcome"], document["unit"]
    since = [one["relative"] for one in document["periods"]]
    # Of an aggregation by cohort or by period there is no line before the change.
    ordered = all(a < b for a, b in pairwise(since))
    first = next((n for n, one in enumerate(since) if one >= 0), None) if ordered else None
    titles = (say("effect.seen", outcome=outcome), say("effect.difference", unit=unit))
    asks = say("effect.asks", outcome=outcome) if seen else say("effect.asks_parts")
    read = say("effect.read", level=level) if seen else say("effect.read_parts", level=level)
    keys = [Key("line-confidence", say("effect.key_interval", level=level))]
    if first:
        keys.append(Key("event", say("effect.key_change")))
    return Figure(
        id=id,
        asks=asks,
        drawing=effect_chart(periods, first or None, titles),
        read=read,
        alt=say("effect.alt", n=len(periods)),
        measures=_MEASURE,
        table=_periods_table(document, asks),
        keys=tuple(keys),
    )


def checks_section(document: Document) -> Section:
    """Every check with its outcome."""
    head = tuple(say(f"checks.head_{one}") for one in ("check", "asks", "state", "said"))
    rows = [(one["id"], one["asks"], _state(one), one["said"]) for one in document["checks"]]
    if not rows:
        return Section("checks", say("checks.title"), (say("checks.none"),))
    table = Table(say("checks.caption"), head, rows)
    return Section("checks", say("checks.title"), (say("checks.intro"),), (table,))


def limits_section(document: Document) -> Section:
    """What must not be concluded."""
    return Section("limits", say("limits.title"), tuple(document["not_to_conclude"]))


def done_section(document: Document) -> Section:
    """Design, comparison, notes, everything that was chosen, details of the fit."""
    grade = f"{document['grade']}: {document['grade_means']}"
    rows: list[tuple[str, list[str | Cell]]] = [
        (say("done.design"), [document["design_means"]]),
        (say("done.grade"), [grade]),
        (say("done.compared"), [text_of(document["compared"] or say("done.nothing"))]),
    ]
    if document["notes"]:
        rows.append((say("done.notes"), list(document["notes"])))
    items: list[Facts | Table] = [Facts(rows)]
    for key in ("arguments", "details"):
        items += detail_items(document[key], say(f"done.{key}"), f"effect-{key}")
    return Section("done", say("done.title"), (), tuple(items))


def _state(check: Document) -> str:
    if check["passed"] is None:
        return say("checks.open" if check["needed"] else "checks.open_free")
    return say("checks.passed" if check["passed"] else "checks.failed")


def _level(document: Document) -> str:
    told = [document[one]["confidence"] for one in ("average", "relative", "cumulative")]
    told += [one["effect"]["confidence"] for one in document["periods"]]
    level = next((one for one in told if one is not None), None)
    return say("none") if level is None else f"{100 * level:.4g} %"


def _period(one: Document) -> Period:
    effect = one["effect"]
    tip = f"{one['period']}: {_value_text(effect)} {_interval(effect)}".strip()
    low, high = effect["low"], effect["high"]
    if effect["low_kind"] == "bound" and low == high:
        low = high = None
    observed, expected = one["observed"], one["expected"]
    return Period(str(one["period"]), observed, expected, effect["value"], low, high, tip)


def _value_text(estimate: Document, percent: bool = False) -> str:
    if estimate["value"] is None:
        return say(f"status.{estimate['status']}")
    return figure(estimate["value"], percent)


def _interval(estimate: Document, percent: bool = False) -> str:
    if estimate["value"] is None:
        return ""
    if estimate["low_kind"] == "bound" and estimate["low"] == estimate["high"]:
        return say("interval.exact")
    # In a document an end without a limit is null.
    low = figure(-math.inf if estimate["low"] is None else estimate["low"], percent)
    high = figure(math.inf if estimate["high"] is None else estimate["high"], percent)
    return say(f"interval.{estimate['low_kind']}", low=low, high=high)


def _figures(document: Document) -> Table:
    named = {say(f"effect.{one}"): document[one] for one in ("average", "relative", "cumulative")}
    named |= document["more"]
    head = tuple(
        say(f"effect.head_{one}") for one in ("figure", "value", "interval", "unit", "method")
    )
    rows = [
        (
            name,
            _value_text(one, one is document["relative"]),
            _interval(one, one is document["relative"]),
            one["unit"],
            one["reason"] or one["method"],
        )
        for name, one in named.items()
    ]
    return Table(say("effect.figures"), head, rows, frozenset({1, 2}), (), len(rows) > 60)


def _periods_table(document: Document, caption: str) -> Table:
    names = ("period", "since", "seen", "expected", "difference", "interval")
    rows = [
        (
            str(one["period"]),
            str(one["relative"]),
            *(say("none") if one[k] is None else figure(one[k]) for k in ("observed", "expected")),
            _value_text(one["effect"]),
            _interval(one["effect"]),
        )
        for one in document["periods"]
    ]
    head = tuple(say(f"effect.head_{one}") for one in names)
    return Table(caption, head, rows, frozenset({1, 2, 3, 4, 5}), (), len(rows) > 60)
