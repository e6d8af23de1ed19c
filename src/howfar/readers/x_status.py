"""One post of X in the form of the old API v1.1, which X's own pages still use, as a raw row."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from howfar.readers.json_values import (
    BadPostError,
    Object,
    digits,
    figure,
    name_of,
    obj,
    objs,
    text,
    texts,
    truth_of,
)
from howfar.readers.x_post import outside_host

FIGURES = {
    "favorite_count": ("reactions", "reaction_like"),
    "reply_count": ("comments",),
    "retweet_count": ("shares",),
    "quote_count": ("quotes",),
    "bookmark_count": ("bookmarks",),
}
"""Figures of a status and the counts that they are."""

KNOWN_FIELDS = frozenset(
    (
        *("created_at", "id", "id_str", "text", "full_text", "truncated", "display_text_range"),
        *("entities", "extended_entities", "extended_tweet", "source", "user", "lang", "place"),
        *("in_reply_to_status_id", "in_reply_to_status_id_str", "in_reply_to_user_id"),
        *("in_reply_to_user_id_str", "in_reply_to_screen_name", "geo", "coordinates"),
        *("contributors", "is_quote_status", "quoted_status", "quoted_status_id"),
        *("quoted_status_id_str", "quoted_status_permalink", "retweeted_status"),
        *("retweet_count", "favorite_count", "quote_count", "reply_count", "bookmark_count"),
        *("favorited", "retweeted", "bookmarked", "possibly_sensitive", "timestamp_ms"),
        *("filter_level", "matching_rules", "metadata", "scopes", "current_user_retweet"),
        *("withheld_copyright", "withheld_in_countries", "withheld_scope"),
        *("possibly_sensitive_appealable", "possibly_sensitive_editable", "text_range"),
        *("conversation_id", "conversation_id_str", "user_id_str"),
    )
)
"""Fields of a status that the documentation names, read or not."""

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_TIME = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([0-9]{2}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2}) ([0-9]{4})"
)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def status_row(status: Object) -> dict[str, Any]:
    """The raw columns of a status; created_at in UTC microseconds.

    A repost is what its original's nested status says, and carries the original's shares, as the
    API gives them. BadPostError where a field is damaged, and for a protected account's post.
    """
    user = obj(status, "user")
    if truth_of(user, "protected"):
        raise BadPostError("not_public", "expected a post of an account that is not protected")
    longer = obj(status, "extended_tweet")
    row: dict[str, Any] = {
        "platform": "x",
        "post_id": status_id(status, "id", required=True),
        "author_id": status_id(user, "id") or digits(status, "user_id_str"),
        "author_handle": text(user, "screen_name"),
        "author_name": name_of(user, "name"),
        "author_followers": figure(user, "followers_count"),
        "created_at": created(status),
        "language": text(status, "lang"),
        "text": _text(longer, status),
        "thread_id": status_id(status, "conversation_id"),
        "country": text(obj(status, "place"), "country_code"),
        "link": _outside_host(longer or status),
        **_parent(status),
        **_withheld(status, user),
    }
    for name, columns in FIGURES.items():
        row |= dict.fromkeys(columns, figure(status, name))
    row["kind"] = _kind(longer or status, row["link"])
    if obj(status, "scopes").get("followers") is False:
        # Shown as an advertisement only, never to those who follow the account.
        row["exposure"] = "paid"
    return row


def status_id(value: Object, name: str, *, required: bool = False) -> str | None:
    """An id from its text form, id_str, else from the whole number id, which JSON holds exactly.

    BadPostError id for a number with a fraction or an exponent: it went through a float.
    """
    if value.get(f"{name}_str") is not None:
        return digits(value, f"{name}_str")
    found = value.get(name)
    if type(found) is int and 0 <= found < 2**64:
        return str(found)
    return digits(value, name, required=required)


def created(status: Object) -> int:
    """UTC microseconds of created_at, 'Wed Oct 10 20:19:24 +0000 2018'. BadPostError date."""
    found = _TIME.fullmatch(text(status, "created_at") or "")
    try:
        if found is None:
            raise ValueError
        month, day, hour, minute, second, sign, hours, minutes, year = found.groups()
        offset = dt.timedelta(hours=int(hours), minutes=int(minutes))
        moment = dt.datetime(
            *(int(year), _MONTHS.index(month) + 1, int(day)),
            *(int(hour), int(minute), int(second)),
            tzinfo=dt.timezone(offset if sign == "+" else -offset),
        )
        return (moment - _EPOCH) // dt.timedelta(microseconds=1)
    except (ValueError, OverflowError):
        detail = "created_at: expected a time such as Wed Oct 10 20:19:24 +0000 2018"
        raise BadPostError("date", detail) from None


def _text(longer: Object, status: Object) -> str | None:
    for value, key in ((longer, "full_text"), (status, "full_text"), (status, "text")):
        if (found := text(value, key, empty="")) is not None:
            return found
    return None


def _parent(status: Object) -> dict[str, Any]:
    """What a status refers to: a repost before a reply before a quote, as for the API v2."""
    reposted, quoted = obj(status, "retweeted_status"), obj(status, "quoted_status")
    answered = status_id(status, "in_reply_to_status_id")
    if reposted:
        return _referred("repost", status_id(reposted, "id"), obj(reposted, "user"))
    if answered is not None:
        return {
            "relation": "reply",
            "parent_id": answered,
            "parent_author_id": status_id(status, "in_reply_to_user_id"),
            "parent_author_handle": text(status, "in_reply_to_screen_name"),
        }
    quoted_id = status_id(status, "quoted_status_id") or status_id(quoted, "id")
    if quoted_id is not None or truth_of(status, "is_quote_status"):
        return _referred("quote", quoted_id, obj(quoted, "user"))
    return {"relation": "original"}


def _referred(relation: str, parent_id: str | None, user: Object) -> dict[str, Any]:
    return {
        "relation": relation,
        "parent_id": parent_id,
        "parent_author_id": status_id(user, "id"),
        "parent_author_handle": text(user, "screen_name"),
    }


def _withheld(status: Object, user: Object) -> dict[str, Any]:
    """Countries that the status or its account is withheld in."""
    places = texts(status, "withheld_in_countries") + texts(user, "withheld_in_countries")
    if not places and not truth_of(status, "withheld_copyright"):
        return {}
    return {"availability": "withheld", "withheld_in": list(dict.fromkeys(places))}


def _outside_host(status: Object) -> str | None:
    for url in objs(obj(status, "entities"), "urls"):
        address = text(obj(url, "unwound"), "url") or text(url, "expanded_url") or ""
        if host := outside_host(address):
            return host
    return None


def _kind(status: Object, link: str | None) -> str | None:
    """Type of the first medium as X names it, else link or status."""
    for name in ("extended_entities", "entities"):
        if media := objs(obj(status, name), "media"):
            return text(media[0], "type")
    return "link" if link else "status"
