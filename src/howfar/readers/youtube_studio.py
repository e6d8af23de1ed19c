"""Exports of YouTube Studio: figures of a channel's videos, and of its viewers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from howfar.errors import InputError
from howfar.readers.delimited import header_of
from howfar.readers.insights import (
    age_of,
    canonical,
    count,
    country_of,
    day_of,
    figure,
    give,
    iso_day,
    table_rows,
)
from howfar.readers.json_values import BadPostError
from howfar.readers.rows import RowBatch
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_NAMES = {
    "content": ("Content", "Video", "Videos", "Inhalte", "コンテンツ"),
    "title": ("Video title", "Videotitel", "動画のタイトル"),
    "published": (
        *("Video publish time", "Veröffentlichungszeitpunkt des Videos", "動画公開時刻"),
        "Publiceringstid för video",
    ),
    "date": ("Date", "Datum", "日付"),
    "country": ("Geography", "Geografie", "地域"),
    "age": ("Viewer age",),
    "gender": ("Viewer gender",),
    "traffic": ("Traffic source",),
    "views": ("Views", "Aufrufe", "視聴回数", "Visningar"),
    "likes": ("Likes",),
    "comments": ("Comments added",),
    "shares": ("Shares",),
    "watch_time": (
        *("Watch time (hours)", "Wiedergabezeit (Stunden)", "総再生時間（単位: 時間）"),
        "Visningstid (timmar)",
    ),
    "subscribers": ("Subscribers", "Abonnenten", "登録者増加数", "Prenumeranter"),
    "impressions": (
        *("Impressions", "Thumbnail impressions", "Impressionen", "インプレッション数"),
        "サムネイルのインプレッション",
    ),
    "unique_viewers": ("Unique viewers",),
    "engaged_views": ("Engaged views",),
    "views_share": ("Views (%)",),
    "watch_time_share": ("Watch time (hours) (%)",),
}
_UNITS = {
    **{"views": "views", "watch_time": "hours", "subscribers": "subscribers"},
    **{"impressions": "impressions", "unique_viewers": "viewers", "engaged_views": "views"},
    **{"views_share": "percent", "watch_time_share": "percent"},
}
# Known, and not kept: averages and rates that do not add up, revenue, and what has no column.
_IGNORED = re.compile(
    r"(?i)average .*|.*click-through rate.*|.*klickrate.*|.*クリック率.*|平均.*|.*revenue.*|"
    r".*umsatz.*|.*収益.*|rpm.*|cpm.*|duration|dauer|長さ|dislikes.*|subscribers (?:gained|lost)|"
    r"likes \(vs.*|stayed to watch.*|.*viewers|hypes.*|content type|video(?:s)? (?:published|added)"
)
_SOURCES = {
    **{"suggested videos": "suggested", "browse features": "browse"},
    **{"youtube search": "search", "external": "external", "direct or unknown": "direct"},
    **{"channel pages": "channel_pages", "notifications": "notifications"},
    **{"playlists": "playlists", "playlist pages": "playlists", "shorts feed": "shorts_feed"},
    **{"end screens": "end_screens", "other youtube features": "other_features"},
    **{"youtube advertising": "advertising", "hashtag pages": "hashtag_pages"},
    **{"video cards and annotations": "cards", "sound pages": "sound_pages"},
    **{"product pages": "product_pages", "remixed video": "remixes", "posts": "posts"},
    **{"vertical live feed": "live_feed", "live redirect": "live_redirect"},
}
_TOTALS = ("total", "gesamt", "insgesamt", "合計", "totalt")
_ID = re.compile(r"[A-Za-z0-9_-]{11}")


class YoutubeStudio:
    """One row is a video with its figures, or one country, age band, source or day."""

    declaration = ReaderDeclaration(
        id="youtube-studio",
        title="YouTube Studio exports",
        platform="youtube",
        exported_by="YouTube Studio, Analytics, advanced mode, export (CSV in a zip, or a sheet)",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
            *("counts.comments", "counts.shares", "series", "audience"),
        ),
        lacks=(
            "the time of day of publication (taken as the day's first moment); the period that "
            "the figures are of; watch time, impressions and subscribers of single videos; "
            "dislikes; the line of totals; daily figures of single videos; anything by gender or "
            "of people under 18, which is not kept"
        ),
        tested_on="documentation",
        needs=("timezone", "observed_at", "channel"),
        how_to_obtain=(
            "As owner or manager of the channel: YouTube Studio, Analytics, Advanced mode, choose "
            "the period 'Lifetime' (else the figures are of the period only), set the interface "
            "to English, and export as CSV. Choose Content for videos, Geography, Viewer age or "
            "Traffic source for the audience. YouTube's days are those of America/Los_Angeles."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the header has the columns of one of Studio's tables."""
        columns = canonical(header_of(head, ","), _NAMES)
        if {"content", "title", "published"} <= columns.keys():
            return Sniff(0.95, "the header has a video's id, title and publish time")
        for what in ("country", "age", "gender", "traffic"):
            if what in columns and columns.keys() & _UNITS.keys():
                return Sniff(0.9, f"the header has {columns[what]!r} and figures of views")
        if set(columns) <= {"date", *_UNITS} and {"date", "views"} <= columns.keys():
            names = header_of(head, ",")
            if len(names) == len(columns):
                return Sniff(0.6, "the header has a date and views, nothing else")
        return Sniff(0.0, "the header lacks columns of YouTube Studio")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Videos and figures in the file's order; lines of totals are no records.

        Raises InputError where the figures are by gender, or of single videos by day.
        """
        batch = RowBatch(context, tally, date_format=context.date_format)
        for columns, header, rows in table_rows(document, context.batch_rows, _NAMES):
            _check(columns, document.name)
            kept = [row for row in rows if row.reason or not _is_total(row.fields)]
            for column in header:
                if kept and column not in columns.values() and not _IGNORED.fullmatch(column):
                    tally.unknown(column, len(kept))
            for row in kept:
                try:
                    if row.reason:
                        raise BadPostError(row.reason, row.detail)
                    self._record(batch, row.line, row.fields)
                except BadPostError as bad:
                    batch.reject(row.line, bad.reason, bad.detail)
                if batch.full:
                    yield batch.out()
        yield batch.out()

    def _record(self, batch: RowBatch, line: int, row: Mapping[str, str]) -> None:
        if "content" in row:
            batch.add(line, _video(batch, row))
            return
        suffix = ""
        if "traffic" in row:
            source = _SOURCES.get(row["traffic"].strip().lower())
            if source is None:
                raise BadPostError("type", "expected a traffic source that YouTube names")
            suffix = f"_from_{source}"
        country = country_of(row["country"]) if "country" in row else None
        told = {
            metric: (value, unit)
            for metric, unit in _UNITS.items()
            if metric in row and (value := figure(row[metric], metric)) is not None
        }
        if "date" in row:
            about: dict[str, Any] = {"at": day_of(row["date"], batch.context), "country": country}
            named = {f"youtube_{metric}{suffix}": value for metric, value in told.items()}
            give(batch, "series", line, about, named)
        else:
            about = {"country": country, "age": age_of(row["age"]) if "age" in row else None}
            named = {f"{metric}{suffix}": value for metric, value in told.items()}
            give(batch, "audience", line, about, named)


def _video(batch: RowBatch, row: Mapping[str, str]) -> dict[str, Any]:
    if not _ID.fullmatch(row["content"]):
        raise BadPostError("id", "Content: expected a video's id of eleven characters")
    published = row["published"].strip()
    if batch.context.date_format is None:
        day = iso_day(published)
        if day is None:
            raise BadPostError("date", "Video publish time: expected a day such as May 1, 2024")
        published = f"{day}T00:00:00"
    figures = {
        name: count(row[name], name)
        for name in ("views", "likes", "comments", "shares")
        if name in row
    }
    likes = figures.pop("likes", None)
    if batch.context.timezone is not None and batch.context.date_format is None:
        batch.tally.note("day_only")
    return {
        "platform": "youtube",
        "post_id": row["content"],
        "relation": "original",
        "kind": "video",
        "created_at": published,
        "text": row["title"],
        "reactions": likes,
        "reaction_like": likes,
        **figures,
    }


def _is_total(row: Mapping[str, str]) -> bool:
    if "content" in row:
        return row["title"] == "" == row["published"] and not _ID.fullmatch(row["content"])
    keys = [row[name] for name in ("date", "country", "age", "traffic") if name in row]
    return all(key.strip().casefold() in _TOTALS for key in keys)


def _check(columns: Mapping[str, str], name: str) -> None:
    what = ""
    if "gender" in columns:
        what = "the figures are by gender, which howfar does not keep"
    elif "date" in columns and "content" in columns:
        what = "the figures are those of single videos by day"
    elif not columns.keys() & {"content", "country", "age", "traffic", "date"}:
        what = "the header lacks a column of YouTube Studio"
    elif "content" in columns and not {"title", "published"} <= columns.keys():
        what = "the header lacks the videos' titles or publish times"
    if what:
        raise InputError(
            what,
            where=f"{name}:1",
            expected="Table data.csv or Totals.csv, by content, geography, age or traffic source",
            next="export another table, or leave this file out",
            reason="format" if "gender" in columns or "content" in columns else "header",
        )


READER = YoutubeStudio()
