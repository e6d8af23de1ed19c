"""Posts of Bluesky as its AppView shows them: feeds, threads, searches, with their counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from howfar.readers.bluesky_post import (
    RECORD_FIELDS,
    at_uri,
    record_row,
)
from howfar.readers.json_head import json_head
from howfar.readers.json_posts import Row, json_posts, no_post
from howfar.readers.json_values import Object, figure, identifier, obj, objs, text, truth_of
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_COUNTS = {
    "likeCount": ("reactions", "reaction_like"),
    "replyCount": ("comments",),
    "repostCount": ("shares",),
    "quoteCount": ("quotes",),
    "bookmarkCount": ("bookmarks",),
}
_VIEW_FIELDS = (
    frozenset(
        """
    $type uri cid author record embed indexedAt viewer labels threadgate debug
    post reply reason feedContext reqId parent replies threadContext depth value notFound blocked
    """.split()
    )
    | _COUNTS.keys()
)
_REPOSTED = "app.bsky.feed.defs#reasonRepost"
_DETAIL = "a post that is shown (not one that was not found or is blocked)"


class BlueskyAppview:
    """Views of posts, alone, as items of a feed, or as nodes of a thread."""

    declaration = ReaderDeclaration(
        id="bluesky-appview",
        title="Bluesky AppView feeds, threads and searches, JSON",
        platform="bluesky",
        exported_by=(
            "tools that store the answers of app.bsky.feed (getAuthorFeed, searchPosts, "
            "getPostThread, getPosts)"
        ),
        supplies=(
            *("posts", "counts.reactions", "counts.reaction_like", "counts.comments"),
            "posts.labelled",
            *("counts.shares", "counts.quotes", "counts.bookmarks"),
        ),
        lacks=(
            "the time of the crawl, which the study declares; views, which Bluesky does not "
            "count; followers; posts that are blocked or gone are named by address only and are "
            "rejected as not_a_post. The item of a repost gives the repost, without the counts of "
            "its original. A label is what a labelling service says that the answer was asked "
            "with; labels that the author chose are left out"
        ),
        tested_on="real samples",
        needs=("observed_at",),
        how_to_obtain=(
            "Ask https://public.api.bsky.app for app.bsky.feed.getAuthorFeed with the channel's "
            "handle, page by page with the cursor, without a login; searchPosts needs one. Store "
            "the answers as they come, one after another, and note the time."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where views have an author, a record and the time that they were indexed at."""
        shown = json_head(head)
        if shown.has("uri", "author", "record", "indexedAt") and shown.says("uri", 'at://[^"]+'):
            return Sniff(0.95, "views have the fields uri, author, record and indexedAt")
        return Sniff(0.0, "there are no views with author, record and indexedAt")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order; of a thread parents first, then the post, then replies."""

        def row(item: Any, _: Mapping[str, Any]) -> Row:
            if not isinstance(item, dict):
                raise no_post(_DETAIL)
            view = obj(item, "post") or item
            if "record" not in view or "author" not in view:
                raise no_post(_DETAIL)
            for name in sorted(view.keys() - _VIEW_FIELDS) if view is not item else ():
                tally.unknown(name)
            for name in sorted(obj(view, "record").keys() - RECORD_FIELDS):
                tally.unknown(name)
            reason = obj(item, "reason")
            made = _view_row(view, obj(item, "reply"))
            return _repost_row(made, reason) if text(reason, "$type") == _REPOSTED else made

        return json_posts(
            document,
            context,
            tally,
            lists=("", "feed", "posts", "thread"),
            is_record=_is_record,
            row=row,
            known=_VIEW_FIELDS,
            split=_items,
        )


def _items(value: Any) -> Iterator[Any]:
    """Items of a feed and views as they are; the nodes of a thread one by one, in reading order."""
    if not isinstance(value, dict):
        yield value
        return
    if isinstance(value.get("thread"), dict):
        yield from _nodes(value["thread"])
    elif isinstance(value.get("value"), dict) and "post" in value["value"]:
        yield value["value"]
    else:
        yield from _nodes(value)


def _nodes(thread: Mapping[str, Any]) -> Iterator[Any]:
    parents: list[Mapping[str, Any]] = []
    above = thread.get("parent") if "post" in thread else None
    while isinstance(above, dict):
        parents.append(above)
        above = above.get("parent")
    yield from reversed(parents)
    waiting: list[Any] = [thread]
    while waiting:
        node = waiting.pop()
        yield node
        replies = node.get("replies") if isinstance(node, dict) and "post" in node else None
        waiting += reversed(replies if isinstance(replies, list) else [])


def _view_row(view: Object, reply: Object) -> Row:
    author = obj(view, "author")
    row = record_row(obj(view, "record"), at_uri(view, "uri", required=True))
    row |= _account(author, "author_id", "author_handle")
    row |= _labels(view, row["author_id"])
    for name, columns in _COUNTS.items():
        row |= dict.fromkeys(columns, figure(view, name))
    parent = obj(obj(reply, "parent"), "author")
    if row["relation"] == "reply" and parent:
        row |= _account(parent, "parent_author_id", "parent_author_handle")
    return row


def _repost_row(original: Row, reason: Object) -> Row:
    """The repost that put a post into a feed; figures and labels stay with the original."""
    by = _account(obj(reason, "by"), "author_id", "author_handle")
    own = at_uri(reason, "uri")
    # Answers before 2025 give no address: account and original tell one repost from another.
    made_up = f"at://{by['author_id']}/app.bsky.feed.repost/{original['post_id']}"
    return {
        "platform": "bluesky",
        "post_id": own or made_up,
        **by,
        "relation": "repost",
        "created_at": text(reason, "indexedAt"),
        **{name: original[name] for name in ("language", "text", "kind", "link", "thread_id")},
        "parent_id": original["post_id"],
        "parent_author_id": original["author_id"],
        "parent_author_handle": original["author_handle"],
    }


def _account(profile: Object, id: str, handle: str) -> Row:
    name = text(profile, "handle")
    return {
        id: identifier(profile, "did", required=True),
        handle: None if name == "handle.invalid" else name,
    }


def _labels(view: Object, author: str) -> Row:
    """Labels that others than the author put on the post or its author, and took not back."""
    on_post = _put(objs(view, "labels"), author)
    on_author = _put(objs(obj(view, "author"), "labels"), author)
    verified = obj(obj(view, "author"), "verification")
    if text(verified, "verifiedStatus") == "valid":
        on_author.append("verified")
    if text(verified, "trustedVerifierStatus") == "valid":
        on_author.append("trusted-verifier")
    words = list(dict.fromkeys([*on_post, *on_author]))
    return {
        "platform_label": ", ".join(words) or None,
        "availability": "labelled" if on_post else None,
    }


def _put(labels: list[Object], author: str) -> list[str]:
    return [
        value
        for label in labels
        if (value := text(label, "val"))
        and not truth_of(label, "neg")
        and text(label, "src") != author
    ]


def _is_record(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    uri = value.get("uri")
    return "post" in value or (isinstance(uri, str) and "author" in value)


READER = BlueskyAppview()
