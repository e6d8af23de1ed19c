"""Whose media a damaged answer of business_discovery holds: the account is named at its end."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property

from howfar.readers.documents import head_of
from howfar.readers.text_lines import text_lines
from howfar.schema.reader import Document

_HEAD = 65_536
_LONGEST_END = 300
_BEGIN = re.compile(r'"business_discovery"')
# The id of the account that was asked for, then that of the one that asked; nothing else ends so.
_END = re.compile(r'"id"\s*:\s*"([^"\\]+)"\s*\}\s*,\s*"id"\s*:\s*"[^"\\]*"\s*\}')


@dataclass
class Owners:
    """Accounts by the lines of the answers that hold their media; read when first asked."""

    document: Document
    begins: list[int] = field(default_factory=list)
    ends: list[tuple[int, str]] = field(default_factory=list)
    read: bool = False

    @cached_property
    def any(self) -> bool:
        """Whether the document holds such answers."""
        return b'"business_discovery"' in head_of(self.document, _HEAD)

    def at(self, line: int) -> str | None:
        """The account whose media stand in a line; null where that is not certain."""
        if not self.read:
            self._find()
        place = bisect_left(self.ends, (line, ""))
        if place == len(self.ends):
            return None
        last, account = self.ends[place]
        # The end must be that of the same answer: none begins between, and none ends beside it.
        inside = [begin for begin in self.begins if line <= begin <= last]
        alone = sum(end == last for end, _ in self.ends) == 1
        return account if not inside or (inside == [line] and alone) else None

    def _find(self) -> None:
        number, before = 1, ""
        for text in text_lines(self.document):
            self.begins += [number] * len(_BEGIN.findall(text))
            joined = before + text
            self.ends += [(number, m[1]) for m in _END.finditer(joined) if m.end() > len(before)]
            before = joined[-_LONGEST_END:]
            number += text.endswith(("\n", "\r"))
        self.read = True
