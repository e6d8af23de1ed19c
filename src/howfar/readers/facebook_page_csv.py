"""Facebook page posts as one CSV a page, in the layout of the Graph API scrapers of 2016."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from howfar.readers.delimited import DelimitedBatch, check_columns, delimited_batches, header_of
from howfar.readers.fields import Faults, host_of, nullable, raw_table, whole_numbers
from howfar.readers.instants import times
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_COUNTS = {
    "num_reactions": "reactions",
    "num_comments": "comments",
    "num_shares": "shares",
    "num_likes": "reaction_like",
    "num_loves": "reaction_love",
    "num_wows": "reaction_wow",
    "num_hahas": "reaction_haha",
    "num_sads": "reaction_sad",
    "num_angrys": "reaction_angry",
}
_REQUIRED = ("status_id", "status_published", "num_reactions", "num_comments", "num_shares")
_KNOWN = {"status_id", "status_message", "link_name", "status_type", "status_link"} | {
    "status_published",
    *_COUNTS,
}


class FacebookPageCsv:
    """One page's posts with six reaction kinds, comments and shares; times carry no zone."""

    declaration = ReaderDeclaration(
        id="facebook-page-csv",
        title="Facebook page posts, one CSV a page",
        platform="facebook",
        exported_by="scrapers of the Graph API, 2016 layout (status_id, status_message, ...)",
        supplies=(
            *("posts", "counts.reactions", "counts.reaction_*"),
            *("counts.comments", "counts.shares"),
        ),
        lacks="views, followers, the time of the crawl, the zone of its times",
        tested_on="real samples",
        needs=("timezone", "observed_at"),
        how_to_obtain=(
            "The interface that these scrapers used was closed in 2018; the layout lives on in "
            "published research data such as newsrooms-2016."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the header holds the columns that every such file has."""
        found = [c for c in _REQUIRED if c in header_of(head, ",")]
        if len(found) == len(_REQUIRED):
            return Sniff(0.95, "the header has status_id, status_published and num_* columns")
        return Sniff(0.0, "the header lacks " + ", ".join(sorted(set(_REQUIRED) - set(found))))

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order; status_id is page_post, its first part the page's id."""
        for batch in delimited_batches(document, tally, batch_rows=context.batch_rows):
            check_columns(batch, document.name, tally, required=_REQUIRED, known=_KNOWN)
            yield self._rows(batch, context)

    def _rows(self, batch: DelimitedBatch, context: ReadContext) -> RawBatch:
        rows = len(batch.lines)
        faults = Faults(batch.lines)
        ids = pa.array(batch.columns["status_id"], pa.string())
        well_formed = pc.match_substring_regex(ids, r"^[0-9]+_[0-9]+$")
        faults.mark(
            ~np.asarray(well_formed.to_numpy(zero_copy_only=False), dtype=bool),
            "id",
            "status_id: expected page_post, digits only",
        )
        empty = [""] * rows
        columns = {
            "line": pa.array(batch.lines, pa.int64()),
            "platform": "facebook",
            "post_id": ids,
            "author_id": pc.replace_substring_regex(ids, "_.*$", ""),
            "relation": "original",
            "kind": nullable(batch.columns.get("status_type", empty)),
            "created_at": times(
                batch.columns["status_published"], faults, "status_published", context.timezone
            ),
            "text": nullable(batch.columns.get("status_message", empty)),
            "link": host_of(nullable(batch.columns.get("status_link", empty))),
        }
        for column, metric in _COUNTS.items():
            if column in batch.columns:
                columns[metric] = whole_numbers(batch.columns[column], faults, column)
        return faults.apply(raw_table(columns, rows), batch.rejects)


READER = FacebookPageCsv()
