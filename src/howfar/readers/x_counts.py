"""How many posts matched a query on X, by period, as the counts endpoints of API v2 answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from howfar.readers.instants import instant
from howfar.readers.json_lines import DETAIL
from howfar.readers.json_records import json_records
from howfar.readers.json_values import BadPostError, Object, figure, text
from howfar.readers.rows import RowBatch
from howfar.readers.text_lines import decoded_head
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_KNOWN = {"start", "end", "tweet_count"}
_GRANULARITY = re.compile(r"[?&]granularity=(minute|hour|day)(?:&|$)")
_LENGTHS = {"minute": 60_000_000, "hour": 3_600_000_000}


class XCounts:
    """Counts of matching posts; each period of the answer is one record and one figure."""

    declaration = ReaderDeclaration(
        id="x-counts",
        title="X API v2 post counts, JSON or JSON Lines",
        platform="x",
        exported_by="twarc2 counts, or any tool that stores the answers of the counts endpoints",
        supplies=("series",),
        lacks=(
            "posts: it holds figures only. The query is not kept; declare it for the source. The "
            "first and the last period are as a rule shorter than the others"
        ),
        tested_on="real samples",
        how_to_obtain=(
            "twarc2 counts --archive --granularity day QUERY counts.jsonl, with access to the "
            "X API. The recent counts of seven days need the lowest level of access, those of "
            "the whole archive a higher one."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where periods with a count stand near the beginning, and no posts."""
        content = decoded_head(head).lstrip("\ufeff \t\r\n")
        if not content.startswith(("{", "[")):
            return Sniff(0.0, "it does not begin with a JSON object or list")
        marks = ('"tweet_count"', '"start"', '"end"')
        if all(mark in content for mark in marks) and '"username"' not in content:
            return Sniff(0.96, "periods with start, end and tweet_count")
        return Sniff(0.0, "no periods with start, end and tweet_count")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Periods in the file's order, as rows of ``series``.

        The series is called after the length of its periods: x_counts_minute, _hour or _day. A
        page that cannot be parsed is one record, however many periods it may have held.
        """
        batch = RowBatch(context, tally)
        for record in json_records(document, ("",), _is_page):
            if record.reason:
                batch.reject(record.line, record.reason, DETAIL[record.reason])
            else:
                _page(batch, record.line, record.value)
            if batch.full:
                yield batch.out()
        yield batch.out()


def _is_page(value: Any) -> bool:
    return isinstance(value, dict) and ("data" in value or "tweet_count" in value)


def _page(batch: RowBatch, line: int, page: Any) -> None:
    if isinstance(page, dict) and "data" in page:
        periods = page["data"] if isinstance(page["data"], list) else [page["data"]]
    elif isinstance(page, dict) and "meta" in page and "errors" not in page:
        return  # A page without periods.
    else:
        periods = [page]
    rows: list[dict[str, Any] | BadPostError] = []
    for period in periods:
        try:
            rows.append(_row(period))
        except BadPostError as bad:
            rows.append(bad)
    granularity = _granularity(page, [r["length"] for r in rows if isinstance(r, dict)])
    for period, row in zip(periods, rows, strict=True):
        if isinstance(row, BadPostError):
            batch.reject(line, row.reason, row.detail)
            continue
        for name in sorted(period.keys() - _KNOWN):
            batch.tally.unknown(name)
        del row["length"]
        batch.other("series", line, row | {"series": f"x_counts_{granularity}"})


def _row(period: Any) -> dict[str, Any]:
    if not isinstance(period, dict) or "tweet_count" not in period:
        raise BadPostError("not_a_post", "expected a period with start, end and tweet_count")
    start, end = (_time(period, name) for name in ("start", "end"))
    if end <= start:
        raise BadPostError("date", "end: expected a time after start")
    count = figure(period, "tweet_count")
    if count is None:
        raise BadPostError("number", "tweet_count: expected a whole number of zero or more")
    return {"at": start, "value": float(count), "unit": "posts", "length": end - start}


def _time(period: Object, name: str) -> int:
    stamp, remark = instant(text(period, name) or "", None)
    if stamp is None:
        raise BadPostError(remark, f"{name}: expected a time such as 2024-05-01T09:30:00Z")
    return stamp


def _granularity(page: Any, lengths: list[int]) -> str:
    """What the page was asked for; where it does not say so, what its longest period shows."""
    about = page.get("__twarc") if isinstance(page, dict) else None
    url = about.get("url") if isinstance(about, dict) else None
    if isinstance(url, str) and (asked := _GRANULARITY.search(url)):
        return asked[1]
    longest = max(lengths, default=0)
    return next((name for name, length in _LENGTHS.items() if longest <= length), "day")


READER = XCounts()
