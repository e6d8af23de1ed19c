"""Comments of YouTube, alone or in their threads, as raw rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from howfar.readers.api_answers import author_needed
from howfar.readers.html_text import html_text
from howfar.readers.json_values import (
    BadPostError,
    Object,
    figure,
    identifier,
    name_of,
    obj,
    objs,
    text,
)

Row = dict[str, Any]

# Where the text is HTML, what the author typed as < or & is escaped: no plain text looks like it.
_HTML = re.compile(r'<br ?/?>|<a href="|</[bis]>|&(?:amp|lt|gt|quot|#39);')


def comments_of(thread: Object) -> list[Callable[[], Row]]:
    """The comment that opens a thread and the answers that stand in it."""
    snippet = obj(thread, "snippet")
    top = obj(snippet, "topLevelComment")
    answers = objs(obj(thread, "replies"), "comments")
    opening = [partial(comment_row, top, snippet, {})] if top or not answers else []
    return [*opening, *(partial(comment_row, answer, snippet, top) for answer in answers)]


def comment_row(resource: Object, thread: Object, top: Object) -> Row:
    """A comment. thread: the snippet of its thread, top: the comment that it answers there; empty
    where they are not told. BadPostError where it is damaged or not public.
    """
    snippet = obj(resource, "snippet")
    if text(snippet, "moderationStatus") not in (None, "published"):
        raise BadPostError("not_public", "moderationStatus: expected a published comment")
    author, name = _author(snippet), text(snippet, "authorDisplayName")
    # A display name is a person's own word, and may be a channel's handle by chance or design.
    handle = name if name and name.startswith("@") else None
    if author is None and handle is None:
        raise author_needed("authorChannelId")
    video = identifier(snippet, "videoId") or identifier(thread, "videoId")
    above = identifier(snippet, "parentId") or identifier(top, "id")
    owner = identifier(snippet, "channelId") or identifier(thread, "channelId")
    likes = figure(snippet, "likeCount")
    return {
        "platform": "youtube",
        "post_id": identifier(resource, "id", required=True),
        "author_id": author,
        "author_handle": handle,
        "author_name": name_of(snippet, "authorDisplayName"),
        "relation": "reply",
        "kind": "comment",
        "created_at": text(snippet, "publishedAt"),
        "text": _said(snippet),
        "parent_id": above or video,
        "parent_author_id": _author(obj(top, "snippet")) if above else owner,
        "thread_id": video,
        "reactions": likes,
        "reaction_like": likes,
        "comments": None if above else figure(thread, "totalReplyCount"),
    }


def _author(snippet: Object) -> str | None:
    return identifier(obj(snippet, "authorChannelId"), "value")


def _said(snippet: Object) -> str | None:
    original = text(snippet, "textOriginal", empty="")
    shown = text(snippet, "textDisplay", empty="")
    if original is not None or shown is None:
        return original
    return html_text(shown)[0] if _HTML.search(shown) else shown
