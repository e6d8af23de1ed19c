"""Posts and accounts of the Threads API as raw rows."""

from __future__ import annotations

import re
from typing import Any

from howfar.readers.graph_value import lifetime_figures, outside
from howfar.readers.json_values import (
    BadPostError,
    Object,
    figure,
    identifier,
    obj,
    text,
    truth_of,
)

Row = dict[str, Any]

KNOWN_FIELDS = frozenset(
    (
        *("id", "text", "timestamp", "username", "owner", "permalink", "shortcode", "alt_text"),
        *("media_product_type", "media_type", "media_url", "thumbnail_url", "children", "gif_url"),
        *("is_quote_post", "quoted_post", "reposted_post", "is_reply", "replied_to", "root_post"),
        *("is_reply_owned_by_me", "has_replies", "hide_status", "reply_audience", "insights"),
        *("reply_approval_status", "link_attachment_url", "poll_attachment", "topic_tag"),
        *("is_verified", "profile_picture_url", "location", "location_id", "text_entities"),
        *("text_attachment", "is_spoiler_media", "ghost_post_status", "allowlisted_country_codes"),
        *("ghost_post_expiration_timestamp",),
    )
)
"""Members of a post that the documentation names."""

_REFERENCES = (("reposted_post", "repost"), ("replied_to", "reply"), ("quoted_post", "quote"))
_HIDDEN = frozenset(("HIDDEN", "BLOCKED", "RESTRICTED"))
_OWN_HOSTS = re.compile(r"(?:^|\.)(?:threads\.net|threads\.com|instagram\.com|fbcdn\.net)$")


def is_post(value: Any) -> bool:
    """Whether an object is a post."""
    return (
        isinstance(value, dict)
        and "id" in value
        and bool({"text", "media_type", "permalink"} & value.keys())
        and "caption" not in value
    )


def account_figures(value: Object) -> list[Row]:
    """Followers of an account, from its insights or its public profile."""
    if value.get("name") == "followers_count" and "period" in value:
        account_id = (identifier(value, "id") or "").partition("/")[0]
        followers = figure(obj(value, "total_value"), "value")
        who = {"account_id": account_id or None, "account_handle": None}
    else:
        followers = figure(value, "follower_count")
        who = {"account_id": identifier(value, "id"), "account_handle": text(value, "username")}
    if followers is None:
        return []
    if not any(who.values()):
        raise BadPostError("id", "id: expected an account's id or username")
    return [{"platform": "threads", **who, "metric": "followers", "value": followers}]


def post_row(post: Object) -> Row:
    """A post's raw columns. BadPostError where it is damaged or hidden from the public."""
    if text(post, "hide_status") in _HIDDEN:
        raise BadPostError("not_public", "hide_status: expected a reply that is not hidden")
    figures = lifetime_figures(post)
    kind = text(post, "media_type")
    allowed = post.get("allowlisted_country_codes")
    return {
        "platform": "threads",
        "post_id": identifier(post, "id", required=True),
        "author_id": identifier(obj(post, "owner"), "id"),
        "author_handle": text(post, "username"),
        **_parent(post),
        "kind": kind.lower() if kind else None,
        "created_at": text(post, "timestamp"),
        "text": text(post, "text", empty=""),
        "link": outside([text(post, "link_attachment_url")], _OWN_HOSTS),
        "thread_id": identifier(obj(post, "root_post"), "id"),
        # Seen in some countries only; in which it is not, the API does not list.
        "availability": "withheld" if isinstance(allowed, list) and allowed else None,
        "platform_label": "verified" if truth_of(post, "is_verified") else None,
        "views": figures.get("views"),
        "reactions": figures.get("likes"),
        "reaction_like": figures.get("likes"),
        "comments": figures.get("replies"),
        "shares": figures.get("reposts"),
        "quotes": figures.get("quotes"),
    }


def _parent(post: Object) -> Row:
    for name, relation in _REFERENCES:
        parent = obj(post, name)
        if parent:
            return {
                "relation": relation,
                "parent_id": identifier(parent, "id"),
                "parent_author_id": identifier(obj(parent, "owner"), "id"),
                "parent_author_handle": text(parent, "username"),
            }
    if post.get("media_type") == "REPOST_FACADE":
        return {"relation": "repost"}
    if truth_of(post, "is_reply"):
        return {"relation": "reply"}
    return {"relation": "quote" if truth_of(post, "is_quote_post") else "original"}
