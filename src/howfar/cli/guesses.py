"""What one export suggests of a study: settings with the ground for each, to be confirmed."""

from __future__ import annotations

import datetime as dt
import glob
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from howfar.errors import InputError
from howfar.readers.describe import FileDescription, describe, describe_all
from howfar.schema.reader import ReadContext

_FEED_CAPS = (500, 1000, 3200, 3250)
"""Numbers of posts at which platforms are known to cut an account's feed."""

_NAMES = {
    "post_id": ("postid", "statusid", "tweetid", "messageid", "id", "url", "uri", "permalink"),
    "created_at": (
        *("createdat", "created", "published", "publishedat", "postdate"),
        *("date", "datetime", "timestamp", "time", "createtime"),
    ),
    "author_handle": ("username", "handle", "screenname", "author", "user", "account", "pagename"),
    "author_id": ("authorid", "userid", "accountid", "pageid"),
    "text": ("text", "message", "content", "body", "caption"),
    "language": ("language", "lang"),
    "link": ("link",),
    "platform": ("platform", "network"),
    "views": ("views", "viewcount", "impressions", "plays"),
    "reactions": ("reactions", "likes", "favourites", "favorites", "likecount", "reactioncount"),
    "comments": ("comments", "replies", "commentcount", "replycount"),
    "shares": ("shares", "reposts", "retweets", "sharecount", "retweetcount"),
    "author_followers": ("followers", "followercount", "subscribers"),
}
"""How tools name their columns, without case, spaces and signs; the likeliest first."""


@dataclass(slots=True)
class Guesses:
    """A source with its window, why each was guessed, and what only the user can decide."""

    file: FileDescription
    source: dict[str, Any]
    start: dt.date
    end: dt.date
    why: list[str] = field(default_factory=list)
    decide: list[str] = field(default_factory=list)


def guess_study(file: Path, folder: Path) -> Guesses:
    """Look at an export once and say how a study could read it.

    Raises InputError where no reader fits and its columns do not tell enough for a mapping.
    """
    members = describe_all(file)
    # Of an archive the member with the most posts speaks; each is recognised by itself.
    found = max(members, key=lambda one: one.posts, default=FileDescription(file.name, 0, None, ()))
    mapping: dict[str, str] = {}
    if len(members) == 1 and found.format is None and found.columns:
        found, mapping = _mapped(file, found)
    if found.format is None or found.first_post is None or found.last_post is None:
        why = found.problem or _reasons(found)
        raise InputError(
            why,
            where=file.name,
            expected="an export with at least one readable post",
            next=f"howfar check {file} tells what it holds; howfar explain readers, which formats "
            "there are",
        )
    here = os.path.relpath(file.resolve(), folder.resolve())
    first, last = found.first_post.date(), found.last_post.date()
    source: dict[str, Any] = {
        "name": slug(file.stem),
        "path": glob.escape(Path(here).as_posix()),
        "format": found.format if len(members) == 1 else "auto",
    }
    guesses = Guesses(found, source, first, last + dt.timedelta(days=1))
    guesses.why = [
        f"format {found.format}: {found.guesses[0].why}"
        if not mapping
        else f"format {found.format}, with a mapping guessed from the names of the columns",
        f"window: posts ({found.read:,}) run from {first} to {last} (UTC); the end is exclusive",
        "platforms: " + _counted(found.platforms),
        "languages: " + (_counted(found.languages) or "the file does not tell"),
    ]
    _capture(guesses)
    _time(guesses)
    if mapping:
        source["mapping"] = mapping
        guesses.decide.append("mapping: whether each column means what its name suggests")
    guesses.decide += [
        "[window]: the time that the study is to speak of, and its time zone; posts outside are "
        "counted and not measured",
        f"channels.csv: {_accounts(found.accounts)} may be named, as what, on which basis; until "
        "then all are pseudonyms, and figures of fewer than 10 persons are suppressed",
        "[[objectives]]: what was meant to happen, for whom, by when",
    ]
    return guesses


def slug(name: str) -> str:
    """A short name made of any text: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40].strip("-") or "study"


def _mapped(file: Path, found: FileDescription) -> tuple[FileDescription, dict[str, str]]:
    """The same file through a mapping guessed from its columns, where those tell enough."""
    context, format = mapped_context(found)
    if context is None:
        return found, {}
    return describe(file, replace(context, timezone=dt.UTC), format), dict(context.mapping)


def mapped_context(found: FileDescription) -> tuple[ReadContext | None, str]:
    """A mapping guessed from a file's columns, and its reader; null where they tell too little."""
    mapping = guess_mapping(found.columns)
    missing = [name for name in ("post_id", "created_at") if name not in mapping]
    if missing or not any(name.startswith("author_") for name in mapping):
        return None, ""
    mapping.setdefault("platform", "=other")
    return ReadContext("guess", mapping=mapping), found.guesses[0].format


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """Howfar's fields -> the columns whose names suggest them; each column at most once."""
    plain = {re.sub(r"[^a-z0-9]", "", column.casefold()): column for column in columns}
    mapping: dict[str, str] = {}
    for name, known in _NAMES.items():
        column = next((plain.pop(word) for word in known if word in plain), None)
        if column is not None:
            mapping[name] = column
    return mapping


def _capture(guesses: Guesses) -> None:
    found = guesses.file
    if found.format is not None and found.format.startswith("zeeschuimer"):
        guesses.source["capture"] = "browsing"
        guesses.why.append("capture browsing: it holds what a personalised feed showed")
        return
    near = next((cap for cap in _FEED_CAPS if cap * 0.98 <= found.records <= cap), None)
    if found.accounts > 1:
        capture, why = "keyword", f"{found.accounts:,} accounts: more likely a query than one feed"
    elif near:
        capture, why = "capped", f"one account and {found.records:,} records: feeds end at {near:,}"
    else:
        capture, why = "complete", "one account: taken for its whole feed in the window"
    guesses.source["capture"] = capture
    guesses.why.append(f"capture {capture}: {why}")
    guesses.decide.append(
        "capture: how the posts were collected; no export tells it, and only 'complete' and "
        "'sample' may be compared with others"
    )


def _time(guesses: Guesses) -> None:
    found = guesses.file
    if "timezone" in found.undeclared or found.format in ("table-csv", "table-jsonl"):
        guesses.source["timezone"] = "UTC"
        guesses.why.append("timezone UTC: the file's times may have no zone; UTC is a mere guess")
        guesses.decide.append(
            "timezone: in which zone the exporting tool wrote its times (compare a post with a "
            "dated happening)"
        )
    if "observed_at" in found.undeclared or found.format in ("table-csv", "table-jsonl"):
        assert found.last_post is not None
        hour = found.last_post.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
        guesses.source["observed_at"] = hour
        guesses.why.append(
            f"observed_at {hour:%Y-%m-%d %H:%M} UTC: the first full hour after the last post, the "
            "earliest that it can be; the file does not say when its figures were taken"
        )
        guesses.decide.append(
            "observed_at: when the figures were taken; posts younger than two days then are "
            "flagged, since their counts still grow"
        )


def _accounts(number: int) -> str:
    return "whether the one account" if number == 1 else f"which of the {number:,} accounts"


def _counted(words: dict[str, int]) -> str:
    first = list(words.items())[:6]
    text = ", ".join(f"{word} ({number:,})" for word, number in first)
    return text + (f" and {len(words) - 6} more" if len(words) > 6 else "")


def _reasons(found: FileDescription) -> str:
    if not found.rejected:
        return "no post in this file"
    return f"no record could be read ({_counted(found.rejected)})"
