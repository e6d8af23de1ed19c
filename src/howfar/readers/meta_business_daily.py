"""Daily figures of a page or account as Meta Business Suite exports them, one metric a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from howfar.errors import InputError
from howfar.readers.insights import DETAIL, csv_lines, day_of, figure, give
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.readers.text_lines import decoded_head
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_DAYS = ("date", "datum")
_VALUES = ("primary", "primär")
_METRICS = {
    **{"views": ("views", "views"), "viewers": ("viewers", "accounts")},
    **{"aufrufe": ("views", "views"), "reichweite": ("reach", "accounts")},
    **{"reach": ("reach", "accounts"), "follows": ("follows", "follows")},
    **{"page reach": ("reach", "accounts"), "unfollows": ("unfollows", "follows")},
    **{"visits": ("visits", "visits"), "profile visits": ("visits", "visits")},
    **{"content interactions": ("interactions", "interactions")},
    **{"interactions": ("interactions", "interactions"), "link clicks": ("clicks", "clicks")},
    **{"net follows": ("net_follows", "follows"), "impressions": ("impressions", "views")},
}
_HEADER = re.compile(r"""(?im)^["']?(?:date|datum)["']?[,;\t]["']?(?:primary|primär)["']?""")


class MetaBusinessDaily:
    """One day a row under the name of the metric; each becomes a figure of a series."""

    declaration = ReaderDeclaration(
        id="meta-business-daily",
        title="Meta Business Suite, daily figures",
        platform="facebook, instagram",
        exported_by="Meta Business Suite, Insights, Results or Audience, export of one graph (CSV)",
        supplies=("series",),
        lacks="posts; whose figures they are (one source a page or account); the zone of its days",
        tested_on="documentation",
        needs=("timezone",),
        how_to_obtain=(
            "As manager of the page or account: business.facebook.com, Insights, Results, choose "
            "the period, then Export beside a graph, and CSV. One file a metric."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where a line with the columns Date and Primary stands at the beginning."""
        first = "\n".join(decoded_head(head).splitlines()[:4])
        if _HEADER.search(first):
            return Sniff(0.9, "the columns are Date and Primary, under the name of a metric")
        return Sniff(0.0, "no line with the columns Date and Primary at the beginning")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Figures in the file's order.

        Raises InputError where the first metric is none that is known.
        """
        batch = RowBatch(context, tally)
        metric: tuple[str, str] | None = None
        for line, fields, reason in csv_lines(document):
            told = [field.strip().lower() for field in fields]
            if len(told) == 1:
                # The name of the metric, above its table.
                metric = _metric(told[0])
                continue
            if not reason and told[0] in _DAYS and told[1] in _VALUES:
                continue
            try:
                if reason:
                    raise BadPostError(reason, DETAIL[reason])
                if metric is None:
                    if not tally.records:
                        raise _unknown(document.name, line)
                    raise BadPostError("type", "expected a metric that is known")
                if len(fields) != 2:
                    raise BadPostError("columns", DETAIL["columns"])
                (series, unit), value = metric, figure(fields[1], "Primary")
                named = {} if value is None else {f"meta_{series}": (value, unit)}
                give(batch, "series", line, {"at": day_of(fields[0], context)}, named)
            except BadPostError as bad:
                batch.reject(line, bad.reason, bad.detail)
            if batch.full:
                yield batch.out()
        yield batch.out()


def _metric(name: str) -> tuple[str, str] | None:
    platform = re.match(r"(facebook|instagram) ", name)
    found = _METRICS.get(name.removeprefix("facebook ").removeprefix("instagram "))
    if found is None or platform is None:
        return found
    return f"{platform[1]}_{found[0]}", found[1]


def _unknown(name: str, line: int) -> InputError:
    return InputError(
        "the metric that the figures are of is not known",
        where=f"{name}:{line}",
        expected="a line such as Facebook follows, Views or Instagram reach above the columns",
        next="export again with the interface in English",
        reason="header",
    )


READER = MetaBusinessDaily()
