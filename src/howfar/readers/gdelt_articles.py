"""Articles that GDELT saw: its tables of mentions and of the knowledge graph (GKG 2.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from howfar.readers.gdelt_rows import Layout, gdelt_rows, iso_time, language_of, sniff_layout
from howfar.readers.rows import RowBatch
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_MENTIONS = Layout(
    what="mentions",
    columns=(
        (
            *("globaleventid", "eventtimedate", "mentiontimedate", "mentiontype"),
            *("mentionsourcename", "mentionidentifier", "sentenceid", "actor1charoffset"),
            *("actor2charoffset", "actioncharoffset", "inrawtext", "confidence"),
            *("mentiondoclen", "mentiondoctone", "mentiondoctranslationinfo", "extras"),
        ),
    ),
    shapes=(r"[0-9]{1,12}", r"[0-9]{14}", r"[0-9]{14}", r"[0-9]"),
    required=("globaleventid", "mentiontimedate", "mentionidentifier"),
)
_GKG = Layout(
    what="knowledge graph (GKG 2.0)",
    columns=(
        (
            *("gkgrecordid", "date", "sourcecollectionidentifier", "sourcecommonname"),
            *("documentidentifier", "counts", "v2counts", "themes", "v2themes", "locations"),
            *("v2locations", "persons", "v2persons", "organizations", "v2organizations"),
            *("v2tone", "dates", "gcam", "sharingimage", "relatedimages", "socialimageembeds"),
            *("socialvideoembeds", "quotations", "allnames", "amounts", "translationinfo"),
            "extras",
        ),
    ),
    shapes=(r"[0-9]{14}-T?[0-9]{1,9}", r"[0-9]{14}", r"[0-9]"),
    required=("gkgrecordid", "date", "documentidentifier"),
)
_TITLE = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>")
_LACKS = (
    "text, reactions, shares; the time is that of the quarter of an hour in which GDELT saw the "
    "article, not that of its publication; names of persons and organisations, themes and tone "
    "are not kept"
)


class GdeltArticles:
    """One row is one article of a medium, whose handle is its domain."""

    def __init__(self, layout: Layout, declaration: ReaderDeclaration) -> None:
        self.layout = layout
        self.declaration = declaration

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the first line is a row of the table or its header."""
        return sniff_layout(self.layout, head)

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order; an article with several mentions stands several times."""
        batch = RowBatch(context, tally)
        rows = gdelt_rows(self.layout, document, tally, batch_rows=context.batch_rows)
        for row in rows:
            if row.reason:
                batch.reject(row.line, row.reason, row.detail)
            else:
                self._add(batch, row.line, row.fields)
            if batch.full:
                yield batch.out()
        yield batch.out()

    def _add(self, batch: RowBatch, line: int, row: Mapping[str, str]) -> None:
        post: dict[str, Any] = {"platform": "web", "relation": "original"}
        if "mentionidentifier" in row:
            post["post_id"] = row["mentionidentifier"]
            post["author_handle"] = row.get("mentionsourcename") or None
            post["created_at"] = row["mentiontimedate"]
            post["language"] = language_of(row.get("mentiondoctranslationinfo"))
        else:
            post["post_id"] = row["documentidentifier"]
            post["author_handle"] = row.get("sourcecommonname") or None
            post["created_at"] = row["date"]
            post["language"] = language_of(row.get("translationinfo"))
            title = _TITLE.search(row.get("extras", ""))
            post["text"] = unescape(title[1]) if title else None
        post["created_at"] = post["collected_at"] = iso_time(post["created_at"])
        if post["post_id"].strip():
            batch.add(line, post)
        else:
            batch.reject(line, "id", "expected the address of an article")


READERS = (
    GdeltArticles(
        _MENTIONS,
        ReaderDeclaration(
            id="gdelt-mentions",
            title="GDELT 2.0 mentions",
            platform="web",
            exported_by="the GDELT project, a file every 15 minutes; or an export of that table",
            supplies=("posts",),
            lacks=_LACKS,
            tested_on="real samples",
            how_to_obtain=(
                "The file list masterfilelist.txt (and masterfilelist-translation.txt for other "
                "languages) of the GDELT project names all *.mentions.CSV.zip; download those of "
                "your window. Tables exported from its public BigQuery data set with their header "
                "are read, too."
            ),
        ),
    ),
    GdeltArticles(
        _GKG,
        ReaderDeclaration(
            id="gdelt-gkg",
            title="GDELT 2.0 Global Knowledge Graph",
            platform="web",
            exported_by="the GDELT project, a file every 15 minutes; or an export of that table",
            supplies=("posts",),
            lacks=_LACKS.replace("text,", "text other than the page's title,"),
            tested_on="documentation",
            how_to_obtain=(
                "The file list masterfilelist.txt (and masterfilelist-translation.txt for other "
                "languages) of the GDELT project names all *.gkg.csv.zip; download those of your "
                "window. One day is about 1 GB unpacked."
            ),
        ),
    ),
)
