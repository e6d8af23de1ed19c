"""Tab files of the Orange data-mining suite: three header lines, then one post a line."""

from __future__ import annotations

from collections.abc import Iterator

from howfar.readers.delimited import delimited_batches
from howfar.readers.fields import Faults
from howfar.readers.mapping import CONTENT_ID, MappedRows, resolve
from howfar.readers.text_lines import decoded_head
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_TYPES = {"continuous", "discrete", "string", "time", "c", "d", "s", "t", ""}
_ROLES = ("class", "meta", "ignore", "weight", "include=", "title=", "hidden=")

POSTS_ON_X = {
    "platform": "=x",
    "post_id": CONTENT_ID,
    "relation": "Is retweet",
    "created_at": "Time",
    "language": "Language",
    "author_handle": "Author",
    "text": "Content",
    "parent_author_handle": "Original author",
    "shares": "Retweet count",
    "reactions": "Favorite count",
    "reaction_like": "Favorite count",
}
"""The columns of Orange's Twitter widget; the mapping where the study gives none."""

_ALSO_KNOWN = {"Longitude", "Latitude", "Source URL", "Place"}


class OrangeTab:
    """Names, types and roles in three lines; posts of X by default, others through a mapping."""

    declaration = ReaderDeclaration(
        id="orange-tab",
        title="Orange tab file",
        platform="x",
        exported_by="the Orange data-mining suite and its text add-on",
        supplies=("posts", "counts.shares", "counts.reactions", "counts.reaction_like"),
        lacks=(
            "post ids (made of author, time and text), views, followers, the time of the crawl, "
            "the zone of its times; replies and quotes are not told from original posts"
        ),
        tested_on="real samples",
        needs=("timezone", "observed_at"),
        how_to_obtain="In Orange: Twitter or Corpus widget, then Save Data as tab-delimited.",
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the second line holds Orange's types and the third its roles."""
        lines = decoded_head(head).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        names, types, roles = [line.split("\t") for line in [*lines, "", ""][:3]]
        if not (len(names) == len(types) == len(roles)) or len(names) < 2:
            return Sniff(0.0, "the first three lines are not tab-separated rows of equal width")
        if not any(types) or not set(types) <= _TYPES:
            return Sniff(0.0, "the second line does not hold Orange's types")
        if not all(role == "" or role.startswith(_ROLES) for role in roles):
            return Sniff(0.0, "the third line does not hold Orange's roles")
        return Sniff(0.95, "the second and third line hold Orange's types and roles")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order. A repost carries its original's counts, and says so."""
        rows: MappedRows | None = None
        for batch in delimited_batches(
            document, tally, delimiter="\t", skip_rows=2, batch_rows=context.batch_rows
        ):
            if rows is None:
                mapping = dict(context.mapping) or POSTS_ON_X
                resolved = resolve(mapping, tuple(batch.columns), document.name)
                rows = MappedRows(resolved, context, tally, missing=("", "?"))
            for column in sorted(batch.columns.keys() - rows.resolved.used - _ALSO_KNOWN):
                tally.unknown(column, len(batch.lines))
            yield rows.batch(
                batch.columns.__getitem__, batch.lines, batch.rejects, Faults(batch.lines)
            )


READER = OrangeTab()
