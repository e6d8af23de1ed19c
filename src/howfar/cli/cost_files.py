"""The tables of `howfar cost`: rows with a spend and counts, or costs.csv with an effect."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from howfar.assess.tree import Group, Indicator, Tree
from howfar.errors import StudyError
from howfar.improve.average_cost import average_cost
from howfar.improve.conversion_chain import Chain, conversion_chain
from howfar.improve.cost_figure import CostPerEffect, Part
from howfar.stats.blocks import week_of
from howfar.study.costs_table import WAYS, Spend, currency_codes
from howfar.study.file import read_text
from howfar.study.panel_table import PanelTable, parse_panel
from howfar.study.problems import Problem, error_from, suggest

Floats = npt.NDArray[np.float64]
_WAYS: Final[Mapping[str, Part]] = {
    **{way: way for way in WAYS},
    "owned": "broadcast",
    "earned": "word of mouth",
    "word_of_mouth": "word of mouth",
}
"""What a cell of the column of ways may say."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a table: names of its columns.

    currency: only amounts in this one; of a table without the column currency_column, that of all
    amounts. steps: of the chain, in their order. cluster, week: rows that move together, by a label
    or by a time. by: figures for each value of these as well. way: paid, broadcast or word of
    mouth; never pooled.
    """

    spend: str = "amount"
    counts: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    currency: str | None = None
    currency_column: str = "currency"
    cluster: str | None = None
    week: str | None = None
    by: tuple[str, ...] = ()
    way: str | None = None
    confidence: float = 0.95
    method: Literal["log", "fieller"] = "log"


@dataclass(frozen=True, slots=True)
class Told:
    """Every cost and chain of a table, each with the values of ``by`` that it is of."""

    rows: int
    costs: list[tuple[dict[str, str], CostPerEffect]] = field(default_factory=list)
    chains: list[tuple[dict[str, str], Chain]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_file(path: Path, what: str) -> str:
    """A file's text; StudyError where there is none."""
    if path.is_dir() or not path.exists():
        raise StudyError(f"there is no file {path}", str(path), what, "docs/concepts/costs.md")
    return read_text(path)


def table_of(path: Path) -> PanelTable:
    """A table of rows; StudyError tells what is wrong with it."""
    return parse_panel(read_file(path, "a table with a spend"), path.name, repeated=True)


def tell(table: PanelTable, asked: Asked) -> Told:
    """Average costs and chains of a table's rows; StudyError lists all that is wrong."""
    _refuse_equivalents((*asked.counts, *asked.steps), table.file)
    names = [one for one in (asked.cluster, asked.week, asked.way, *asked.by) if one]
    table.need([*names, *asked.counts, *asked.steps, *([asked.spend] if asked.counts else [])])
    told = Told(len(table.lines))
    clusters = _clusters(table, asked, told)
    figures = _figures(table, [*asked.counts, *asked.steps])
    ways = _ways(table, asked.way)
    amounts, currencies = _amounts(table, asked, told) if asked.counts else ({}, ())
    for where, rows in _groups(table, asked):
        part: Part = ways[int(np.flatnonzero(rows)[0])]
        for currency in currencies:
            for counted in asked.counts:
                own = rows & np.isfinite(amounts[currency])
                if not own.any():
                    continue
                cost = average_cost(
                    amounts[currency][own], figures[counted][own], currency=currency,
                    counted=counted, clusters=clusters[own], part=part,
                    confidence=asked.confidence, method=asked.method,
                )  # fmt: skip
                told.costs.append((where, cost))
        if asked.steps:
            steps = {name: figures[name][rows] for name in asked.steps}
            chain = conversion_chain(steps, clusters[rows], confidence=asked.confidence)
            told.chains.append((where, chain))
    return told


def spent_by_currency(table: PanelTable, asked: Asked) -> tuple[dict[str, Spend], list[str]]:
    """Currency -> what the rows of a table say was spent, and what was left out."""
    told = Told(len(table.lines))
    table.need([asked.spend])
    amounts, currencies = _amounts(table, asked, told)
    spent = {
        code: Spend(float(np.nansum(amounts[code])), code, int(np.isfinite(amounts[code]).sum()))
        for code in currencies
    }
    return spent, told.notes


def _refuse_equivalents(names: Sequence[str], file: str) -> None:
    """StudyError for advertising value equivalents, by the rule of the index."""
    for name in dict.fromkeys(names):
        Tree((Indicator(name, name, "costs "),), (Group("costs ", "costs", None),), file)


def _figures(table: PanelTable, names: Sequence[str]) -> dict[str, Floats]:
    """Columns of counts; StudyError lists every cell that is no count."""
    several = list(dict.fromkeys(names))
    found = table.numbers(several)
    _refuse_negative(table, several, found)
    return {name: found[:, n] for n, name in enumerate(several)}


def _refuse_negative(table: PanelTable, names: Sequence[str], figures: Floats) -> None:
    table.refuse(
        [
            Problem(
                f"{table.file}:{table.lines[row]}", f"{names[n]} {figures[row, n]:g} is below 0"
            )
            for row, n in np.argwhere(figures < 0)
        ]
    )


def _amounts(
    table: PanelTable, asked: Asked, told: Told
) -> tuple[dict[str, Floats], tuple[str, ...]]:
    """Currency -> amount of each row, NaN where the row is of another or of none."""
    spend = table.numbers([asked.spend])
    _refuse_negative(table, [asked.spend], spend)
    amount = spend[:, 0]
    if lost := int(np.isnan(amount).sum()):
        told.notes.append(f"rows without {asked.spend}, left out of costs: {lost}")
    codes = _currencies(table, asked)
    bare = np.array([not code for code in codes]) & ~np.isnan(amount)
    if bare.any():
        zero = int((amount[bare] == 0).sum())
        told.notes.append(
            f"rows that name no currency, left out of costs: {int(bare.sum())} ({zero} of them "
            "say 0); an amount without a currency is not known"
        )
    several = tuple(dict.fromkeys(code for code in codes if code))
    if asked.currency is not None and several and asked.currency not in several:
        what = f"no row is in {asked.currency} (--currency)"
        raise StudyError(what, table.file, f"one of {', '.join(several)}")
    if not several:
        raise StudyError(
            "no row names a currency", table.file, "a currency", "fill the column of currencies"
        )
    if asked.currency is not None:
        several = (asked.currency,)
    elif len(several) > 1:
        told.notes.append(f"currencies kept apart and never added up: {', '.join(several)}")
    words = np.array(codes)
    return {one: np.where(words == one, amount, math.nan) for one in several}, several


def _currencies(table: PanelTable, asked: Asked) -> tuple[str, ...]:
    """The currency of each row, empty where there is none."""
    name, code = asked.currency_column, asked.currency
    if code is not None and code not in currency_codes():
        problem = Problem(
            table.file, f'"{code}" (--currency) is no currency', "an ISO 4217 code such as EUR",
            suggest(code, currency_codes()),
        )  # fmt: skip
        raise error_from([problem], table.file)
    if name not in table.columns and code is not None:
        return (code,) * len(table.lines)
    if name not in table.columns:
        what = f'there is no column of currencies ("{name}"), and none is given for all amounts'
        raise StudyError(what, table.file, "a currency", "--currency EUR, or --currency-column")
    cells = table.words(name)
    table.refuse(
        [
            Problem(f"{table.file}:{table.lines[row]}", f'unknown currency "{cell[:20]}"',
                    "an ISO 4217 code such as EUR", suggest(cell, currency_codes()))
            for row, cell in enumerate(cells)
            if cell and cell not in currency_codes()
        ]
    )  # fmt: skip
    return cells


def _clusters(table: PanelTable, asked: Asked, told: Told) -> npt.NDArray[np.str_]:
    """What each row moves together with; a row without a label stands alone."""
    if asked.cluster and asked.week:
        raise StudyError("both --cluster and --week are given", table.file, "one of them")
    name = asked.cluster or asked.week
    if name is None:
        told.notes.append(
            "each row counts as independent of all others; name what moves together: --week COLUMN "
            "or --cluster COLUMN"
        )
        return np.array([f"row {n}" for n in range(len(table.lines))])
    cells = table.words(name)
    labels: list[str] = []
    problems = []
    for row, cell in enumerate(cells):
        label: str | None = cell
        if asked.week and cell:
            label = _week(cell)
            if label is None:
                where = f"{table.file}:{table.lines[row]}"
                said = f'{name}: "{cell[:40]}" is no time'
                problems.append(Problem(where, said, "a time such as 2024-03-01T12:00:00+00:00"))
        labels.append(label or f" row {row}")
    table.refuse(problems)
    if alone := sum(not cell for cell in cells):
        told.notes.append(f"rows without {name}, each of which stands alone: {alone}")
    return np.array(labels)


def _week(text: str) -> str | None:
    """The UTC week of a time; a time without an offset is taken as UTC."""
    try:
        time = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if time.tzinfo is None:
        time = time.replace(tzinfo=dt.UTC)
    since = time - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return f"week {int(week_of([since // dt.timedelta(microseconds=1)])[0])}"


def _ways(table: PanelTable, name: str | None) -> tuple[Part, ...]:
    together: Part = "together"
    if name is None:
        return (together,) * len(table.lines)
    cells = table.words(name)
    table.refuse(
        [
            Problem(f"{table.file}:{table.lines[row]}", f'{name}: unknown way "{cell[:40]}"',
                    f"one of {', '.join(_WAYS)}", suggest(cell, _WAYS))
            for row, cell in enumerate(cells)
            if cell.casefold() not in _WAYS
        ]
    )  # fmt: skip
    return tuple(_WAYS[cell.casefold()] for cell in cells)


def _groups(
    table: PanelTable, asked: Asked
) -> Iterator[tuple[dict[str, str], npt.NDArray[np.bool_]]]:
    """Ways apart; within each all rows, then the rows of each value of each column of ``by``."""
    ways = np.array(_ways(table, asked.way))
    for way in dict.fromkeys(ways.tolist()):
        base = {} if asked.way is None else {asked.way: str(way)}
        own = ways == way
        yield base, own
        for name in asked.by:
            cells = np.array(table.words(name))
            for value in dict.fromkeys(cells[own].tolist()):
                yield base | {name: str(value)}, own & (cells == value)
