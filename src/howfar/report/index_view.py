"""An index as sections read it: its rows by unit, and the document that says how it was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from howfar.report.charts.scene import Row as ChartRow
from howfar.report.results import Row
from howfar.schema.tables import ESTIMATES, conform

MEASURES = ("performance_index", "index_robustness")


@dataclass(frozen=True)
class IndexView:
    """Rows of the two measures of an index and its document (assess/document.py).

    Units stand in the order of the index; nodes are the tree's, bottom-up.
    """

    document: Mapping[str, Any]
    rows: Sequence[Row]
    confidence: str

    @classmethod
    def of(cls, document: Mapping[str, Any], estimates: pa.Table, confidence: float) -> IndexView:
        """The view of an index whose rows are among the estimates."""
        rows = conform(estimates, ESTIMATES).to_pylist()
        own = tuple(row for row in rows if row["measure"] in MEASURES)
        return cls(document, own, f"{confidence * 100:g} %")

    @property
    def unit(self) -> str:
        """What is compared, in the singular."""
        return str(self.document["unit"])

    @property
    def words(self) -> dict[str, str]:
        """What is compared, as texts need it: unit and units."""
        one = self.unit
        ends_in_y = one.endswith("y") and one[-2:-1] not in ("a", "e", "i", "o", "u", "")
        return {"unit": one, "units": f"{one[:-1]}ies" if ends_in_y else f"{one}s"}

    @property
    def units(self) -> list[str]:
        """Units in the order of the index."""
        return [one["id"] for one in self.document["units"]]

    @property
    def node_names(self) -> dict[str, str]:
        """Printed name of every node."""
        return {one["id"]: one["name"] for one in self.document["nodes"]}

    @property
    def indicators(self) -> list[Mapping[str, Any]]:
        """The leaves, in the order of the tree."""
        return [one for one in self.document["nodes"] if one["kind"] == "indicator"]

    def label(self, unit: str) -> str:
        """Printed name of a unit."""
        return next((o["label"] for o in self.document["units"] if o["id"] == unit), unit)

    def chart_rows(self, channels: Iterable[str | None]) -> list[ChartRow]:
        """Chart rows of units, in the order of the index."""
        wanted = set(channels)
        return [
            ChartRow(one["id"], one["label"], one["role"])
            for one in self.document["units"]
            if one["id"] in wanted
        ]

    def by_unit(self, category: str, params: str | None = None) -> dict[str, Row]:
        """Rows of one figure by unit."""
        dimension = self.document["dimension"]
        return {
            row[dimension]: row
            for row in self.rows
            if row["category"] == category and row["params"] == params and row[dimension]
        }

    def by_node(self, prefix: str, params: str | None = None) -> dict[str, Row]:
        """Rows without a unit, 'prefix: node', by node."""
        dimension = self.document["dimension"]
        return {
            row["category"].removeprefix(f"{prefix}: "): row
            for row in self.rows
            if (row["category"] or "").startswith(f"{prefix}: ")
            and row["params"] == params
            and not row[dimension]
        }
