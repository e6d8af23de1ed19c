"""The items of a feed one by one, each cut out by itself, so that a broken one costs only itself.

XML has no notion of a record: one wrong byte makes the whole document not well-formed. So the
text is not parsed as a whole. Its items are found by their tags, outside of comments and CDATA
sections, and each is parsed alone. No document type declaration is ever given to the parser:
there is nothing that could be expanded or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from howfar.errors import InputError
from howfar.readers.text_lines import LONGEST, damage
from howfar.readers.xml_text import open_xml
from howfar.schema.reader import Document

_PIECE = 1 << 16
_LONGEST_HEAD = 1 << 20
_LONGEST_TOKEN = 256
_NAME = r"(?:[A-Za-z_][\w.-]{0,99}:)?"
_OUTSIDE = re.compile(
    rf"<!--|<!\[CDATA\[|<!DOCTYPE|<!ENTITY|</?{_NAME}(?:item|entry|rss|RDF|feed)(?=[\s/>])"
)
_ROOT_END = rf"</{_NAME}(?:rss|RDF|feed)\s*>"
_CLOSERS = {"<!--": "-->", "<![CDATA[": "]]>"}
# The one declaration that feeds of some age carry; it names entities of Latin letters only.
_HARMLESS = re.compile(r"""<!DOCTYPE\s+rss\s+PUBLIC\s+["']-//Netscape Communications//DTD RSS""")


@dataclass(frozen=True, slots=True)
class XmlItem:
    """An item: its line and text, or the reason why it has none."""

    line: int
    text: str = ""
    reason: str = ""


class XmlItems:
    """The items of one document, in its order; ``head`` is what stood before the first.

    Raises InputError: entity (the document declares any), encoding, format (no feed), xml (cut
    before its first item).
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self.head = ""
        """What stands before the first item; known when that is given out."""
        self._name = ""
        self._closed = False
        self._seen = 0
        self._passed_over = False

    def __iter__(self) -> Iterator[XmlItem]:
        with open_xml(self._document) as file:
            text = _Text(file.read)
            while (item := self._next(text)) is not None:
                self._seen += 1
                yield item
            if not self._seen:
                self.head = text.head + text.text
                self._check_empty()

    def _next(self, text: _Text) -> XmlItem | None:
        """The next item, or null at the end."""
        while True:
            text.forget()
            token = text.search(_OUTSIDE)
            if token is None:
                return None
            mark, local = token[0], token[0].rpartition(":")[2].lstrip("</")
            if mark in _CLOSERS:
                text.at = self._closed_at(text, token, mark) or token.end()
            elif mark.startswith("<!"):
                self._declaration(text, token.start())
            elif local in ("item", "entry"):
                if mark.startswith("</"):
                    text.at = token.end()
                    line, passed = text.line(token.start()), self._passed_over
                    self._passed_over = False
                    if not passed and mark[2:] == (self._name or mark[2:]):
                        # Its start tag is damaged: what it held is lost, but not what the
                        # feed says of itself before its first item.
                        if not self._seen:
                            self.head = text.head + text.text[: token.start()]
                            text.heading = False
                        return XmlItem(line, reason="xml")
                elif mark[1:] == (self._name or mark[1:]):
                    self._name, self._passed_over = mark[1:], False
                    if not self._seen:
                        self.head = text.head + text.text[: token.start()]
                        text.heading = False
                    return self._item(text, token.start())
                else:
                    text.at = token.end()
            else:
                self._root(mark, local)
                text.at = token.end()

    def _root(self, mark: str, local: str) -> None:
        if mark.startswith("</"):
            self._closed = True
        elif local == "feed" and not self._name:
            self._name = mark[1:].removesuffix("feed") + "entry"
        elif local == "rss" and not self._name:
            self._name = "item"

    def _declaration(self, text: _Text, start: int) -> None:
        """Pass over a harmless DOCTYPE; InputError entity for any other declaration."""
        text.at = start + 9
        end = text.search(re.compile(r"[\[>]"), start + 8 * _LONGEST_TOKEN)
        told = text.text[start : end.end()] if end is not None else ""
        if not told.endswith(">") or not _HARMLESS.match(told):
            raise InputError(
                "the XML declares entities or a document type of its own",
                where=f"{self._document.name}:{text.line(start)}",
                expected="a feed without a DOCTYPE; entities are never expanded",
                next="leave the file out, or export the feed again",
                reason="entity",
            )
        text.at = start + len(told)

    def _item(self, text: _Text, start: int) -> XmlItem:
        """Cut out the item that begins at ``start``."""
        line = text.line(start)
        text.at = start + 1
        name = re.escape(self._name)
        inside = re.compile(rf"<!--|<!\[CDATA\[|<{name}(?=[\s/>])|</{name}\s*>|{_ROOT_END}")
        tag = text.search(re.compile(r"[<>]"), start + LONGEST)
        if tag is not None and tag[0] == ">" and text.text[tag.start() - 1] == "/":
            text.at = tag.end()
            return XmlItem(line, text.text[start : text.at])
        while (token := text.search(inside, start + LONGEST)) is not None:
            mark = token[0]
            if mark in _CLOSERS:
                text.at = self._closed_at(text, token, mark) or token.end()
            elif mark.startswith("</") and mark[2:].rstrip("> \t\n") == self._name:
                text.at = token.end()
                return _whole(line, text.text[start : text.at])
            else:
                # The next one begins, or the feed ends, before this one was closed.
                text.at = token.start()
                return XmlItem(line, reason="xml")
        self._passed_over = not text.ended
        return XmlItem(line, reason="xml" if text.ended else "too_long")

    def _closed_at(self, text: _Text, token: re.Match[str], mark: str) -> int | None:
        """End of a comment or CDATA section; null where its closing mark is surely another's.

        That is so where, before it, an item begins or ends and then a further section begins: a
        section that quotes the source of a feed has the one, but hardly the other.
        """
        end = text.closer(_CLOSERS[mark], token.end())
        if end is None:
            return None
        again = text.text.find(mark, token.end(), end)
        if again < 0:
            return end
        between = text.text[token.end() : again]
        if mark == "<!--" or f"</{self._name}" in between or f"<{self._name}" in between:
            return None
        return end

    def _check_empty(self) -> None:
        if self._closed:
            return
        reason, what = "xml", "the feed ends before its first item"
        if not self._name:
            empty = not self.head.strip()
            reason = "empty" if empty else "format"
            what = "the file holds nothing" if empty else "the file is no RSS or Atom feed"
        raise InputError(
            what,
            where=self._document.name,
            expected="a whole RSS or Atom feed",
            next="fetch it again, or name another format for this source in study.toml",
            reason=reason,
        )


def _whole(line: int, text: str) -> XmlItem:
    reason = damage(text)
    return XmlItem(line, "" if reason else text, reason)


class _Text:
    """A stretch of the text that moves along; heading: what is dropped goes to ``head``."""

    def __init__(self, read: Callable[[int], str]) -> None:
        self._read = read
        self.text = ""
        self.head = ""
        self.heading = True
        self.at = 0
        self.ended = False
        self._line = 1
        self._counted = 0
        self._dropped = 0
        self._closers: dict[str, tuple[int, int, bool]] = {}

    def more(self) -> bool:
        """Read on; false at the end of the text."""
        if not self.ended:
            piece = self._read(max(_PIECE, len(self.text)))
            self.ended = not piece
            self.text += piece
        return not self.ended

    def forget(self) -> None:
        """Drop what is behind, once it is much."""
        if self.at < _PIECE:
            return
        self.line(self.at)
        if self.heading:
            self.head += self.text[: min(self.at, _LONGEST_HEAD - len(self.head))]
        self.text = self.text[self.at :]
        self._dropped += self.at
        self._counted -= self.at
        self.at = 0

    def line(self, place: int) -> int:
        """Line of a place, from 1; places only move forward between two calls."""
        if place > self._counted:
            self._line += self.text.count("\n", self._counted, place)
            self._counted = place
        return self._line

    def search(self, pattern: re.Pattern[str], limit: int | None = None) -> re.Match[str] | None:
        """The next match, null if there is none.

        limit: the match ends before it, and nothing is dropped meanwhile; without one, what holds
        no match is dropped. A match at the end of what has been read may look other when more is.
        """
        place = self.at
        while True:
            found = pattern.search(self.text, place)
            if found is not None and (self.ended or found.end() + 1 < len(self.text)):
                break
            if limit is not None and len(self.text) > limit + _LONGEST_TOKEN:
                break
            place = found.start() if found else max(place, len(self.text) - _LONGEST_TOKEN)
            if limit is None:
                self.at = place
                self.forget()
                place = self.at
            if not self.more():
                found = pattern.search(self.text, place)
                break
        return found if found is None or limit is None or found.end() <= limit else None

    def closer(self, mark: str, start: int) -> int | None:
        """End of the next closing mark, not too far off; no stretch is searched twice."""
        begin = start + self._dropped
        first, last, hit = self._closers.get(mark, (begin, begin, False))
        if not first <= begin <= last:
            first, last, hit = begin, begin, False
        if hit:
            return last + len(mark) - self._dropped
        place = max(start, last - self._dropped)
        found = self.text.find(mark, place)
        while found < 0:
            place = max(place, len(self.text) - len(mark) + 1)
            if len(self.text) - start > LONGEST or not self.more():
                break
            found = self.text.find(mark, place)
        last = (place if found < 0 else found) + self._dropped
        self._closers[mark] = (first, last, found >= 0)
        return None if found < 0 else found + len(mark)
