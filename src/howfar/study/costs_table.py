"""costs.csv: what was spent, for which channel, on what and when; all that is wrong is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, get_args

from babel import Locale

from howfar.study.csv_cells import MISSING
from howfar.study.panel_table import PanelTable, parse_panel
from howfar.study.problems import Problem, error_from, suggest

COLUMNS: Final = ("channel", "item", "period_start", "period_end", "amount", "currency")
"""Columns of costs.csv; the end of a period is the first day after it."""

Way = Literal["paid", "broadcast", "word of mouth"]
WAYS: Final[tuple[Way, ...]] = get_args(Way)
"""How something reached people: bought; sent by the channel itself; passed on by others."""

SHARED: Final = "*"
"""In place of a channel: spent for all together. Never divided among them."""

_OPTIONAL: Final = ("way", "post_id", "note")
_PAID: Final = frozenset(
    {"ad", "ads", "advertising", "advertisement", "advertisements", "boost", "boosting",
     "promotion", "promoted", "sponsoring", "media buying"}
)  # fmt: skip
"""Items that buy reach where no column says the way; all others are what a broadcast costs."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of the table: amount in currency, spent from start to the day before end."""

    line: int
    channel: str
    item: str
    start: dt.date
    end: dt.date
    amount: float
    currency: str
    way: Way
    post_id: str | None = None

    def part(self, start: dt.date | None, end: dt.date | None) -> float:
        """The part of its days that lies in [start, end); null: no limit."""
        first = self.start if start is None else max(self.start, start)
        after = self.end if end is None else min(self.end, end)
        return max((after - first).days, 0) / (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Spend:
    """An amount in one currency. standard_error: 0 where the books know it.

    lines: how many lines of costs it is made of; cut: of how many only a part of their days counts,
    as if each day had cost the same.
    """

    amount: float
    currency: str
    lines: int = 0
    cut: int = 0
    items: tuple[str, ...] = ()
    standard_error: float = 0.0


@dataclass(frozen=True, slots=True)
class CostsTable:
    """All lines of a costs.csv. Amounts of different currencies are never added up."""

    file: str
    lines: tuple[CostLine, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """Currencies in the order in which they come."""
        return tuple(dict.fromkeys(line.currency for line in self.lines))

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels in the order in which they come, without what all share."""
        return tuple(dict.fromkeys(x.channel for x in self.lines if x.channel != SHARED))

    def spent(
        self,
        start: dt.date | None = None,
        end: dt.date | None = None,
        *,
        channels: Collection[str] | None = None,
        items: Collection[str] | None = None,
        ways: Collection[Way] | None = None,
    ) -> dict[str, Spend]:
        """Currency -> what was spent in [start, end), empty where nothing was.

        A line that lies only partly in it counts by the part of its days. channels, items, ways:
        only these; null: all. What all channels share counts only where all are asked for.
        """
        found: dict[str, list[tuple[CostLine, float]]] = {}
        for line in self.lines:
            part = line.part(start, end)
            if (
                part > 0
                and (channels is None or line.channel in channels)
                and (items is None or line.item in items)
                and (ways is None or line.way in ways)
            ):
                found.setdefault(line.currency, []).append((line, part))
        return {
            currency: Spend(
                sum(line.amount * part for line, part in several),
                currency,
                len(several),
                sum(part < 1 for _, part in several),
                tuple(dict.fromkeys(line.item for line, _ in several)),
            )
            for currency, several in found.items()
        }


@cache
def currency_codes() -> frozenset[str]:
    """ISO 4217 codes known to CLDR."""
    return frozenset(Locale("en").currencies)


def is_costs(header: Sequence[str]) -> bool:
    """Whether the columns of a table are those of costs.csv."""
    return set(COLUMNS) <= set(header)


def parse_costs(text: str, file: str, known: Collection[str] | None = None) -> CostsTable:
    """Read costs.csv: channel, item, period_start, period_end (exclusive), amount, currency.

    Optional columns: way (paid, broadcast or word of mouth; else by the item), post_id, note.
    known: ids of the study's channels; null: any. StudyError lists all that is wrong with file and
    line: a column that is missing, a day that is none, a period that ends before it starts, an
    amount that is missing, no number or below 0, an unknown currency, way or channel, a cost that
    is given twice or for periods that overlap.
    """
    table = parse_panel(text, file, repeated=True)
    table.need(COLUMNS)
    table.refuse(_mistyped(table))
    amounts = table.numbers(["amount"])[:, 0]
    problems: list[Problem] = []
    lines = []
    for row, number in enumerate(table.lines):
        cell = {name: table.cells[name][row] for name in table.columns}
        wrong = list(_wrong(cell, float(amounts[row]), known))
        problems += [
            Problem(f"{file}:{number}", what, wanted, mend) for what, wanted, mend in wrong
        ]
        if not wrong:
            lines.append(_line(number, cell, float(amounts[row])))
    table.refuse(problems)
    table.refuse(_overlaps(lines, file))
    return CostsTable(file, tuple(lines))


def _mistyped(table: PanelTable) -> list[Problem]:
    """Columns that look like an optional one; others are kept out of the way, not refused."""
    return [
        Problem(f"{table.file}:1", f'unknown column "{name}"', "", near)
        for name in table.columns
        if name not in (*COLUMNS, *_OPTIONAL) and (near := suggest(name, _OPTIONAL, 0.8))
    ]


def _wrong(
    cell: dict[str, str], amount: float, known: Collection[str] | None
) -> Iterable[tuple[str, str, str]]:
    """What is wrong with a line: what, expected, next."""
    channel, currency, way = cell["channel"], cell["currency"], cell.get("way", "")
    if not channel:
        yield ("no channel", f'a channel, or "{SHARED}" for what all share', "")
    elif known is not None and channel not in (*known, SHARED):
        wanted = f'a channel of channels.csv, or "{SHARED}" for what all share'
        yield (f'unknown channel "{channel}"', wanted, suggest(channel, known))
    if not cell["item"]:
        yield ("no item", "what was paid for, such as staff or advertising", "")
    days = {}
    for name in ("period_start", "period_end"):
        day = _day(cell[name])
        if day is None:
            yield (f'{name}: "{cell[name][:40]}" is no day', "a day such as 2024-03-01", "")
        else:
            days[name] = day
    if len(days) == 2 and days["period_end"] <= days["period_start"]:
        said = f"the period ends ({cell['period_end']}) before or when it starts"
        yield (said, "period_end is the first day after", "")
    if amount != amount:
        yield ("no amount", "a number; 0 where nothing was spent", "")
    elif amount < 0:
        yield (f"amount {amount:g} is below 0", "what was spent", "take it off the line it mends")
    if currency not in currency_codes():
        said = f'unknown currency "{currency[:20]}"' if currency else "no currency"
        wanted = "an ISO 4217 code such as EUR"
        yield (said, wanted, suggest(currency, currency_codes()) if currency else "")
    if way and way.casefold() not in MISSING and way not in WAYS:
        yield (f'unknown way "{way[:40]}"', f"one of {', '.join(WAYS)}", suggest(way, WAYS))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _line(number: int, cell: dict[str, str], amount: float) -> CostLine:
    given = cell.get("way", "")
    way: Way = "paid" if cell["item"].casefold() in _PAID else "broadcast"
    for one in WAYS:
        way = one if given == one else way
    return CostLine(
        number,
        cell["channel"],
        cell["item"],
        dt.date.fromisoformat(cell["period_start"]),
        dt.date.fromisoformat(cell["period_end"]),
        amount,
        cell["currency"],
        way,
        cell.get("post_id") or None,
    )


def _overlaps(lines: Sequence[CostLine], file: str) -> list[Problem]:
    """Two lines that speak of the same thing at the same time: one of them counts twice."""
    problems = []
    last: dict[tuple[str, ...], CostLine] = {}
    for line in sorted(lines, key=lambda one: (one.start, one.line)):
        key = (line.channel, line.item, line.currency, line.way, line.post_id or "")
        was = last.get(key)
        if was is not None and line.start < was.end:
            said = f"{line.item} of {line.channel} in {line.start} to {line.end} overlaps line "
            mend = "add them up, or give what differs an item of its own"
            problems.append(Problem(f"{file}:{line.line}", f"{said}{was.line}", "", mend))
        if was is None or line.end > was.end:
            last[key] = line
    return problems


def one_currency(spent: dict[str, Spend], where: str) -> Spend | None:
    """The only currency of what was spent; null where nothing was.

    StudyError where there are several: they are never added up.
    """
    if len(spent) > 1:
        several = ", ".join(f"{one.amount:,.2f} {code}" for code, one in spent.items())
        what = f"costs in several currencies ({several}) are never added up"
        problem = Problem(where, what, "one currency", "ask for one, or write all in one currency")
        raise error_from([problem], where)
    return next(iter(spent.values()), None)
