"""GDELT's events, 1.0 and 2.0, as figures: how many of which kind were reported, by country.

An event row says what one person, group or state is said to have done to another. Of that
nothing is kept but counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from howfar.readers.fips import ISO_OF_FIPS
from howfar.readers.gdelt_rows import Layout, gdelt_rows, iso_time, sniff_layout
from howfar.readers.instants import instant
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_MOST_GROUPS = 20_000


def _actor(n: int) -> tuple[str, ...]:
    parts = ("code", "name", "countrycode", "knowngroupcode", "ethniccode")
    kinds = ("religion1code", "religion2code", "type1code", "type2code", "type3code")
    return tuple(f"actor{n}{part}" for part in parts + kinds)


def _place(of: str, *, with_adm2: bool) -> tuple[str, ...]:
    adm2 = ("adm2code",) if with_adm2 else ()
    parts = ("type", "fullname", "countrycode", "adm1code", *adm2, "lat", "long", "featureid")
    return tuple(f"{of}geo_{part}" for part in parts)


def _columns(*, second: bool) -> tuple[str, ...]:
    places = (_place(of, with_adm2=second) for of in ("actor1", "actor2", "action"))
    return (
        *("globaleventid", "sqldate", "monthyear", "year", "fractiondate"),
        *_actor(1),
        *_actor(2),
        *("isrootevent", "eventcode", "eventbasecode", "eventrootcode", "quadclass"),
        *("goldsteinscale", "nummentions", "numsources", "numarticles", "avgtone"),
        *(name for place in places for name in place),
        *("dateadded", "sourceurl"),
    )


_FIRST = _columns(second=False)
_LAYOUT = Layout(
    what="events",
    columns=(_columns(second=True), _FIRST, _FIRST[:-1]),
    shapes=(r"[0-9]{1,12}", r"[0-9]{8}", r"[0-9]{6}", r"[0-9]{4}"),
    required=("globaleventid", "eventrootcode", "dateadded"),
)


@dataclass(slots=True)
class _Group:
    """Events of one kind and country that were added at one time."""

    line: int
    events: int = 0
    articles: int = 0
    tones: int = 0
    tone: float = 0.0


_Key = tuple[int, str, str]


class GdeltEvents:
    """Each row adds to the figures of its kind of event, country and time."""

    declaration = ReaderDeclaration(
        id="gdelt-events",
        title="GDELT 1.0 and 2.0 events",
        platform="web",
        exported_by="the GDELT project, by day (1.0) or every 15 minutes (2.0)",
        supplies=("series",),
        lacks=(
            "actors, places below the country, links and the single events: only counts "
            "(gdelt_events_14 and so on, by CAMEO root code), their articles and mean tone are "
            "kept, by the country where they took place and the time at which GDELT added them"
        ),
        tested_on="documentation",
        how_to_obtain=(
            "The file list masterfilelist.txt of the GDELT project names all *.export.CSV.zip; "
            "download those of your window. Files of the older version 1.0 are listed at its page "
            "of events, one a day. Tables exported from its public BigQuery data set with their "
            "header are read, too."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the first line is a row of the table or its header."""
        return sniff_layout(_LAYOUT, head)

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Series in the order of time; a record is a row of the file, kept as part of them."""
        batch = RowBatch(context, tally)
        groups: dict[_Key, _Group] = {}
        for row in gdelt_rows(_LAYOUT, document, tally, batch_rows=context.batch_rows):
            if row.reason:
                batch.reject(row.line, row.reason, row.detail)
            else:
                try:
                    _count(groups, row.line, row.fields)
                except BadPostError as bad:
                    batch.reject(row.line, bad.reason, bad.detail)
                else:
                    batch.tally.records += 1
                    batch.other_records += 1
            if len(groups) >= _MOST_GROUPS:
                # All but the latest time: files are in the order of time. One time has fewer groups
                # than that: some 250 countries by 20 kinds.
                _give_out(batch, groups, before=max(groups)[0])
            if batch.full:
                yield batch.out()
        _give_out(batch, groups, before=None)
        yield batch.out()


def _count(groups: dict[_Key, _Group], line: int, row: Mapping[str, str]) -> None:
    at = instant(iso_time(row["dateadded"]) or "", None)[0]
    if at is None:
        raise BadPostError("date", "DATEADDED: expected a time such as 20240501093000")
    root = row["eventrootcode"]
    if not re.fullmatch(r"[0-9]{1,2}", root):
        raise BadPostError("type", "EventRootCode: expected a CAMEO code of two digits")
    articles, tone = row.get("numarticles", ""), row.get("avgtone", "")
    if articles and not re.fullmatch(r"[0-9]{1,9}", articles):
        raise BadPostError("number", "NumArticles: expected a whole number")
    if tone and not re.fullmatch(r"-?[0-9]{1,3}(?:\.[0-9]+)?(?:[eE]-?[0-9]{1,2})?", tone):
        raise BadPostError("number", "AvgTone: expected a number")
    country = ISO_OF_FIPS.get(row.get("actiongeo_countrycode", ""), "")
    group = groups.setdefault((at, country, root.zfill(2)), _Group(line))
    group.events += 1
    group.articles += int(articles or 0)
    if tone:
        group.tones += 1
        group.tone += float(tone)


def _give_out(batch: RowBatch, groups: dict[_Key, _Group], *, before: int | None) -> None:
    for key in sorted(groups):
        at, country, root = key
        if before is not None and at >= before:
            return
        group = groups.pop(key)
        where = {"at": at, "country": country or None}
        figures = {
            "gdelt_events": (group.events, "events"),
            "gdelt_articles": (group.articles, "articles"),
            "gdelt_tone": (group.tone / group.tones if group.tones else None, "points"),
        }
        for series, (value, unit) in figures.items():
            if value is not None:
                told = {**where, "series": f"{series}_{root}", "value": value, "unit": unit}
                batch.other("series", group.line, told, record=False)


READER = GdeltEvents()
