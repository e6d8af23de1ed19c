"""One status of Mastodon and of servers that speak its API, as a raw row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from howfar.readers.html_text import HtmlText
from howfar.readers.json_posts import Row, no_post, not_public
from howfar.readers.json_values import Object, figure, identifier, obj, objs, text
from howfar.readers.marked_text import mention, outside_host

KNOWN_FIELDS = frozenset(
    """
    id created_at in_reply_to_id in_reply_to_account_id sensitive spoiler_text visibility language
    uri url replies_count reblogs_count favourites_count quotes_count edited_at favourited reblogged
    muted bookmarked pinned content filtered reblog application account media_attachments mentions
    tags emojis card poll quote quote_approval text local_only tagged_collections quote_id
    pleroma emoji_reactions reactions_count content_type conversation_id
    """.split()
)
"""Fields of a status that the documentation or known servers name, read or not."""

_OPEN = frozenset({"public", "unlisted"})
_NO_OWN_HOST = re.compile(r"(?!)")
_HOST = re.compile(r"https?://([^/:?#@]+)")


def raw_row(status: Any) -> Row:
    """The status' raw columns. BadPostError where damaged, not public, or no status."""
    # The history of an edited status holds its versions, which have no id of their own.
    if not isinstance(status, dict) or not {"id", "account", "content"} <= status.keys():
        raise no_post("a status with an account and a content")
    boosted = obj(status, "reblog")
    for shown in (status, boosted):
        if shown and text(shown, "visibility") not in _OPEN:
            raise not_public("the visibility public or unlisted")
    account = obj(status, "account")
    row: Row = {
        "platform": "mastodon",
        "post_id": identifier(status, "id", required=True),
        **_account(account, "author_id", "author_handle"),
        "author_followers": figure(account, "followers_count"),
        "created_at": text(status, "created_at"),
        **_content(boosted or status),
    }
    if boosted:
        # A boost's own figures are zeros that count nothing; the original's are the original's.
        return row | _parent("repost", identifier(boosted, "id"), obj(boosted, "account"))
    favourites = figure(status, "favourites_count")
    return (
        row
        | _relation(status)
        | {
            "reactions": favourites,
            "reaction_like": favourites,
            "comments": figure(status, "replies_count"),
            "shares": figure(status, "reblogs_count"),
            "quotes": figure(status, "quotes_count"),
        }
    )


def _relation(status: Object) -> Row:
    answered = identifier(status, "in_reply_to_id")
    if answered is not None:
        writer = identifier(status, "in_reply_to_account_id")
        named = [m for m in objs(status, "mentions") if writer and m.get("id") == writer]
        row = _parent("reply", answered, named[0] if named else {})
        return row | {"parent_author_id": writer}
    quote = obj(status, "quote")
    if quote:
        # Either a quote with its state, or (other servers) the quoted status itself.
        quoted = obj(quote, "quoted_status") or (quote if "content" in quote else {})
        id = identifier(quoted, "id") or identifier(quote, "quoted_status_id")
        return _parent("quote", id, obj(quoted, "account"))
    return {"relation": "original"}


def _parent(relation: str, id: str | None, account: Object) -> Row:
    return {
        "relation": relation,
        "parent_id": id,
        **_account(account, "parent_author_id", "parent_author_handle"),
    }


def _account(account: Object, id: str, handle: str) -> Row:
    return {id: identifier(account, "id"), handle: full_handle(account)}


def full_handle(account: Object) -> str | None:
    """name@instance; of an account of the asked server the export gives the name alone."""
    name = text(account, "acct")
    if name is None or "@" in name:
        return name
    found = _HOST.match(text(account, "url") or text(account, "uri") or "")
    return f"{name}@{found[1].lower()}" if found else name


def _content(status: Object) -> Row:
    handles = {text(m, "url"): full_handle(m) for m in objs(status, "mentions")}
    parser = _StatusText(handles)
    parser.feed(text(status, "content", empty="") or "")
    parser.close()
    shown, warning = parser.text(), text(status, "spoiler_text")
    card = obj(status, "card")
    return {
        "text": f"{warning}\n\n{shown}" if warning and shown else warning or shown,
        "language": text(status, "language"),
        "kind": _kind(status, card),
        "link": outside_host([text(card, "url"), *parser.links], _NO_OWN_HOST),
    }


def _kind(status: Object, card: Object) -> str:
    """Type of the first attachment as the server names it, else poll, link or status."""
    media = objs(status, "media_attachments")
    if media:
        return text(media[0], "type") or "unknown"
    if obj(status, "poll"):
        return "poll"
    return "link" if card else "status"


class _StatusText(HtmlText):
    """Text of a status: mentions with their full handles, quotes' fallback links left out."""

    def __init__(self, handles: dict[str | None, str | None]) -> None:
        super().__init__()
        self._handles = handles
        self._mentioned: str | None = None
        self._shown: list[str] = []
        self._hidden = ""
        self._depth = 0

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A start tag; the words of its class say what it is."""
        words = set(attributes.get("class", "").split())
        if self._hidden:
            self._depth += tag == self._hidden
        elif "quote-inline" in words:
            self._hidden, self._depth = tag, 1
        elif tag == "a" and "mention" in words and "hashtag" not in words:
            self._close_mention()
            self._mentioned, self._shown = attributes.get("href", ""), []
        elif tag == "a" and ({"hashtag", "mention"} & words or attributes.get("rel") == "tag"):
            super().begin("span", {})
        else:
            super().begin(tag, attributes)

    def end(self, tag: str) -> None:
        """An end tag."""
        if self._hidden:
            self._depth -= tag == self._hidden
            self._hidden = self._hidden if self._depth else ""
        elif tag == "a" and self._mentioned is not None:
            self._close_mention()
        else:
            super().end(tag)

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._mentioned is not None:
            self._shown.append(text)
        elif not self._hidden:
            super().data(text)

    def close(self) -> None:
        """The end of the content."""
        self._close_mention()

    def _close_mention(self) -> None:
        if self._mentioned is None:
            return
        handle = self._handles.get(self._mentioned)
        shown = f"@{handle}" if handle else "".join(self._shown).strip()
        self._mentioned = None
        super().data(mention(shown))
