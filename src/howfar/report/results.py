"""The published results as rows that sections can pick from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from howfar.report.charts.scene import Row as ChartRow
from howfar.report.input import ReportInput
from howfar.report.words import say
from howfar.schema.measure import Declaration
from howfar.schema.tables import ESTIMATES, conform

Row = Mapping[str, Any]
_ROLES = ("ours", "peer", "other")


def params_of(row: Row) -> dict[str, str]:
    """The settings of a figure, 'key=value;key=value', as a mapping."""
    pairs = (pair.partition("=") for pair in (row["params"] or "").split(";") if pair)
    return {key: value for key, _, value in pairs}


def utc(moment: datetime) -> datetime:
    """The instant with UTC as its zone."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Results:
    """All that sections need: rows by measure, channel names in order, declarations, the study."""

    given: ReportInput
    by_measure: Mapping[str, tuple[Row, ...]]
    names: Mapping[str, str]
    roles: Mapping[str, str]

    @classmethod
    def of(cls, given: ReportInput) -> Results:
        """Index the estimates; channels ours first, then by name, never by a figure."""
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in conform(given.estimates, ESTIMATES).to_pylist():
            rows[row["measure"]].append(row)
        latest = {c: given.channels.get(c) for c in given.channels.ids}
        named = {c: row for c, row in latest.items() if row is not None and row.named}
        counts: dict[str, int] = defaultdict(int)
        for channel in named.values():
            counts[channel.name] += 1
        order = sorted(named, key=lambda c: (_ROLES.index(named[c].role), named[c].name.casefold()))
        names = {
            c: named[c].name
            if counts[named[c].name] == 1
            else f"{named[c].name} ({named[c].platform})"
            for c in order
        }
        roles = {c: named[c].role for c in order}
        return cls(given, {m: tuple(r) for m, r in rows.items()}, names, roles)

    def rows(self, measure: str, **where: Any) -> list[Row]:
        """Rows of a measure whose dimensions are as given; None asks for an empty dimension."""
        return [
            row
            for row in self.by_measure.get(measure, ())
            if all(row[key] == value for key, value in where.items())
        ]

    def figures(self, measure: str, **where: Any) -> list[Row]:
        """As rows, but of channels alone and for the whole window."""
        return [
            row
            for row in self.rows(measure, **where)
            if row["channel"] in self.names and row["period_start"] is None
        ]

    def declaration(self, measure: str) -> Declaration | None:
        """The declaration of a measure, where there is one."""
        return self.given.declarations.get(measure)

    def name(self, channel: str | None) -> str:
        """The printed name of a channel; persons have none."""
        return self.names.get(channel, channel) if channel else say("persons")

    def ordered(self, channels: Iterable[str | None]) -> list[str]:
        """Known channels in the order of the report."""
        wanted = set(channels)
        return [c for c in self.names if c in wanted]

    def chart_rows(self, channels: Iterable[str | None]) -> list[ChartRow]:
        """Chart rows of channels, with the role that decides shape and colour."""
        return [ChartRow(c, self.names[c], self.roles[c]) for c in self.ordered(channels)]

    @property
    def confidence(self) -> str:
        """The level of intervals, as 95 %."""
        return f"{self.given.study.about.confidence * 100:g} %"
