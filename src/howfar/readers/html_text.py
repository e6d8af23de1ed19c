"""The text of a piece of HTML and the links in it; nothing is fetched, nothing is run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "address article aside blockquote br caption dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table "
    "tbody td tfoot th thead tr ul".split()
)
_UNSEEN = frozenset(("script", "style", "template", "head"))
_TAG = re.compile(r"<[a-zA-Z/!?]")


class HtmlText(HTMLParser):
    """Gathers text; block elements become line ends, runs of white space one space."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self._pieces: list[str] = []
        self._unseen: list[str] = []
        self._kept = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A start tag: its link, and a line end where it begins a block."""
        self.begin(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """An end tag."""
        self.end(tag)

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        self.data(data)

    def begin(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        """As handle_starttag, for elements that another parser found."""
        if tag in _UNSEEN:
            self._unseen.append(tag)
        if tag == "a" and (link := attributes.get("href")):
            self.links.append(link)
        if tag == "pre":
            self._kept += 1
        if tag in _BLOCKS:
            self._pieces.append("\n")

    def end(self, tag: str) -> None:
        """As handle_endtag."""
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        if tag == "pre":
            self._kept = max(0, self._kept - 1)
        if tag in _BLOCKS and tag != "br":
            self._pieces.append("\n")

    def data(self, text: str) -> None:
        """As handle_data."""
        if not self._unseen:
            white = r"[ \t]+" if self._kept else r"[ \t\r\n\f]+"
            self._pieces.append(re.sub(white, " ", text))

    def text(self) -> str:
        """The text so far: one line end between blocks, no white space around lines."""
        joined = re.sub(r" +", " ", "".join(self._pieces))
        return re.sub(r" ?\n\s*", "\n", joined).strip()


def html_text(html: str) -> tuple[str, list[str]]:
    """Text and links of a piece of HTML; what has no tags keeps its line ends."""
    if not _TAG.search(html):
        return unescape(html).strip(), []
    parser = HtmlText()
    parser.feed(html)
    parser.close()
    return parser.text(), parser.links
