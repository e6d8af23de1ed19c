"""Whose media the answers of business_discovery hold: the account is told behind its media."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

from howfar.readers.documents import head_of
from howfar.readers.instagram_media import is_media
from howfar.readers.json_records import json_records
from howfar.readers.json_values import Object
from howfar.readers.text_lines import decoded_head, text_lines
from howfar.schema.reader import Document

_HEAD = 65_536
_LONGEST_END = 300
_BEGIN = '"business_discovery"'
# The id of the account that was asked for, then that of the one that asked; nothing else ends so.
_END = re.compile(r'"id"\s*:\s*"([^"\\]+)"\s*\}\s*,\s*"id"\s*:\s*"[^"\\]*"\s*\}')


class Owners:
    """Accounts by the lines of the answers that hold their media; read before the media are."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._begins: list[int] = []
        self._accounts: list[Object | None] = []
        self._ends: list[tuple[int, str]] | None = None
        if _BEGIN in decoded_head(head_of(document, _HEAD)):
            for page in json_records(document, (), _never):
                # A medium that follows a damaged answer may be of the rest of it.
                rest = is_media(page.value) and self._accounts[-1:] == [None]
                account = None if page.reason or rest else _account(page.value)
                # A damaged answer may be complained of more than once.
                if account is not None or self._begins[-1:] != [page.line]:
                    self._begins.append(page.line)
                    self._accounts.append(account)

    def figured(self) -> Iterator[tuple[int, Object]]:
        """Lines and accounts of intact answers that hold media."""
        for line, account in zip(self._begins, self._accounts, strict=True):
            if account:
                yield line, account

    def at(self, line: int) -> Object | None:
        """The account whose media stand in a line; empty for other answers, null if uncertain."""
        place = bisect_right(self._begins, line) - 1
        if place < 0:
            return {}
        if place > 0 and self._begins[place - 1] == self._begins[place]:
            return None
        account = self._accounts[place]
        if account is None:
            told = self._told_at_the_end(line)
            return {"id": told} if told else None
        return account

    def _told_at_the_end(self, line: int) -> str | None:
        """The account at the end of a damaged answer."""
        if self._ends is None:
            self._ends = list(_ends(self._document))
        place = bisect_left(self._ends, (line, ""))
        if place == len(self._ends):
            return None
        last, account = self._ends[place]
        # The end must be that of the same answer: none begins between, and none ends beside it.
        between = bisect_right(self._begins, last) - bisect_right(self._begins, line)
        beside = self._ends[place + 1 : place + 2]
        alone = not beside or beside[0][0] != last
        return account if alone and not between else None


def _never(_: Any) -> bool:
    return False


def _account(value: Any) -> Object:
    """The account that an answer is about, without its media; empty where it has none."""
    found = value.get("business_discovery") if isinstance(value, dict) else None
    if not isinstance(found, dict):
        return {}
    media = found.get("media")
    if not isinstance(media, dict) or not isinstance(media.get("data"), list):
        return {}
    return {name: member for name, member in found.items() if name != "media"}


def _ends(document: Document) -> Iterator[tuple[int, str]]:
    number, before = 1, ""
    for text in text_lines(document):
        joined = before + text
        for end in _END.finditer(joined):
            if end.end() > len(before):
                yield number, end[1]
        before = joined[-_LONGEST_END:]
        number += text.endswith(("\n", "\r"))
