"""Text of XML files of unknown honesty: the encoding that they declare, damaged bytes visible."""

from __future__ import annotations

import codecs
import io
import re

from howfar.errors import InputError
from howfar.readers.documents import head_of, open_bytes
from howfar.readers.text_lines import encoding_of
from howfar.schema.reader import Document

_DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][\w.:-]*)["']""")
# What is declared in practice means its superset; others are taken as they are.
_MEANT = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs"), "big5hkscs"),
    **dict.fromkeys(("euc_kr", "cp949"), "cp949"),
    **dict.fromkeys(("shift_jis", "cp932"), "cp932"),
    **dict.fromkeys(("iso8859-1", "cp1252"), "cp1252"),
    **{name: name for name in ("utf-8", "ascii", "euc_jp", "iso2022_jp", "koi8-r", "koi8-u")},
    **{name: name for name in ("tis-620", "cp866", "mac-roman", "mac-cyrillic")},
    **{f"iso8859-{part}": f"iso8859-{part}" for part in (*range(2, 12), *range(13, 17))},
    **{f"cp125{part}": f"cp125{part}" for part in (0, 1, 3, 4, 5, 6, 7, 8)},
}
_WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
_AUTODETECTED = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def xml_encoding(head: bytes) -> str | None:
    """Encoding by byte order mark, first bytes or declaration, else UTF-8; null if unknown.

    A file that can be read as ASCII so far is not in UTF-16, whatever it declares.
    """
    if (marked := encoding_of(head)) != "utf-8":
        return marked
    for start, name in _AUTODETECTED:
        if head.startswith(start):
            return name
    found = _DECLARED.match(head)
    if found is None:
        return "utf-8"
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except (LookupError, ValueError):
        return None
    return "utf-8" if name in _WIDE else _MEANT.get(name)


def xml_head(head: bytes) -> str:
    """The first bytes of a file as text; for guesses only."""
    return head.decode(xml_encoding(head) or "utf-8", errors="replace")


def open_xml(document: Document) -> io.TextIOWrapper:
    """A document as text with line ends as XML counts them; damaged bytes become a surrogate.

    Raises InputError where the declared encoding is none that is known.
    """
    encoding = xml_encoding(head_of(document, 1024))
    if encoding is None:
        raise InputError(
            "the file declares an encoding that is not known",
            where=f"{document.name}:1",
            expected="UTF-8, or one of the encodings that XML files are written in",
            next="save the file as UTF-8",
            reason="encoding",
        )
    return io.TextIOWrapper(open_bytes(document), encoding, errors="howfar-mark", newline=None)
