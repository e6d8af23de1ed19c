"""How records stand in a file, and how they can be damaged so that no reader may keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from howfar.simulate.export.piece import Piece, Planted

Damage = tuple[str, Callable[[str], str]]
"""The reason for which the damaged record is rejected, and the record damaged."""

Bad = tuple[int, str, str]
"""A planted record: its place among the records, reason, kind."""


@dataclass(frozen=True, slots=True)
class Form:
    """One format of a file.

    damages: kinds of bad records, by name; one that leaves a record as it is does not apply to it,
    and ``always`` is planted instead. page: begin, end and greatest number of records of a page,
    where records stand in pages; both are lines of their own.
    """

    damages: Mapping[str, Damage]
    always: str
    head: str = ""
    between: str = "\n"
    tail: str = "\n"
    page: tuple[str, str, int] | None = None

    def piece(self, records: Sequence[str], bad: Sequence[Bad]) -> Piece:
        """Records as a piece of the file; each begins on a line of its own."""
        if self.page is None:
            text = self.between.join(records)
            inner = [record.count("\n") for record in records] if bad else []
            first = np.arange(len(inner)) + np.concatenate([[0], np.cumsum(inner)])[: len(inner)]
        else:
            begin, end, size = self.page
            pages = [records[i : i + size] for i in range(0, len(records), size)]
            text = "\n".join(f"{begin}\n{self.between.join(page)}\n{end}" for page in pages)
            place = np.arange(len(records))
            first = place + 1 + place // size * 2
        return Piece(
            data=text.encode(),
            lines=text.count("\n") + 1 if records else 0,
            records=len(records) - len(bad),
            planted=[Planted(int(first[place]), reason, kind) for place, reason, kind in bad],
            head=self.head.encode(),
            between=b"\n" if self.page else self.between.encode(),
            tail=self.tail.encode(),
        )
