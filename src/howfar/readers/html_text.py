"""The text of a piece of HTML and the links in it; nothing is fetched, nothing is run.

Own code, because the time of the standard library's parser grows with the square of marks that
are never closed (60 kB of '<a ' took 36 seconds) and it gives up at marked sections. This one looks
at each character a fixed number of times, and shows as text what is no tag.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

_BLOCKS = frozenset(
    "address article aside blockquote br caption dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table "
    "tbody td tfoot th thead tr ul".split()
)
_UNSEEN = frozenset(("script", "style", "template", "head"))
# What follows a '<', up to the next; within quotes a '>' ends no tag.
_TAG = re.compile(
    r"""(/?)([a-zA-Z][^\s/>"'=]*)((?:[^>"']|"[^"]*"|'[^']*')*)>|(/?)([a-zA-Z][^\s/>"'=]*)([^>]*)>"""
)
_DECLARATION = re.compile(r"(?:!doctype\b|!\[(?:if|endif)\b|\?)[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""(?:^|\s)(href|class|rel)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_LONG_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")
_ANY_TAG = re.compile(r"<[a-zA-Z/!?]")


class HtmlText:
    """Gathers text; block elements become line ends, runs of white space one space."""

    def __init__(self) -> None:
        self.links: list[str] = []
        self._pieces: list[str] = []
        self._unseen: list[str] = []
        self._kept = 0

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A start tag: its link, and a line end where it begins a block."""
        if tag in _UNSEEN:
            self._unseen.append(tag)
        if tag == "a" and (link := attributes.get("href")):
            self.links.append(link)
        if tag == "pre":
            self._kept += 1
        if tag in _BLOCKS:
            self._pieces.append("\n")

    def end(self, tag: str) -> None:
        """An end tag."""
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        if tag == "pre":
            self._kept = max(0, self._kept - 1)
        if tag in _BLOCKS and tag != "br":
            self._pieces.append("\n")

    def data(self, text: str) -> None:
        """Text between tags, without references to characters."""
        if not self._unseen:
            white = r"[ \t]+" if self._kept else r"[ \t\r\n\f]+"
            self._pieces.append(re.sub(white, " ", text))

    def feed(self, html: str) -> None:
        """A whole piece of HTML."""
        first, *marked = _unmarked(
            _unmarked(html, "<!--", "-->", ""), "<![CDATA[", "]]>", None
        ).split("<")
        self.data(unescape(first))
        for piece in marked:
            if (tag := _TAG.match(piece)) is not None:
                closing, name, rest = tag.groups()[:3] if tag[2] else tag.groups()[3:]
                if closing:
                    self.end(name.lower())
                else:
                    self.begin(name.lower(), _attributes(rest))
                self.data(unescape(piece[tag.end() :]))
            elif (declaration := _DECLARATION.match(piece)) is not None:
                self.data(unescape(piece[declaration.end() :]))
            else:
                self.data(unescape("<" + piece))

    def text(self) -> str:
        """The text so far: one line end between blocks, no white space around lines."""
        joined = re.sub(r" +", " ", "".join(self._pieces))
        return re.sub(r" ?\n\s*", "\n", joined).strip()


def _attributes(rest: str) -> Mapping[str, str]:
    """href, class and rel of a tag, the first of each."""
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(rest):
        found.setdefault(name.lower(), unescape("".join(values)))
    return found


def unescape(text: str) -> str:
    """References to characters undone; a number that no character has is U+FFFD."""
    return html.unescape(_LONG_REFERENCE.sub("\ufffd", text)) if "&" in text else text


def html_text(html: str) -> tuple[str, list[str]]:
    """Text and links of a piece of HTML; what has no tags keeps its line ends."""
    if not _ANY_TAG.search(html):
        return unescape(html).strip(), []
    parser = HtmlText()
    parser.feed(html)
    return parser.text(), parser.links


def _unmarked(html: str, opener: str, closer: str, instead: str | None) -> str:
    """The text without marks of sections that are closed; instead of what is in them, if given."""
    pieces, at = [], 0
    while (start := html.find(opener, at)) >= 0:
        end = html.find(closer, start + len(opener))
        if end < 0:
            break
        pieces.append(html[at:start])
        pieces.append(html[start + len(opener) : end] if instead is None else instead)
        at = end + len(closer)
    return "".join((*pieces, html[at:]))
