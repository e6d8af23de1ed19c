"""One post of the X API v2, in whichever of its forms, as a raw row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from howfar.readers.json_values import Object, digits, figure, obj, objs, text, texts
from howfar.readers.text_lines import damage

FIGURES = {
    "like_count": ("reactions", "reaction_like"),
    "reply_count": ("comments",),
    "retweet_count": ("shares",),
    "quote_count": ("quotes",),
    "bookmark_count": ("bookmarks",),
    "impression_count": ("views",),
}
"""public_metrics of a post and the counts that they are."""

RELATIONS = (("retweeted", "repost"), ("replied_to", "reply"), ("quoted", "quote"))
"""A post that refers to several others is what stands first here: a repost carries its
original's figures, and a quote inside a reply is still a turn of that conversation."""

KNOWN_FIELDS = frozenset(
    (
        *("id", "text", "author_id", "created_at", "lang", "conversation_id", "public_metrics"),
        *("referenced_tweets", "in_reply_to_user_id", "geo", "withheld", "attachments"),
        *("entities", "source", "reply_settings", "possibly_sensitive", "context_annotations"),
        *("edit_history_tweet_ids", "edit_controls", "note_tweet", "display_text_range"),
        *(
            "article",
            "card_uri",
            "community_id",
            "media_metadata",
            "scopes",
            "suggested_source_links",
        ),
        *("non_public_metrics", "organic_metrics", "promoted_metrics", "paid_partnership"),
        *("author", "in_reply_to_user", "__twarc", "matching_rules"),
    )
)
"""Fields of a post that the documentation or twarc2 names, read or not."""

LONGEST_TOLD = 1000
"""Letters. What a page includes once stands beside each of its posts: a name of millions would fill
the memory. X allows 50, and what is longer names nobody."""

_INLINED = ("username", "name", "country_code", "type")

_OWN_HOSTS = re.compile(r"(?:^|\.)(?:twitter\.com|x\.com|t\.co)$")
_HOST = re.compile(r"(?i:https?)://(?:[^/?#@]*@)?([^/:?#]+)")


@dataclass(slots=True)
class Includes:
    """What a page tells beside its posts, by id: accounts, posts referred to, places, media."""

    users: dict[str, Object] = field(default_factory=dict)
    tweets: dict[str, Object] = field(default_factory=dict)
    places: dict[str, Object] = field(default_factory=dict)
    media: dict[str, Object] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any) -> Includes:
        """Index a page's includes; what is no object with an id, or endless, is passed over."""
        found = cls()
        if isinstance(value, dict):
            for name, key in (("users", "id"), ("tweets", "id"), ("places", "id")):
                getattr(found, name).update(_indexed(value.get(name), key))
            found.media.update(_indexed(value.get("media"), "media_key"))
        return found


def _indexed(values: Any, key: str) -> dict[str, Object]:
    if not isinstance(values, list):
        return {}
    return {
        v[key]: v
        for v in values
        if isinstance(v, dict) and isinstance(v.get(key), str) and not _endless(v)
    }


def _endless(value: Object) -> bool:
    told = (value.get(name) for name in _INLINED)
    return any(isinstance(one, str) and len(one) > LONGEST_TOLD for one in told)


def raw_row(post: Object, includes: Includes) -> dict[str, Any]:
    """The post's raw columns but times; created_at is still text. BadPostError where damaged."""
    row: dict[str, Any] = {
        "post_id": digits(post, "id", required=True),
        "author_id": digits(post, "author_id"),
        "created_at": text(post, "created_at"),
        "language": text(post, "lang"),
        "text": text(obj(post, "note_tweet"), "text") or text(post, "text", empty=""),
        "thread_id": digits(post, "conversation_id"),
        "withheld_in": None,
        "availability": None,
    }
    author = _inlined(post, "author", includes.users, row["author_id"])
    row["author_handle"] = text(author, "username")
    row["author_name"] = _name(author)
    row["author_followers"] = figure(obj(author, "public_metrics"), "followers_count")
    row |= _parent(post, includes)
    metrics = obj(post, "public_metrics")
    for name, columns in FIGURES.items():
        row |= dict.fromkeys(columns, figure(metrics, name))
    geo = obj(post, "geo")
    place = geo if "country_code" in geo else includes.places.get(text(geo, "place_id") or "", {})
    row["country"] = text(place, "country_code")
    withheld = obj(post, "withheld")
    if withheld:
        row["availability"] = "withheld"
        row["withheld_in"] = texts(withheld, "country_codes")
    row["link"] = _outside_link(post)
    row["kind"] = _kind(post, includes, row["link"])
    return row


def _parent(post: Object, includes: Includes) -> dict[str, Any]:
    by_type: dict[str, Object] = {}
    for reference in objs(post, "referenced_tweets"):
        by_type.setdefault(text(reference, "type") or "", reference)
    for kind, relation in RELATIONS:
        if kind not in by_type:
            continue
        reference = by_type[kind]
        parent_id = digits(reference, "id")
        parent = reference if "author_id" in reference else includes.tweets.get(parent_id or "", {})
        author_id = digits(parent, "author_id")
        inlined = reference
        if author_id is None and relation == "reply":
            author_id = digits(post, "in_reply_to_user_id")
            inlined = {"author": post.get("in_reply_to_user")}
        author = _inlined(inlined, "author", includes.users, author_id)
        return {
            "relation": relation,
            "parent_id": parent_id,
            "parent_author_id": author_id,
            "parent_author_handle": text(author, "username"),
        }
    return {
        "relation": "unknown" if by_type else "original",
        "parent_id": None,
        "parent_author_id": None,
        "parent_author_handle": None,
    }


def _inlined(post: Object, key: str, included: Mapping[str, Object], id: str | None) -> Object:
    """An account that a flattened post carries itself, or that its page includes."""
    return obj(post, key) or included.get(id or "", {})


def _name(author: Object) -> str | None:
    """The display name; a damaged one is missing, for the post is intact."""
    name = author.get("name")
    return name if isinstance(name, str) and name and not damage(name) else None


def _outside_link(post: Object) -> str | None:
    for url in objs(obj(post, "entities"), "urls"):
        address = text(url, "unwound_url") or text(url, "expanded_url") or ""
        if host := outside_host(address):
            return host
    return None


def outside_host(address: str) -> str | None:
    """The host of a web address without 'www.'; null where it is one of X itself or none."""
    found = _HOST.match(address)
    host = found[1].lower().removeprefix("www.") if found else ""
    return host if host and not _OWN_HOSTS.search(host) else None


def _kind(post: Object, includes: Includes, link: str | None) -> str | None:
    """Type of the first medium as X names it, else poll, link or status."""
    attachments = obj(post, "attachments")
    media = objs(attachments, "media")
    keys = texts(attachments, "media_keys")
    if media or keys:
        first = media[0] if media else includes.media.get(keys[0], {})
        return text(first, "type")
    if attachments.get("poll_ids") or attachments.get("poll"):
        return "poll"
    return "link" if link else "status"
