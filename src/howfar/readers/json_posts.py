"""The common way from JSON records to raw batches: a record may hold several posts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from howfar.readers.json_lines import DETAIL, json_lines, parse
from howfar.readers.json_records import JsonRecord, json_records
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.readers.text_lines import text_lines
from howfar.schema.reader import Document, RawBatch, ReadContext, Tally

Row = dict[str, Any]
_FIRST_LINES = 9


def json_posts(
    document: Document,
    context: ReadContext,
    tally: Tally,
    *,
    lists: Sequence[str],
    is_record: Callable[[Any], bool],
    row: Callable[[Any, Mapping[str, Any]], Row],
    known: frozenset[str],
    split: Callable[[Any], Iterable[Any]] | None = None,
) -> Iterator[RawBatch]:
    """Batches of a document's posts in its order.

    lists, is_record: as json_records has them. split: the posts that a record holds, each then a
    record of its own; without it a record is one post. row: a post's raw columns, from the post
    and what stands around it; BadPostError rejects it. known: names of members that the format's
    documentation has; others are counted in the tally.
    """
    batch = RowBatch(context, tally)
    for record in _records(document, lists, is_record):
        for post in _posts(record, split):
            if record.reason:
                batch.reject(record.line, record.reason, DETAIL[record.reason])
            else:
                _add(batch, record, post, row, known)
            if batch.full:
                yield batch.out()
    if batch.rows or batch.rejects:
        yield batch.out()


def _records(
    document: Document, lists: Sequence[str], is_record: Callable[[Any], bool]
) -> Iterator[JsonRecord]:
    """The records of a document; in JSON Lines each line is one, whatever the others hold."""
    if _one_a_line(document, lists, is_record):
        for line, value, reason in json_lines(document):
            yield JsonRecord(line, value, reason)
    else:
        yield from json_records(document, lists, is_record)


def _one_a_line(document: Document, lists: Sequence[str], is_record: Callable[[Any], bool]) -> bool:
    """Whether the first line is a record, or two of the first lines are, should it be damaged.

    In a list that is written one element a line only the last one stands without a comma.
    """
    roots = {path.split(".")[0] for path in lists}
    found = 0
    for place, line in enumerate(islice(text_lines(document), _FIRST_LINES)):
        if place == 0 and line.rstrip().endswith(("[", "{", ",")):
            return False
        if line.startswith("{"):
            value, reason = parse(line)
            found += not reason and is_record(value) and not roots & value.keys()
        if found > (place > 0):
            return True
    return False


def _posts(record: JsonRecord, split: Callable[[Any], Iterable[Any]] | None) -> Iterable[Any]:
    if record.reason or split is None:
        return (record.value,)
    return split(record.value)


def _add(
    batch: RowBatch,
    record: JsonRecord,
    post: Any,
    row: Callable[[Any, Mapping[str, Any]], Row],
    known: frozenset[str],
) -> None:
    if isinstance(post, dict):
        for name in sorted(post.keys() - known):
            batch.tally.unknown(name)
    try:
        batch.add(record.line, row(post, record.around))
    except BadPostError as bad:
        batch.reject(record.line, bad.reason, bad.detail)


def no_post(expected: str) -> BadPostError:
    """What to raise for a record that is something else than a post."""
    return BadPostError("not_a_post", f"expected {expected}")


def not_public(expected: str) -> BadPostError:
    """What to raise for a record that was not public communication."""
    return BadPostError("not_public", f"expected {expected}")
