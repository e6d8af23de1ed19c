"""What the web pages of platforms hold of a post, by platform, as raw rows.

These structures are the platforms' own and change without notice: what is missing stays missing,
and only what a post cannot do without (id, time) rejects it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

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
from howfar.readers.mastodon_status import raw_row
from howfar.readers.x_status import status_row

_SECONDS = re.compile(r"[0-9]{1,11}")
_MEDIA = {1: "photo", 2: "video", 8: "album", 19: "text"}
_EDGES = {"GraphImage": "photo", "GraphVideo": "video", "GraphSidecar": "album"}


def tiktok(item: Object) -> dict[str, Any]:
    """A video of tiktok.com; a duet quotes the video that it answers."""
    if any(truth_of(item, name) for name in ("privateItem", "secret", "forFriend")):
        raise BadPostError("not_public", "expected a video that everyone may see")
    named = item.get("author")
    author: Object = named if isinstance(named, dict) else {}
    if truth_of(author, "privateAccount"):
        raise BadPostError("not_public", "expected a video of a public account")
    stats = obj(item, "statsV2") or obj(item, "stats")
    followed = obj(item, "authorStatsV2") or obj(item, "authorStats")
    duet = _id(obj(item, "duetInfo"), "duetFromId")
    warnings = [text(w, "text") for w in objs(item, "warnInfo")]
    return {
        "platform": "tiktok",
        "post_id": identifier(item, "id", required=True),
        "author_id": _id(author, "id") or _id(item, "authorId"),
        "author_handle": text(author, "uniqueId") or text({"author": _plain(named)}, "author"),
        "author_name": name_of(author, "nickname") or name_of(item, "nickname"),
        "author_followers": _count(followed, "followerCount"),
        "created_at": seconds(item, "createTime"),
        "text": text(item, "desc", empty=""),
        "language": text(item, "textLanguage"),
        "country": text(item, "locationCreated"),
        "kind": "photo" if item.get("imagePost") else "video",
        "relation": "quote" if duet not in (None, "0") else "original",
        "parent_id": duet if duet != "0" else None,
        "views": _count(stats, "playCount"),
        **_likes(_count(stats, "diggCount")),
        "comments": _count(stats, "commentCount"),
        "shares": _count(stats, "shareCount"),
        "bookmarks": _count(stats, "collectCount"),
        "exposure": "paid" if truth_of(item, "isAd") else None,
        "platform_label": next((w for w in warnings if w), None),
        "availability": "labelled" if any(warnings) else None,
    }


def douyin(item: Object) -> dict[str, Any]:
    """A video of douyin.com, whose pages give no views: their play_count is always 0."""
    author = obj(item, "author") or obj(item, "authorInfo")
    stats = obj(item, "statistics") or obj(item, "stats")
    return {
        "platform": "douyin",
        "post_id": identifier(item, "aweme_id" if "aweme_id" in item else "awemeId", required=True),
        "author_id": _id(author, "uid"),
        "author_handle": text(author, "unique_id") or text(author, "uniqueId"),
        "author_name": name_of(author, "nickname"),
        "author_followers": _count(author, "follower_count", "followerCount"),
        "created_at": seconds(item, "create_time", "createTime"),
        "text": text(item, "desc", empty=""),
        "kind": "video",
        "relation": "original",
        **_likes(_count(stats, "digg_count", "diggCount")),
        "comments": _count(stats, "comment_count", "commentCount"),
        "shares": _count(stats, "share_count", "shareCount"),
        "bookmarks": _count(stats, "collect_count", "collectCount"),
        "exposure": "paid" if truth_of(item, "is_ads") else None,
    }


def instagram(item: Object) -> dict[str, Any]:
    """A post of instagram.com: an item of its newer interface, or a node of its older graph."""
    return _instagram_node(item) if "shortcode" in item else _instagram_item(item, "instagram")


def threads(item: Object) -> dict[str, Any]:
    """A post of threads.net or threads.com: as Instagram's items, with answers and reposts."""
    row = _instagram_item(item, "threads")
    about = obj(item, "text_post_app_info")
    shared = obj(about, "share_info")
    quoted, reposted = obj(shared, "quoted_post"), obj(shared, "reposted_post")
    row |= {
        "comments": _count(about, "direct_reply_count"),
        "shares": _count(about, "repost_count"),
        "quotes": _count(about, "quote_count"),
    }
    for relation, parent in (("repost", reposted), ("quote", quoted)):
        if parent:
            writer = obj(parent, "user")
            return row | {
                "relation": relation,
                "parent_id": _media_id(parent, required=False),
                "parent_author_id": _id(writer, "pk"),
                "parent_author_handle": text(writer, "username"),
            }
    answered = obj(about, "reply_to_author")
    if truth_of(about, "is_reply") or answered:
        row |= {
            "relation": "reply",
            "parent_author_id": _id(answered, "pk", "id"),
            "parent_author_handle": text(answered, "username"),
        }
    return row


def x(item: Object) -> dict[str, Any]:
    """A post of x.com: the old status inside the result of the pages' own interface."""
    result = _result(item)
    row = status_row(_status(result))
    longer = obj(obj(obj(result, "note_tweet"), "note_tweet_results"), "result")
    row["text"] = text(longer, "text") or row["text"]
    row["views"] = _count(obj(result, "views"), "count")
    if item.get("promoted") or item.get("promotedMetadata"):
        row["exposure"] = "paid"
    return row


def truthsocial(item: Object) -> dict[str, Any]:
    """A post of truthsocial.com, whose server speaks the API of Mastodon; handles have no host."""
    row = raw_row(item) | {"platform": "truthsocial"}
    for name in ("author_handle", "parent_author_handle"):
        row[name] = (row.get(name) or "").removesuffix("@truthsocial.com") or None
    row["author_name"] = name_of(obj(item, "account"), "display_name")
    return row | {"exposure": "paid" if truth_of(item, "sponsored") else None}


ITEMS: Mapping[str, Callable[[Object], dict[str, Any]]] = {
    "tiktok.com": tiktok,
    "douyin.com": douyin,
    "instagram.com": instagram,
    "threads.net": threads,
    "threads.com": threads,
    "twitter.com": x,
    "x.com": x,
    "truthsocial.com": truthsocial,
}
"""Platforms whose posts are read, by the name that the capture gives them."""


def seconds(value: Object, *keys: str) -> int:
    """UTC microseconds of seconds since 1970, a number or its digits. BadPostError date."""
    found = next((value[key] for key in keys if value.get(key) is not None), None)
    if isinstance(found, str) and _SECONDS.fullmatch(found):
        found = int(found)
    if type(found) is not int or not 0 <= found < 10**11:
        raise BadPostError("date", f"{keys[0]}: expected seconds since 1970")
    return found * 1_000_000


def _count(value: Object, *keys: str) -> int | None:
    key = next((key for key in keys if value.get(key) is not None), keys[0])
    return figure(value, key, as_text=True)


def _id(value: Object, *keys: str) -> str | None:
    """The first id that is there; the pages write an empty text where there is none."""
    key = next((key for key in keys if value.get(key) not in (None, "")), None)
    return None if key is None else identifier(value, key)


def _likes(count: int | None) -> dict[str, int | None]:
    return {"reactions": count, "reaction_like": count}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _media_id(item: Object, *, required: bool = True) -> str | None:
    """The post's number; the field id has the author's appended to it (number_author)."""
    if item.get("pk") is not None:
        return identifier(item, "pk")
    found = identifier(item, "id", required=required)
    return found.split("_")[0] if found else None


def _instagram_item(item: Object, platform: str) -> dict[str, Any]:
    user = obj(item, "user") or obj(item, "owner")
    if truth_of(user, "is_private"):
        raise BadPostError("not_public", "expected a post of a public account")
    hidden = truth_of(item, "like_and_view_counts_disabled")
    likes = None if hidden else _count(item, "like_count")
    paid = any(truth_of(item, name) for name in ("is_paid_partnership", "is_ad", "is_sponsored"))
    kind = item.get("media_type")
    return {
        "platform": platform,
        "post_id": _media_id(item),
        "author_id": _id(user, "pk", "id"),
        "author_handle": text(user, "username"),
        "author_name": name_of(user, "full_name"),
        "created_at": seconds(item, "taken_at"),
        "text": text(obj(item, "caption"), "text", empty=""),
        "kind": _MEDIA.get(kind) if isinstance(kind, int) else None,
        "relation": "original",
        "views": None if hidden else _count(item, "play_count", "view_count", "ig_play_count"),
        **_likes(likes),
        "comments": _count(item, "comment_count"),
        "exposure": "paid" if paid or item.get("ad_id") else None,
    }


def _instagram_node(node: Object) -> dict[str, Any]:
    owner = obj(node, "owner")
    if truth_of(owner, "is_private"):
        raise BadPostError("not_public", "expected a post of a public account")
    captions = objs(obj(node, "edge_media_to_caption"), "edges")
    liked = obj(node, "edge_media_preview_like") or obj(node, "edge_liked_by")
    talked = obj(node, "edge_media_to_comment") or obj(node, "edge_media_to_parent_comment")
    return {
        "platform": "instagram",
        "post_id": _media_id(node),
        "author_id": _id(owner, "id"),
        "author_handle": text(owner, "username"),
        "author_name": name_of(owner, "full_name"),
        "created_at": seconds(node, "taken_at_timestamp"),
        "text": text(obj(captions[0], "node"), "text", empty="") if captions else None,
        "kind": _EDGES.get(str(node.get("__typename"))),
        "relation": "original",
        "views": _count(node, "video_view_count"),
        **_likes(_count(liked, "count")),
        "comments": _count(talked, "count"),
        "exposure": "paid" if truth_of(node, "is_ad") else None,
    }


def _result(value: Object) -> Object:
    """A post inside its wrappers; BadPostError not_a_post for what only says that one is gone."""
    wrapped = value.get("__typename") == "TweetWithVisibilityResults"
    inner = obj(value, "tweet") if wrapped else value
    if not obj(inner, "legacy"):
        raise BadPostError("not_a_post", "expected a post; this one is not shown")
    return inner


def _status(result: Object) -> dict[str, Any]:
    """The result in the form of a status of the API v1.1."""
    legacy = obj(result, "legacy")
    writer = obj(obj(obj(result, "core"), "user_results"), "result")
    about = obj(writer, "legacy")
    named = obj(writer, "core")
    user = {
        "id_str": writer.get("rest_id"),
        "screen_name": about.get("screen_name") or named.get("screen_name"),
        "name": about.get("name") or named.get("name"),
        "followers_count": about.get("followers_count"),
        "protected": about.get("protected") or obj(writer, "privacy").get("protected"),
        "withheld_in_countries": about.get("withheld_in_countries"),
    }
    status = {**legacy, "user": user, "id_str": legacy.get("id_str") or result.get("rest_id")}
    for name, inner in (
        ("retweeted_status", obj(obj(legacy, "retweeted_status_result"), "result")),
        ("quoted_status", obj(obj(result, "quoted_status_result"), "result")),
    ):
        shown = obj(inner, "tweet") or inner
        if obj(shown, "legacy"):
            status[name] = _status(shown)
    return status
