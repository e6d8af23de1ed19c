"""Media, comments and accounts of Instagram's APIs as raw rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from howfar.readers.api_answers import author_needed
from howfar.readers.graph_value import first_figure, lifetime_figures
from howfar.readers.json_values import (
    BadPostError,
    Object,
    figure,
    identifier,
    obj,
    objs,
    text,
    truth_of,
)

Row = dict[str, Any]

KNOWN_FIELDS = frozenset(
    (
        *("id", "caption", "timestamp", "media_type", "media_product_type", "media_url"),
        *("permalink", "shortcode", "username", "owner", "like_count", "comments_count"),
        *("view_count", "reposts_count", "saved_count", "shares_count", "total_like_count"),
        *("total_comments_count", "total_views_count", "children", "comments", "insights"),
        *("is_comment_enabled", "is_shared_to_feed", "ig_id", "thumbnail_url", "alt_text"),
        *("boost_ads_list", "boost_eligibility_info", "copyright_check_information"),
        *("legacy_instagram_media_id", "collaborators", "product_tags", "has_replies"),
        *("text", "from", "user", "hidden", "media", "parent_id", "replies"),
        *("legacy_instagram_comment_id", "location_id", "media_audio_type", "audio_title"),
    )
)
"""Members of a medium or a comment that the documentation names."""

_ACCOUNT = {"followers_count": "followers", "follows_count": "following", "media_count": "posts"}
_MEDIA_MARKS = frozenset(("media_type", "media_product_type", "caption", "comments_count"))
_OWN_KINDS = ("REELS", "STORY", "LIVE")


def is_media(value: Any) -> bool:
    """Whether an object is a medium: a picture, video, album, reel or story."""
    return isinstance(value, dict) and "id" in value and bool(_MEDIA_MARKS & value.keys())


def is_comment(value: Any) -> bool:
    """Whether an object is a comment."""
    return (
        isinstance(value, dict)
        and {"id", "text", "timestamp"} <= value.keys()
        and not _MEDIA_MARKS & value.keys()
    )


def account_figures(account: Object) -> list[Row]:
    """Followers, accounts followed and media of an account, as far as given."""
    values = {metric: figure(account, name) for name, metric in _ACCOUNT.items()}
    if all(value is None for value in values.values()):
        return []
    who = {
        "platform": "instagram",
        "account_id": identifier(account, "id"),
        "account_handle": text(account, "username"),
    }
    if who["account_id"] is None and who["account_handle"] is None:
        raise BadPostError("id", "id: expected an account's id or username")
    return [
        {**who, "metric": metric, "value": value}
        for metric, value in values.items()
        if value is not None
    ]


def media_row(media: Object, account: Object, *, by_others: bool = False) -> Row:
    """A medium's raw columns. account: whose media they are, if the answer says so.

    by_others: the media mention or tag the account; who posted them stands in them or nowhere.
    """
    author = identifier(obj(media, "owner"), "id")
    handle = text(media, "username")
    if author is None and handle in (None, text(account, "username")):
        author, handle = identifier(account, "id"), handle or text(account, "username")
    if by_others and author is None and handle is None:
        raise author_needed("username")
    figures = lifetime_figures(media)
    likes = figure(media, "like_count")
    likes = likes if likes is not None else figures.get("likes")
    product = text(media, "media_product_type")
    kind = product if product in _OWN_KINDS else text(media, "media_type")
    return {
        "platform": "instagram",
        "post_id": identifier(media, "id", required=True),
        "author_id": author,
        "author_handle": handle,
        "relation": "original",
        "kind": kind.lower() if kind else None,
        "created_at": text(media, "timestamp"),
        "text": text(media, "caption", empty=""),
        "exposure": "paid" if product == "AD" or _boosted(media) else None,
        "views": _given(media, "view_count", figures, "views plays impressions"),
        "reactions": likes,
        "reaction_like": likes,
        "comments": _comments(media, figures.get("comments")),
        "shares": _given(media, "shares_count", figures, "shares"),
        "bookmarks": _given(media, "saved_count", figures, "saved"),
    }


def _given(media: Object, name: str, figures: Mapping[str, int], metrics: str) -> int | None:
    """A figure of the medium itself, or the first of some metrics of its insights."""
    found = figure(media, name)
    return found if found is not None else first_figure(figures, metrics.split())


def _comments(media: Object, insight: int | None) -> int | None:
    """Comments; none where they are switched off is no observation of anybody's silence."""
    found = figure(media, "comments_count")
    found = found if found is not None else insight
    if found == 0 and truth_of(media, "is_comment_enabled") is False:
        return None
    return found


def _boosted(media: Object) -> bool:
    ads = media.get("boost_ads_list")
    if isinstance(ads, dict):
        ads = ads.get("data")
    return isinstance(ads, list) and len(ads) > 0


def comment_row(comment: Object, above: Object, media: Object) -> Row:
    """A comment's raw columns. above: what it answers, media: what it stands under, if known."""
    if truth_of(comment, "hidden"):
        raise BadPostError("not_public", "hidden: expected a public comment")
    writer = obj(comment, "from")
    author = identifier(writer, "id") or identifier(obj(comment, "user"), "id")
    handle = text(comment, "username") or text(writer, "username")
    if author is None and handle is None:
        raise author_needed("username or from")
    under = identifier(media, "id") or identifier(obj(comment, "media"), "id")
    answered = identifier(comment, "parent_id") or identifier(above, "id")
    owner = above if answered == identifier(above, "id") else {}
    likes = figure(comment, "like_count")
    return {
        "platform": "instagram",
        "post_id": identifier(comment, "id", required=True),
        "author_id": author,
        "author_handle": handle,
        "relation": "reply",
        "kind": "comment",
        "created_at": text(comment, "timestamp"),
        "text": text(comment, "text", empty=""),
        "parent_id": answered or under,
        "parent_author_id": identifier(obj(owner, "owner"), "id")
        or identifier(obj(owner, "from"), "id"),
        "parent_author_handle": text(owner, "username"),
        "thread_id": under,
        "reactions": likes,
        "reaction_like": likes,
    }


def answers_in(value: Object, edge: str) -> list[Any]:
    """Comments under a medium, or replies to a comment, that stand in it."""
    inner = value.get(edge)
    return list(objs(inner, "data")) if isinstance(inner, dict) else []
