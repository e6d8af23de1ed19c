"""Posts, comments and pages of Facebook's Graph API as raw rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from howfar.readers.api_answers import author_needed
from howfar.readers.graph_value import (
    first_figure,
    lifetime_figures,
    outside,
    total_of,
    without_persons,
)
from howfar.readers.json_values import (
    BadPostError,
    Object,
    figure,
    identifier,
    name_of,
    obj,
    objs,
    text,
    truth_of,
)

Row = dict[str, Any]

KNOWN_FIELDS = frozenset(
    (
        *("id", "message", "story", "created_time", "updated_time", "permalink_url", "from", "to"),
        *("status_type", "type", "shares", "comments", "reactions", "likes", "attachments"),
        *("message_tags", "story_tags", "with_tags", "parent_id", "place", "privacy", "insights"),
        *("is_published", "is_hidden", "is_expired", "is_popular", "is_spherical", "is_app_share"),
        *("is_instagram_eligible", "is_inline_created", "is_eligible_for_promotion", "application"),
        *("promotion_status", "promotable_id", "sponsor_tags", "targeting", "feed_targeting"),
        *("full_picture", "picture", "icon", "link", "name", "caption", "description", "source"),
        *("object_id", "properties", "actions", "admin_creator", "allowed_advertising_objects"),
        *("backdated_time", "call_to_action", "can_reply_privately", "child_attachments"),
        *("coordinates", "event", "expanded_height", "expanded_width", "height", "width"),
        *("instagram_eligibility", "multi_share_end_card", "multi_share_optimized", "sharedposts"),
        *("scheduled_publish_time", "subscribed", "target", "timeline_visibility", "via"),
        *("video_buying_eligibility", "dynamic_posts", "voters", "attached", "paging"),
        *("attachment", "can_comment", "can_remove", "can_hide", "can_like", "comment_count"),
        *("like_count", "object", "parent", "private_reply_conversation", "user_likes"),
        *("is_private", "live_broadcast_timestamp"),
    )
)
"""Members of a post or a comment that the documentation names."""

_KINDS = {
    **{name: f"reaction_{name}" for name in ("like", "love", "care", "haha", "wow", "sad")},
    **{"angry": "reaction_angry", "thankful": "reaction_thankful"},
    **dict.fromkeys(("pride", "fire", "hundred"), "reaction_other"),
}
# The API has no name of its own for the reactions of a kind: the asking program makes one up.
_ALIAS = re.compile(r"(?i:reactions?_)?(?i:(" + "|".join(_KINDS) + r")s?)")
_PAGE_MARKS = frozenset(("fan_count", "talking_about_count", "were_here_count", "category_list"))
_COMMENT_MARKS = frozenset(
    (
        *("like_count", "comment_count", "parent", "object", "attachment", "user_likes"),
        *("can_comment", "can_remove", "can_hide", "can_like", "is_private"),
    )
)
_POST_MARKS = frozenset(("shares", "status_type", "attachments", "is_published"))
_CLOSED = frozenset(("ALL_FRIENDS", "FRIENDS_OF_FRIENDS", "NETWORKS_FRIENDS", "SELF", "CUSTOM"))
# The company's own web sites at fb.com (about, engineering) are no part of the platform.
_OWN_HOSTS = re.compile(r"(?:^|\.)(?:facebook\.com|fb\.me|fb\.watch|fbcdn\.net)$|^(?:m\.)?fb\.com$")
_ID = re.compile(r"[0-9]+(?:_[0-9]+){0,2}")


def is_page(value: Mapping[str, Any]) -> bool:
    """Whether an object is a page, with figures or without."""
    return bool(_PAGE_MARKS & value.keys()) and "created_time" not in value


def is_post(value: Any) -> bool:
    """Whether an object is a post or a comment."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("created_time"), str)
        and _ID.fullmatch(str(value.get("id"))) is not None
    )


def is_comment(value: Object) -> bool:
    """Whether it is a comment: by its id, page_post_comment, or what only comments have."""
    parts = str(value.get("id")).count("_")
    likes = value.get("likes")
    marked = bool(_COMMENT_MARKS & value.keys()) or type(likes) is int
    return parts == 2 or (marked and not _POST_MARKS & value.keys())


def page_figures(page: Object) -> list[Row]:
    """Followers of a page; where they are not given, the likes of the page stand for them."""
    followers = figure(page, "followers_count")
    if followers is None:
        followers = figure(page, "fan_count")
    if followers is None:
        return []
    account = {
        "platform": "facebook",
        "account_id": identifier(page, "id", required=True),
        "account_handle": text(page, "username"),
    }
    return [{**account, "metric": "followers", "value": followers}]


def post_row(post: Object) -> Row:
    """A post's raw columns. BadPostError where it is damaged, not public or without an author."""
    post_id = _post_id(post)
    _check_public(post)
    attached = objs(obj(post, "attachments"), "data")
    first = attached[0] if attached else {}
    figures = lifetime_figures(post)
    said = text(post, "message", empty="")
    parent_id = identifier(post, "parent_id")
    paid = text(post, "promotion_status") in ("active", "finished", "paused")
    return {
        "platform": "facebook",
        "post_id": post_id,
        **_author(post),
        "relation": "original" if parent_id is None else "quote" if said else "repost",
        "kind": text(post, "type") or text(first, "media_type") or text(post, "status_type"),
        "created_at": text(post, "created_time"),
        "text": without_persons(said, post.get("message_tags")),
        "link": outside(_addresses(post, first), _OWN_HOSTS),
        "parent_id": parent_id,
        "parent_author_id": _owner(parent_id),
        "country": text(obj(obj(post, "place"), "location"), "country_code"),
        "exposure": "paid" if paid or objs(obj(post, "sponsor_tags"), "data") else None,
        "views": first_figure(figures, ("post_media_view", "post_impressions")),
        "clicks": figures.get("post_clicks"),
        "shares": figure(obj(post, "shares"), "count"),
        "comments": total_of(post, "comments"),
        **_reactions(post),
    }


def comment_row(comment: Object, above: Object, post: Object) -> Row:
    """A comment's raw columns. above: what it answers, post: what it stands under, if known."""
    comment_id = _post_id(comment)
    if truth_of(comment, "is_private") or truth_of(comment, "is_hidden"):
        raise BadPostError("not_public", "is_hidden, is_private: expected a public comment")
    writer = obj(comment, "from")
    if writer.get("id") is None and writer.get("username") is None:
        raise author_needed("from")
    parts = comment_id.split("_")
    under = identifier(post, "id") or identifier(obj(comment, "object"), "id")
    if under is None and len(parts) == 3:
        under = "_".join(parts[:2])
    answered = obj(comment, "parent") or above
    likes = figure(comment, "like_count")
    if likes is None and type(comment.get("likes")) is int:
        likes = figure(comment, "likes")
    answers = figure(comment, "comment_count")
    parent_id = identifier(answered, "id") or under
    written = identifier(obj(answered, "from"), "id")
    return {
        "platform": "facebook",
        "post_id": comment_id,
        "author_id": identifier(writer, "id"),
        "author_handle": text(writer, "username"),
        "author_name": name_of(writer, "name"),
        "relation": "reply",
        "kind": "comment",
        "created_at": text(comment, "created_time"),
        "text": without_persons(text(comment, "message", empty=""), comment.get("message_tags")),
        "parent_id": parent_id,
        "parent_author_id": written or (_owner(under) if parent_id == under else None),
        "thread_id": under,
        "comments": answers if answers is not None else total_of(comment, "comments"),
        **_reactions(comment),
        **({} if likes is None else {"reaction_like": likes}),
    }


def _post_id(value: Object) -> str:
    found = identifier(value, "id", required=True)
    if found is None or not _ID.fullmatch(found):
        raise BadPostError("id", "id: expected page_post, digits only")
    return found


def _check_public(post: Object) -> None:
    if truth_of(post, "is_published") is False:
        raise BadPostError("not_public", "is_published: expected a published post")
    if text(obj(post, "privacy"), "value") in _CLOSED:
        raise BadPostError("not_public", "privacy: expected a post that everyone may see")


def _author(post: Object) -> Row:
    """Who posted: as told, else whose page it is; what visitors write there they must sign."""
    writer = obj(post, "from")
    author = identifier(writer, "id")
    if author is None and text(post, "status_type") == "wall_post":
        raise author_needed("from")
    return {
        "author_id": author or _owner(_post_id(post)),
        "author_handle": text(writer, "username"),
        "author_name": name_of(writer, "name"),
    }


def _owner(post_id: str | None) -> str | None:
    """Account on whose page a post stands: the first part of page_post."""
    owner, divided, _ = (post_id or "").partition("_")
    return owner if divided else None


def _addresses(post: Object, attached: Object) -> list[str | None]:
    return [
        text(attached, "unshimmed_url"),
        text(obj(attached, "target"), "url"),
        text(attached, "url"),
        text(post, "link"),
    ]


def _reactions(value: Object) -> Row:
    found: Row = {"reactions": total_of(value, "reactions")}
    for name in sorted(value):
        alias = _ALIAS.fullmatch(name)
        total = total_of(value, name) if alias else None
        if alias and total is not None:
            metric = _KINDS[alias[1].lower()]
            found[metric] = total + (found.get(metric, 0) if metric == "reaction_other" else 0)
    return found


def is_alias(name: str) -> bool:
    """Whether a member may be the reactions of one kind, as the asking program named them."""
    return _ALIAS.fullmatch(name) is not None
