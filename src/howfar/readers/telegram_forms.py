"""A channel's message in the forms that programs store it in, as a raw row.

They are those of Telegram's own interface for clients, of TDLib, of the interface for bots, and
flat objects with fields of a program's own choice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from howfar.privacy.redaction import MENTION
from howfar.readers.json_posts import Row, no_post
from howfar.readers.json_values import BadPostError, Object, figure, obj, objs, text
from howfar.readers.marked_text import outside_host
from howfar.readers.telegram_bot import bot_row
from howfar.readers.telegram_message import (
    OWN_HOSTS,
    addresses,
    bare_channel,
    count_of,
    marked_channel,
    message_id,
    moment,
    number,
    public_chat,
    reaction_columns,
    reply,
    repost,
    typed,
    without_names,
)

_TDLIB_STEP = 1 << 20
"""TDLib's id of a message is the server's times this."""

_TDLIB_MEDIA = frozenset(
    """
    text photo video animation document audio voice_note video_note sticker poll location venue
    contact dice game story paid_media animated_emoji giveaway invoice checklist
    """.split()
)
_NAME_LINK = re.compile(
    r"\[[^\[\]\n]{1,200}\]\(tg://user\?id=[0-9]+\)"
    r"|<a href=[\"']tg://user\?id=[0-9]+[\"']>[^<\n]{1,200}</a>"
)
"""A person's name that a link leads from, in Markdown or HTML as client libraries write it."""


def any_row(message: Any, _: Mapping[str, Any]) -> Row:
    """The raw columns of a message in whichever form. BadPostError where damaged or private."""
    if not isinstance(message, dict):
        raise no_post("a message")
    if "_" in message:
        row = _of_client(message)
    elif "@type" in message:
        row = _of_tdlib(message)
    elif isinstance(message.get("chat"), dict):
        row = bot_row(message)
    else:
        row = _flat(message)
    return {"platform": "telegram", **row}


# The clients' own interface -----------------------------------------------------------------------


def _of_client(message: Object) -> Row:
    if text(message, "_") != "Message":
        raise no_post("a message, no notice of the chat")
    bare = public_chat(_peer(obj(message, "peer_id") or obj(message, "to_id")))
    sender, forward = obj(message, "from_id"), obj(message, "fwd_from")
    words, entities = text(message, "message", empty=""), typed(message, "entities", "_")
    media = obj(message, "media")
    page = text(obj(media, "webpage"), "url")
    row: Row = {
        "post_id": message_id(bare, message.get("id"), "id"),
        "author_id": str(_peer(sender)) if sender else marked_channel(bare),
        "created_at": moment(message.get("date"), "date"),
        "text": without_names(words, entities),
        "kind": _snake((text(media, "_") or "").removeprefix("MessageMedia")) or "status",
        "link": outside_host([*addresses(words, entities), page], OWN_HOSTS),
        "views": figure(message, "views"),
        "shares": figure(message, "forwards"),
        "comments": figure(obj(message, "replies"), "replies"),
        **_client_relation(obj(message, "reply_to"), forward, bare),
    }
    if message.get("reactions") is not None:
        row |= reaction_columns(
            (text(obj(found, "reaction"), "emoticon"), count_of(found, "count"))
            for found in objs(obj(message, "reactions"), "results")
        )
    reasons = [r for r in objs(message, "restriction_reason") if text(r, "platform") == "all"]
    if reasons:
        row |= {"availability": "withheld", "platform_label": text(reasons[0], "reason")}
    return row


def _client_relation(answer: Object, forward: Object, bare: int) -> Row:
    if forward:
        origin = _peer(obj(forward, "from_id")) if obj(forward, "from_id") else None
        return repost(origin, forward.get("channel_post"))
    if answer.get("reply_to_msg_id") is None:
        return {"relation": "original"}
    elsewhere = obj(answer, "reply_to_peer_id")
    return reply(_peer(elsewhere) if elsewhere else None, bare, answer["reply_to_msg_id"])


def _peer(peer: Object) -> int:
    """The marked id of a peer: user_id, chat_id or channel_id."""
    if peer.get("channel_id") is not None:
        return int(marked_channel(bare_channel(peer["channel_id"], "channel_id")))
    if peer.get("chat_id") is not None:
        return -abs(number(peer["chat_id"], "chat_id"))
    return abs(number(peer.get("user_id"), "peer"))


# TDLib --------------------------------------------------------------------------------------------


def _of_tdlib(message: Object) -> Row:
    content = obj(message, "content")
    medium = _snake((text(content, "@type") or "").removeprefix("message"))
    if text(message, "@type") != "message" or medium not in _TDLIB_MEDIA:
        raise no_post("a message, no notice of the chat")
    bare = public_chat(number(message.get("chat_id"), "chat_id"))
    shown = obj(content, "text") or obj(content, "caption")
    words = text(shown, "text", empty="")
    entities = [(text(obj(e, "type"), "@type"), _with_url(e)) for e in objs(shown, "entities")]
    told = obj(message, "interaction_info")
    row: Row = {
        "post_id": message_id(bare, _server_id(message.get("id")), "id"),
        "author_id": str(_tdlib_sender(obj(message, "sender_id"), bare)),
        "created_at": moment(message.get("date"), "date"),
        "text": without_names(words, entities),
        "kind": "status" if medium == "text" else medium,
        "link": outside_host(addresses(words, entities), OWN_HOSTS),
        "views": figure(told, "view_count"),
        "shares": figure(told, "forward_count"),
        "comments": figure(obj(told, "reply_info"), "reply_count"),
        **_tdlib_relation(message, bare),
    }
    reactions = told.get("reactions")
    if reactions is not None:
        holder = {"reactions": reactions} if isinstance(reactions, list) else obj(told, "reactions")
        row |= reaction_columns(
            (
                text(obj(found, "type"), "emoji") if "type" in found else text(found, "reaction"),
                count_of(found, "total_count"),
            )
            for found in objs(holder, "reactions")
        )
    return row


def _tdlib_relation(message: Object, bare: int) -> Row:
    origin = obj(obj(message, "forward_info"), "origin")
    if origin:
        named = [origin.get(k) for k in ("chat_id", "sender_chat_id", "sender_user_id")]
        given = next((number(id, "origin") for id in named if id is not None), None)
        post = origin.get("message_id")
        return repost(given, None if post is None else _server_id(post))
    answer = obj(message, "reply_to")
    answered = answer.get("message_id") or message.get("reply_to_message_id")
    if not answered:
        return {"relation": "original"}
    elsewhere = answer.get("chat_id") or message.get("reply_in_chat_id")
    chat = number(elsewhere, "reply_to.chat_id") if elsewhere else None
    return reply(chat, bare, _server_id(answered))


def _tdlib_sender(sender: Object, bare: int) -> int:
    if sender.get("chat_id") is not None:
        return number(sender["chat_id"], "sender_id.chat_id")
    if sender.get("user_id") is not None:
        return number(sender["user_id"], "sender_id.user_id")
    return int(marked_channel(bare))


def _server_id(value: Any) -> int:
    found = number(value, "id")
    if found % _TDLIB_STEP:
        raise BadPostError("id", "id: expected a message that was sent, not a draft")
    return found // _TDLIB_STEP


def _with_url(entity: Object) -> Object:
    return {**entity, "url": obj(entity, "type").get("url")}


# Flat objects -------------------------------------------------------------------------------------


def _flat(message: Object) -> Row:
    id = message.get("message_id", message.get("id"))
    words = text(message, "text", empty="") if "text" in message else text(message, "message", "")
    if id is None or "date" not in message:
        raise no_post("a message with an id and a date")
    sender = message.get("sender_id", message.get("from_id"))
    chat = next((message[k] for k in ("chat_id", "channel_id", "peer_id") if message.get(k)), None)
    if chat is None:
        # Without its chat a message is public for sure only where a channel speaks.
        marked = number(sender, "sender_id")
    else:
        marked = number(chat, "chat_id")
        if "channel_id" in message and marked > 0:
            marked = int(marked_channel(marked))
    bare = public_chat(marked)
    row: Row = {
        "post_id": message_id(bare, id, "message_id"),
        "author_id": str(number(sender, "sender_id")) if sender else marked_channel(bare),
        "created_at": moment(message.get("date"), "date"),
        "text": None if words is None else _NAME_LINK.sub(MENTION, words),
        "views": figure(message, "views"),
        "shares": figure(message, "forwards"),
        "comments": figure(message, "replies"),
        **_flat_relation(message, bare),
    }
    reactions = message.get("reactions")
    if isinstance(reactions, dict):
        row |= reaction_columns((emoji, count_of(reactions, emoji)) for emoji in reactions)
    elif reactions is not None:
        row |= reaction_columns(
            (text(found, "emoji") or text(found, "reaction"), count_of(found, "count"))
            for found in objs(message, "reactions")
        )
    return row


def _flat_relation(message: Object, bare: int) -> Row:
    if message.get("fwd_from"):
        return {"relation": "repost"}
    answered = message.get("reply_to_msg_id", message.get("reply_to_message_id"))
    if answered is not None:
        return reply(None, bare, answered)
    # Where nothing is said of forwarding, the message may be a forward.
    return {"relation": "original" if "fwd_from" in message else "unknown"}


def _snake(name: str) -> str:
    """VideoNote as video_note."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
