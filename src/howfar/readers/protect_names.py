"""What is told of an author's name before it is dropped.

That is: whether it holds a watched name, and which channel's handle it looks like.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from howfar.schema.tables import TEXT, YES_NO
from howfar.study.names import WatchedNames
from howfar.study.registry import Registry


def name_match(raw: pa.Table, channel: pa.Array, watched: WatchedNames) -> pa.Array:
    """Whether the handle or the display name of each author (N,) holds a watched name, (N,).

    Null for channels, and where neither is given.
    """
    # Of a federated handle, name@instance, the instance is not the author's own word.
    local = raw["author_handle"]
    federated = pc.fill_null(pc.match_substring_regex(local, r"^@?[^@]*@"), False)
    if pc.any(federated).as_py():
        local = pc.replace_substring_regex(local, r"^(@?[^@]*)@.*$", r"\1")
    found = pa.nulls(len(raw), YES_NO)
    for column in (local, raw["author_name"]):
        if column.null_count < len(column):
            persons = pc.if_else(pc.is_valid(channel), pa.scalar(None, TEXT), column)
            matched = watched.array(_plain(persons))
            found = pc.coalesce(pc.or_(found, matched), found, matched)
    return found


def resembles(raw: pa.Table, channel: pa.Array, registry: Registry) -> pa.Array:
    """The channel that the handle of each author (N,) looks like without being it, (N,)."""
    result = pa.nulls(len(raw), TEXT)
    handles = raw["author_handle"]
    if handles.null_count == len(handles):
        return result
    for platform in pc.unique(raw["platform"]).drop_null().to_pylist():
        shapes = registry.skeletons(platform)
        if not shapes:
            continue
        here = pc.and_(pc.equal(raw["platform"], platform), pc.is_null(channel))
        coded = pc.dictionary_encode(_plain(pc.if_else(here, handles, pa.scalar(None, TEXT))))
        distinct = coded.dictionary
        names: list[str | None] = [None] * len(distinct)
        for place in _candidates(distinct, shapes):
            entry = registry.lookalike(platform, distinct[place].as_py())
            names[place] = entry.channel if entry is not None and entry.named else None
        result = pc.coalesce(result, pa.array(names, TEXT).take(coded.indices))
    return result


def _candidates(handles: pa.Array, shapes: frozenset[str]) -> list[int]:
    """Places of the handles that may resemble a channel's: those in ASCII in one pass."""
    folded = pc.utf8_lower(pc.utf8_ltrim(pc.utf8_trim_whitespace(handles), "@"))
    for odd, one in (("1", "l"), ("i", "l"), ("|", "l"), ("0", "o"), ("rn", "m"), ("vv", "w")):
        folded = pc.replace_substring(folded, odd, one)
    hit = pc.is_in(folded, pa.array(sorted(shapes), TEXT))
    hit = pc.or_(hit, pc.invert(pc.string_is_ascii(handles)))
    found: list[int] = pc.indices_nonzero(pc.fill_null(hit, False)).to_pylist()
    return found


def _plain(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
