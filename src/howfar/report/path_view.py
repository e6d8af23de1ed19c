"""A path as sections read it: its steps, and the rows of the results that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from howfar.improve.evidence import GAIN
from howfar.report.charts.scene import Row as ChartRow
from howfar.report.results import Results, Row
from howfar.report.words import say
from howfar.schema.tables import ESTIMATES, conform

Step = Mapping[str, Any]


def is_relative(row: Row) -> bool:
    """Whether a figure is a part of another one, and prints as per cent."""
    return str(row["unit"]).startswith(("relative", "part of"))


@dataclass(frozen=True)
class PathView:
    """The document of a path (improve/path_document.py) and the rows of its figures.

    names: printed names of channels, by id.
    """

    document: Mapping[str, Any]
    rows: Sequence[Row]
    confidence: str
    names: Mapping[str, str]

    @classmethod
    def of(
        cls,
        document: Mapping[str, Any],
        estimates: pa.Table,
        confidence: float,
        names: Mapping[str, str],
    ) -> PathView:
        """The view of a path whose figures are among the estimates."""
        measures = {
            source["measure"]
            for step in document["steps"]
            for source in (step["source"], *step["apart"])
            if source
        }
        rows = conform(estimates, ESTIMATES).to_pylist()
        own = tuple(row for row in rows if row["measure"] in measures)
        return cls(document, own, f"{confidence * 100:g} %", names)

    @property
    def steps(self) -> Sequence[Step]:
        """All steps, in their order."""
        found: Sequence[Step] = self.document["steps"]
        return found

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures whose figures the steps rest on, in the order of the steps."""
        return tuple(dict.fromkeys(step["source"]["measure"] for step in self.steps))

    def row(self, source: Mapping[str, str | None]) -> Row | None:
        """The row of the results that a source names; null where it was not published."""
        found = self.all(source)
        return found[0] if found else None

    def all(self, source: Mapping[str, str | None]) -> list[Row]:
        """All rows that a source names: null is no value, a dimension that is not named is free."""
        return [row for row in self.rows if all(row[k] == v for k, v in source.items())]

    def size(self, step: Step) -> Row | None:
        """The row of a step's size: the effect, the association or the gap."""
        return self.row(step["source"])

    def chart_rows(self, channels: Iterable[str | None]) -> list[ChartRow]:
        """Chart rows of steps, in their order."""
        wanted = set(channels)
        return [
            ChartRow(step["id"], f"{step['place']}. {step['title']}")
            for step in self.steps
            if step["id"] in wanted
        ]

    def named(self, channels: Iterable[str]) -> str:
        """Channels by their printed names."""
        return ", ".join(self.names.get(channel, channel) for channel in channels)


def path_summary(view: PathView) -> list[str]:
    """How many steps, on which evidence, and what was found of the first that is clear."""
    strong = [step for step in view.steps if step["grade"] in GAIN]
    told = [say("path.summary", n=len(view.steps), strong=len(strong))]
    clear = [step for step in strong if step["clear"]]
    if clear:
        told.append(say("path.summary_first", said=clear[0]["said"]))
    elif view.steps:
        told.append(say("path.summary_unclear"))
    return told


def path_view(results: Results) -> PathView | None:
    """The path of a run; null where it laid none."""
    document = results.given.provenance.get("path")
    if document is None:
        return None
    given = results.given
    return PathView.of(document, given.estimates, given.study.about.confidence, results.names)
