"""Posts of Facebook pages, groups and Instagram accounts as CrowdTangle exported them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import InputError
from howfar.readers.delimited import DelimitedBatch, delimited_batches, header_of
from howfar.readers.fields import (
    Faults,
    host_of,
    identifiers,
    nullable,
    raw_table,
    truth,
    whole_numbers,
)
from howfar.readers.instants import times
from howfar.readers.zone_names import with_offsets
from howfar.schema.reader import (
    RAW_OTHERS,
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_KINDS = {
    "Likes": "reaction_like",
    "Love": "reaction_love",
    "Wow": "reaction_wow",
    "Haha": "reaction_haha",
    "Sad": "reaction_sad",
    "Angry": "reaction_angry",
    "Care": "reaction_care",
    "Thankful": "reaction_thankful",
}
_SIX = ("Likes", "Love", "Wow", "Haha", "Sad", "Angry")
_COUNTS = {"Comments": "comments", "Shares": "shares"}
_KNOWN = {
    *("Page Name", "Group Name", "Account", "User Name", "Facebook Id", "Page Category"),
    *("Page Admin Top Country", "Page Description", "Page Created", "Likes at Posting"),
    *("Followers at Posting", "Size at Posting", "Post Created", "Post Created Date"),
    *("Post Created Time", "Created", "Type", "Total Interactions", "Video Share Status"),
    *("Is Video Owner?", "Post Views", "Total Views", "Total Views For All Crossposts"),
    *("Video Length", "URL", "Message", "Link", "Final Link", "Image Text", "Link Text"),
    *("Description", "Sponsor Id", "Sponsor Name", "Sponsor Category", "Score", "Views"),
    *("Photo", "Title", "Overperforming Score", "Underperforming Score", "Total Interactions Rate"),
    *_KINDS,
    *_COUNTS,
}
# Scores of CrowdTangle's own; their headings go on with the weights that were set.
_SCORES = ("Overperforming Score (", "Underperforming Score (", "Total Interactions (")
_WHO = ("Page Name", "Group Name", "Account")
_WHEN = ("Post Created", "Created")
_FACEBOOK = r"^(?i:https?)://(?:[a-z]+\.)?facebook\.com/(?:groups/)?"
_POST = _FACEBOOK + r"([0-9]+)/(?:posts|permalink)/([0-9]+)/?$"
_ACCOUNT = _FACEBOOK + r"(?P<id>[0-9]+)/(?:posts|permalink)/"
_CODE = r"^(?i:https?)://(?:www\.)?instagram\.com/(?:[^/]+/)?(?:p|tv|reel)/([0-9A-Za-z_-]+)/?$"
_OWN_HOSTS = r"(?:^|\.)(?:facebook\.com|fb\.com|fb\.watch|fb\.me|instagram\.com)$"
_THOUSANDS = r"^([0-9]{1,3})((?:,[0-9]{3})+)$"


class CrowdTangleCsv:
    """One post a row, with the followers that its account had when it was published."""

    declaration = ReaderDeclaration(
        id="crowdtangle-csv",
        title="CrowdTangle posts, CSV",
        platform="facebook, instagram",
        exported_by="CrowdTangle: historical data, searches, lists (closed in August 2024)",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_*"),
            *("counts.comments", "counts.shares", "account_counts.followers"),
        ),
        lacks=(
            "the time of the crawl; the language; what a post answers or shares; who wrote a "
            "post in a group (the group stands in). Views are those of videos only. Zones that "
            "several places abbreviate alike (CST, IST, BST) must be declared"
        ),
        tested_on="real samples",
        needs=("observed_at",),
        how_to_obtain=(
            "CrowdTangle was closed on 14 August 2024; no new export can be made. Files exported "
            "before can still be read. Its successor is the Meta Content Library."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the header has the columns that every export of posts has."""
        header = set(header_of(head, ","))
        who, when = header & set(_WHO), header & set(_WHEN)
        if who and when and "URL" in header:
            return Sniff(0.95, f"the header has {min(who)}, {min(when)} and URL")
        if "Page Name" in header and "URL" in header:
            return Sniff(0.6, "the header has Page Name and URL, but no time of posting")
        return Sniff(0.0, "the header lacks Page Name or Account, Post Created and URL")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order.

        Raises InputError for a file without times, such as a list of pages.
        """
        for batch in delimited_batches(document, tally, batch_rows=context.batch_rows):
            columns = batch.columns
            if not set(_WHEN) & columns.keys() or "URL" not in columns:
                raise InputError(
                    "the file lists pages, not posts: it has no time of posting",
                    where=f"{document.name}:1",
                    expected="the columns Post Created (or Created) and URL",
                    next="name another file for this source in study.toml",
                    reason="header",
                )
            for column in sorted(columns.keys() - _KNOWN):
                if not column.startswith(_SCORES):
                    tally.unknown(column, len(batch.lines))
            yield _rows(batch, context, tally)


def _rows(batch: DelimitedBatch, context: ReadContext, tally: Tally) -> RawBatch:
    cells, rows = batch.columns, len(batch.lines)
    faults = Faults(batch.lines)
    when = next(name for name in _WHEN if name in cells)
    insta = "Account" in cells and not {"Page Name", "Group Name"} & cells.keys()
    url = nullable(cells["URL"])
    created = with_offsets(cells[when], context.timezone, faults, when)
    columns: dict[str, Any] = {
        "line": pa.array(batch.lines, pa.int64()),
        "platform": "instagram" if insta else "facebook",
        "post_id": _post_ids(url, faults),
        "author_id": _authors(cells, url, faults),
        "author_handle": _column(cells, "User Name", rows),
        "author_name": _column(cells, next((n for n in _WHO if n in cells), ""), rows),
        "relation": _relations(cells, rows),
        "kind": _column(cells, "Type", rows),
        "created_at": times(created, faults, when, context.timezone, tally=tally),
        "text": _column(cells, "Description" if insta else "Message", rows),
        "link": _links(cells, rows),
        "exposure": _exposure(cells, rows),
    }
    for name, metric in {**_KINDS, **_COUNTS}.items():
        if name in cells:
            columns[metric] = whole_numbers(_plain(cells[name]), faults, name)
    if all(name in cells for name in (("Likes",) if insta else _SIX)):
        columns["reactions"] = _sum([columns[_KINDS[n]] for n in _KINDS if n in cells])
    views = "Views" if insta else "Post Views"
    if views in cells:
        columns["views"] = whole_numbers(_plain(cells[views]), faults, views)
    followers = whole_numbers(
        _plain(cells.get("Followers at Posting", [""] * rows)), faults, "Followers at Posting"
    )
    if views in cells and "Type" in cells:
        columns["views"] = _views(columns["views"], cells["Type"], faults, tally)
    out = faults.apply(raw_table(columns, rows), batch.rejects)
    out.others = _followers(columns, followers, faults, rows)
    return out


def _column(cells: Mapping[str, list[str]], name: str, rows: int) -> pa.Array:
    return nullable(cells.get(name, [""] * rows))


def _plain(values: list[str]) -> pa.Array:
    """Figures without the commas between their thousands."""
    array = pa.array(values, pa.string())
    grouped = pc.fill_null(pc.match_substring_regex(array, _THOUSANDS), False)
    return pc.if_else(grouped, pc.replace_substring(array, ",", ""), array)


def _post_ids(url: pa.Array, faults: Faults) -> pa.Array:
    """page_post or the short code where the address has that form, else the address itself."""
    faults.mark(truth(pc.is_null(url)), "id", "URL: expected the post's address")
    bare = pc.replace_substring_regex(url, r"[?#].*$", "")
    post = pc.replace_substring_regex(bare, _POST, r"\1_\2")
    return pc.replace_substring_regex(post, _CODE, r"\1")


def _authors(cells: Mapping[str, list[str]], url: pa.Array, faults: Faults) -> pa.Array:
    number = pc.struct_field(pc.extract_regex(url, _ACCOUNT), "id")
    if "Facebook Id" not in cells:
        return number
    return pc.coalesce(identifiers(cells["Facebook Id"], faults, "Facebook Id"), number)


def _relations(cells: Mapping[str, list[str]], rows: int) -> list[str]:
    """Only of videos does the export say that they were shared from elsewhere."""
    shared = cells.get("Video Share Status", [""] * rows)
    return ["repost" if word.lower() == "share" else "original" for word in shared]


def _links(cells: Mapping[str, list[str]], rows: int) -> pa.Array:
    given = pc.coalesce(_column(cells, "Final Link", rows), _column(cells, "Link", rows))
    host = host_of(given)
    own = pc.fill_null(pc.match_substring_regex(host, _OWN_HOSTS), False)
    return pc.if_else(own, pa.scalar(None, pa.string()), host)


def _exposure(cells: Mapping[str, list[str]], rows: int) -> list[str | None]:
    """Paid where the post names a sponsor; where it names none, the study says what it is."""
    sponsors = (cells.get(name, [""] * rows) for name in ("Sponsor Id", "Sponsor Name"))
    return ["paid" if any(told) else None for told in zip(*sponsors, strict=True)]


def _sum(kinds: list[pa.Array]) -> pa.Array:
    total = kinds[0]
    for kind in kinds[1:]:
        total = pc.add(total, kind)
    return total


def _views(views: pa.Array, types: list[str], faults: Faults, tally: Tally) -> pa.Array:
    """Views of 0 of what is no video are no observation: only videos' views were counted."""
    video = [any(w in kind.lower() for w in ("video", "igtv", "reel")) for kind in types]
    none = ~np.array(video, dtype=bool) & truth(pc.equal(views, 0))
    tally.note("views_not_given", sum(row not in faults.found for row in np.flatnonzero(none)))
    return pc.if_else(pa.array(~none), views, pa.scalar(None, pa.int64()))


def _followers(
    columns: Mapping[str, Any], followers: pa.Array, faults: Faults, rows: int
) -> dict[str, pa.Table]:
    """Followers as they were when each post was published, for the rows that are kept."""
    keep = truth(pc.is_valid(followers))
    keep[list(faults.found)] = False
    if not keep.any():
        return {}
    told = {
        "line": columns["line"],
        "platform": pa.array([columns["platform"]] * rows, pa.string()),
        "account_id": columns["author_id"],
        "account_handle": columns["author_handle"],
        "metric": pa.array(["followers"] * rows, pa.string()),
        "observed_at": columns["created_at"],
        "value": followers,
    }
    schema = RAW_OTHERS["account_counts"]
    table = pa.table({name: told[name].cast(kind) for name, kind in schema.items()})
    return {"account_counts": table.filter(pa.array(keep))}


READER = CrowdTangleCsv()
