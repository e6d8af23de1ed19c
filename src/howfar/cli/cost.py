"""`howfar cost`: what one click, visit or engagement cost, and the chain from shown to acted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import say, say_json
from howfar.cli.cost_files import (
    Asked,
    Told,
    read_file,
    spent_by_currency,
    table_of,
    tell,
)
from howfar.cli.effect_file import read_effect
from howfar.errors import StudyError
from howfar.improve.conversion_chain import Chain, Link
from howfar.improve.cost_figure import CostPerEffect
from howfar.improve.costs import incremental_cost
from howfar.improve.effect_document import check_document, estimate_document, plain
from howfar.improve.wording import figure, with_interval
from howfar.study.costs_table import Spend, is_costs, one_currency, parse_costs


def command(
    table: Annotated[
        Path, typer.Argument(help="CSV with a header: rows with a spend and counts, or costs.csv.")
    ],
    spend: Annotated[str, typer.Option(metavar="COLUMN", help="Column of what was spent.")] = (
        "amount"
    ),
    count: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Column of what is counted; repeatable."),
    ] = None,
    step: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Step of the chain, in order; twice or more."),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(help="Only this one; without a column, that of all.", show_default="all"),
    ] = None,
    currency_column: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of currencies.")
    ] = "currency",
    week: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Times: rows of one week move together."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Labels of rows that move together."),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Also for each value of this column; repeatable."),
    ] = None,
    way: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Paid, broadcast, word of mouth: never pooled."),
    ] = None,
    effect: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="effect.json of howfar effect: incremental cost."),
    ] = None,
    fewer: Annotated[bool, typer.Option("--fewer", help="Less of the outcome is better.")] = False,
    start: Annotated[
        str | None, typer.Option(metavar="DAY", help="costs.csv: from this day on.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(metavar="DAY", help="costs.csv: to the day before.")
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="costs.csv: only this channel; repeatable.")
    ] = None,
    item: Annotated[
        list[str] | None, typer.Option(help="costs.csv: only this item; repeatable.")
    ] = None,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="Level of intervals.")] = (
        0.95
    ),
    fieller: Annotated[
        bool,
        typer.Option("--fieller", help="Fieller's interval for averages."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Tell what one click or engagement cost, and the chain to it; docs/concepts/costs.md."""
    asked = Asked(
        spend, tuple(count or ()), tuple(step or ()), currency, currency_column,
        cluster, week, tuple(by or ()), way, confidence, "fieller" if fieller else "log",
    )  # fmt: skip
    rows = table_of(table)
    told = Told(len(rows.lines))
    if asked.counts or asked.steps:
        if len(asked.steps) == 1:
            raise StudyError("one step is no chain", table.name, "--step COLUMN twice or more")
        told = tell(rows, asked)
    spends: dict[str, Spend] = {}
    if effect is not None or not (asked.counts or asked.steps):
        if is_costs(rows.columns) and spend == "amount":
            spends = parse_costs(read_file(table, "costs.csv"), table.name).spent(
                _day(start, "--start"), _day(end, "--end"), channels=channel, items=item
            )
            if currency is not None:
                spends = {code: one for code, one in spends.items() if code == currency}
        else:
            spends, notes = spent_by_currency(rows, asked)
            told.notes.extend(note for note in notes if note not in told.notes)
    if effect is not None:
        told.costs.append(({}, _incremental(effect, spends, fewer, confidence, table.name)))
    if json:
        say_json(_document(table.name, told, spends))
        return
    _print(told, spends)
    if not told.costs and not told.chains:
        say("next: --count COLUMN for averages, --effect effect.json for the cost of one more")


def _incremental(
    path: Path, spends: Mapping[str, Spend], fewer: bool, confidence: float, where: str
) -> CostPerEffect:
    estimate, grade, outcome = read_effect(path)
    spent = one_currency(dict(spends), where)
    if spent is None:
        raise StudyError("nothing was spent in that period on that", where, "costs of the change")
    return incremental_cost(
        spent, estimate, counted=outcome, grade=grade, direction=-1 if fewer else 1,
        confidence=confidence,
    )  # fmt: skip


def _day(text: str | None, option: str) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise StudyError(f'"{text}" is no day', option, "a day such as 2024-03-01") from None


def _print(told: Told, spends: Mapping[str, Spend]) -> None:
    for code, one in spends.items():
        say(f"spent: {one.amount:,.2f} {code} ({one.lines} lines)")
    for where, cost in told.costs:
        spent = f"{cost.spend.amount:,.2f} {cost.spend.currency}"
        said = with_interval(cost.estimate)
        if cost.identified:
            said += f" {cost.estimate.unit}"
        graded = f"; grade {cost.grade}" if cost.grade else ""
        say(f"{_of(where, cost)}{cost.name}: {said}; {spent} spent{graded}")
        for check in cost.checks:
            if not check.holds:
                say(f"  {check.said}")
    for where, chain in told.chains:
        for link in _links(chain):
            named = " ".join(f"{key} {value}" for key, value in where.items())
            say(f"{named}{': ' if named else ''}{_rate(link)}")
    notes = [note for _, cost in told.costs for note in cost.notes]
    notes += [note for _, chain in told.chains for link in _links(chain) for note in link.notes]
    for note in dict.fromkeys([*told.notes, *notes]):
        say(f"note: {note}")


def _of(where: Mapping[str, str], cost: CostPerEffect) -> str:
    named = ", ".join(f"{key} {value or '(none)'}" for key, value in where.items())
    return f"{named + ', ' if named else ''}{cost.counted}: "


def _rate(link: Link) -> str:
    counts = f"{figure(link.counted)} of {figure(link.denominator)}"
    return f"{link.step} of {link.of}: {with_interval(link.rate, percent=link.share)}; {counts}"


def _links(chain: Chain) -> tuple[Link, ...]:
    return chain.links if len(chain.links) == 1 else (*chain.links, chain.overall)


def _document(table: str, told: Told, spends: Mapping[str, Spend]) -> dict[str, Any]:
    """Everything, as scripts read it."""
    return {
        "table": table,
        "rows": told.rows,
        "spent": [plain(one) for one in spends.values()],
        "costs": [
            {
                "of": dict(where),
                "name": cost.name,
                "kind": cost.kind,
                "way": cost.part,
                "counted": cost.counted,
                "spend": plain(cost.spend),
                "estimate": estimate_document(cost.estimate),
                "grade": cost.grade,
                "checks": [check_document(check) for check in cost.checks],
                "notes": list(cost.notes),
            }
            for where, cost in told.costs
        ],
        "chains": [
            {
                "of": dict(where),
                "steps": list(chain.steps),
                "links": [_link(link) for link in chain.links],
                "overall": _link(chain.overall),
            }
            for where, chain in told.chains
        ],
        "notes": told.notes,
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "step": link.step,
        "of": link.of,
        "rate": estimate_document(link.rate),
        "counted": link.counted,
        "denominator": link.denominator,
        "rows": link.rows,
        "above": link.above,
        "share": link.share,
        "checks": [check_document(check) for check in link.checks],
        "notes": list(link.notes),
    }
