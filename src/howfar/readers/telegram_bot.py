"""A channel's message as bots of Telegram get it, as a raw row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from howfar.readers.json_posts import Row, no_post, not_public
from howfar.readers.json_values import Object, obj, text
from howfar.readers.marked_text import outside_host
from howfar.readers.telegram_message import (
    OWN_HOSTS,
    addresses,
    message_id,
    moment,
    number,
    public_chat,
    reply,
    repost,
    typed,
    without_names,
)

_BOT_MEDIA = (
    *("photo", "video", "animation", "document", "audio", "voice", "video_note", "sticker"),
    *("poll", "location", "venue", "contact", "dice", "game", "story", "paid_media"),
)


def bot_row(message: Object) -> Row:
    """Raw columns of a message of a public channel or supergroup, but for its platform."""
    chat = obj(message, "chat")
    if text(chat, "type") not in ("channel", "supergroup") or not text(chat, "username"):
        raise not_public("a message of a channel or supergroup with a username")
    bare = public_chat(number(chat.get("id"), "chat.id"))
    sender = obj(message, "sender_chat") or obj(message, "from") or chat
    words = text(message, "text", empty="")
    listed = "entities"
    if words is None:
        words, listed = text(message, "caption", empty=""), "caption_entities"
    medium = next((name for name in _BOT_MEDIA if message.get(name)), None)
    if words is None and medium is None:
        raise no_post("a message, no notice of the chat")
    entities = typed(message, listed, "type")
    return {
        "post_id": message_id(bare, message.get("message_id"), "message_id"),
        "author_id": str(number(sender.get("id"), "sender.id")),
        "author_handle": text(sender, "username"),
        "created_at": moment(message.get("date"), "date"),
        "text": without_names(words, entities),
        "kind": medium or "status",
        "link": outside_host(addresses(words, entities), OWN_HOSTS),
        **_bot_relation(message, bare),
    }


def _bot_relation(message: Object, bare: int) -> Row:
    origin = obj(message, "forward_origin")
    account = (
        *(obj(origin, name) for name in ("chat", "sender_chat", "sender_user")),
        *(obj(message, name) for name in ("forward_from_chat", "forward_from")),
    )
    given = next((found for found in account if found), {})
    if origin or given or message.get("forward_sender_name") is not None:
        id = number(given.get("id"), "forward.id") if given else None
        return repost(id, origin.get("message_id") or message.get("forward_from_message_id"))
    answered = obj(message, "reply_to_message")
    if not answered:
        return {"relation": "original"}
    writer = obj(answered, "sender_chat") or obj(answered, "from")
    row = reply(None, bare, answered.get("message_id"))
    return row | {"parent_author_id": str(number(writer["id"], "reply.id"))} if writer else row


def messages_in(value: Any) -> Iterator[Any]:
    """The message that an update of the interface for bots carries; any other value as it is."""
    if isinstance(value, dict) and "update_id" in value:
        for name in ("channel_post", "edited_channel_post", "message", "edited_message"):
            if isinstance(value.get(name), dict):
                yield value[name]
                return
    yield value
