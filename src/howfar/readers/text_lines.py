"""Lines of a text file of unknown honesty: bounded in length, damaged bytes left visible."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from howfar.readers.documents import head_of, open_bytes
from howfar.schema.reader import Document

LONGEST = 8 * 1024 * 1024
"""Longest line or record in characters; what is longer is rejected, so that memory is bounded."""

DAMAGED = "\udc80"
"""Stands where bytes were not text; a lone surrogate, so that nothing valid looks like it."""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _mark(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return DAMAGED, error.end
    raise error


MARK = "howfar-mark"
"""How to decode: damaged bytes become DAMAGED."""

codecs.register_error(MARK, _mark)


def encoding_of(head: bytes) -> str:
    """The encoding that a byte order mark names, else UTF-8."""
    return next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")


def decoded_head(head: bytes) -> str:
    """The first bytes of a file as text, damage replaced; for guesses only."""
    return head.decode(encoding_of(head), errors="replace")


def open_text(document: Document | Path) -> io.TextIOWrapper:
    """A document as text with its line ends as they are; damaged bytes become DAMAGED."""
    encoding = encoding_of(head_of(document, 4))
    return io.TextIOWrapper(open_bytes(document), encoding, errors=MARK, newline="")


def text_lines(document: Document | Path) -> Iterator[str]:
    r"""Lines with their ends (\n, \r\n or \r); one that is longer than LONGEST comes in pieces."""
    with open_text(document) as file:
        yield from lines_in(file)


def lines_in(file: io.TextIOWrapper) -> Iterator[str]:
    """As text_lines, of a text that is open already."""
    while line := file.readline(LONGEST + 1):
        yield line


def damage(text: str) -> str:
    """The reason why text cannot be kept ('encoding', 'nul'), or an empty string."""
    if "\x00" in text:
        return "nul"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "encoding"
    return ""
