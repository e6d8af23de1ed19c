"""Telegram Desktop's result.json: one public channel or group, or a whole account's chats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from howfar.readers.documents import head_of
from howfar.readers.json_head import json_head
from howfar.readers.json_posts import Row, json_posts, no_post, not_public
from howfar.readers.json_values import BadPostError, Object, objs, text
from howfar.readers.marked_text import mention, outside_host
from howfar.readers.telegram_message import (
    OWN_HOSTS,
    PERSONAL,
    bare_channel,
    count_of,
    marked_channel,
    message_id,
    moment,
    reaction_columns,
)
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_PUBLIC = frozenset({"public_channel", "public_supergroup"})
_TYPES = (
    "public_channel|public_supergroup|private_channel|private_supergroup|private_group"
    "|personal_chat|bot_chat|saved_messages|replies|verification_codes"
)
_PEER = re.compile(r"(user|chat|channel)([0-9]{1,16})")
_KNOWN = frozenset(
    """
    id type date date_unixtime edited edited_unixtime from from_id author forwarded_from
    forwarded_from_id saved_from saved_from_id reply_to_message_id reply_to_peer_id via_bot text
    text_entities reactions photo photo_file_size file file_name file_size thumbnail
    thumbnail_file_size media_type mime_type duration_seconds width height sticker_emoji performer
    title media_spoiler poll location_information live_location_period_seconds place_name address
    contact_information contact_vcard contact_vcard_file_size game_title game_description game_link
    invoice_information self_destruct_period_seconds inline_bot_buttons giveaway_information
    giveaway_results paid_media todo_list boost_from_gift actor actor_id action members message_id
    new_title new_icon_emoji_id inviter emoticon discard_reason information_text schedule_date
    duration game_message_id score amount currency months
    """.split()
)

_HEAD_BYTES = 65_536


class TelegramDesktop:
    """Messages of chats that are open to all; those of any other chat are refused one by one."""

    declaration = ReaderDeclaration(
        id="telegram-desktop",
        title="Telegram Desktop export (result.json)",
        platform="telegram",
        exported_by="Telegram Desktop: Export chat history, or Export Telegram data, as JSON",
        supplies=("posts", "counts.reactions", "counts.reaction_*"),
        lacks=(
            "views, forwards, replies and members, which Telegram Desktop does not export; the "
            "time of the export, which the study declares; usernames: name a channel in "
            "channels.csv by its account_id, -100 and the number that the file gives as id. A "
            "forward names its origin in words, seldom by id, and never the message. Private "
            "chats, groups and channels are rejected as not_public, notices of the chat as "
            "not_a_post. Older exports give local times alone, without a zone"
        ),
        tested_on="documentation",
        needs=("observed_at",),
        how_to_obtain=(
            "In Telegram Desktop open the public channel, then the menu with three dots, Export "
            "chat history, format JSON, without media: the messages lie in result.json. Note the "
            "time. Export single channels rather than the whole account, which holds private chats."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where messages stand in a chat whose type Telegram Desktop names."""
        shown = json_head(head)
        if shown.has("type", "id", "messages") and shown.says("type", _TYPES):
            return Sniff(0.95, "a chat with a type of Telegram Desktop holds messages")
        if shown.has("about", "personal_information") or shown.has("about", "chats", "list"):
            return Sniff(0.9, "the file is the export of a whole account of Telegram")
        return Sniff(0.0, "there is no chat with type, id and messages")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Messages in the file's order, chat after chat."""
        names = json_head(head_of(document, _HEAD_BYTES)).names
        alone = not names & {"chats", "left_chats", "personal_information"}
        channel: Mapping[str, Any] = {}

        def row(message: Any, chat: Mapping[str, Any]) -> Row:
            nonlocal channel
            if chat.get("type") == "public_channel":
                channel = chat
            elif alone and not chat and _is_by(message, channel):
                # Damage has torn the message out of its list; its sender is the public channel.
                chat = channel
            return _row(message, chat)

        return json_posts(
            document,
            context,
            tally,
            lists=("messages", "chats.list.*.messages", "left_chats.list.*.messages"),
            is_record=_is_record,
            row=row,
            known=_KNOWN,
        )


def _is_record(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and {"id", "type"} <= value.keys()
        and ("date" in value or "date_unixtime" in value or value["type"] == "unsupported")
    )


def _is_by(message: Any, channel: Mapping[str, Any]) -> bool:
    if not isinstance(message, dict) or "id" not in channel:
        return False
    return bool(message.get("from_id") == f"channel{channel['id']}")


def _row(message: Any, chat: Mapping[str, Any]) -> Row:
    # Asked first, so that of a private chat nothing else is looked at.
    if chat.get("type") not in _PUBLIC:
        raise not_public("a message of a public channel or public supergroup")
    if not isinstance(message, dict) or message.get("type") != "message":
        raise no_post("a message, no notice of the chat")
    bare = bare_channel(chat.get("id"), "id of the chat")
    author = _peer(message, "from_id")
    if author is None and chat["type"] == "public_channel":
        author = marked_channel(bare)
    row: Row = {
        "platform": "telegram",
        "post_id": message_id(bare, message.get("id"), "id"),
        "author_id": author,
        "created_at": moment(message.get("date_unixtime"), "date_unixtime")
        or text(message, "date"),
        "text": _text(message),
        "kind": _kind(message),
        "link": outside_host(_links(message), OWN_HOSTS),
        **_relation(message, bare),
    }
    if message.get("reactions") is not None:
        row |= reaction_columns(
            (text(reaction, "emoji"), count_of(reaction, "count"))
            for reaction in objs(message, "reactions")
        )
    return row


def _relation(message: Object, bare: int) -> Row:
    if any(message.get(name) for name in ("forwarded_from", "forwarded_from_id", "saved_from")):
        return {
            "relation": "repost",
            "parent_author_id": _peer(message, "forwarded_from_id"),
        }
    answered = message.get("reply_to_message_id")
    if answered is None:
        return {"relation": "original"}
    peer = _PEER.fullmatch(text(message, "reply_to_peer_id") or f"channel{bare}")
    if peer is None or peer[1] != "channel":
        return {"relation": "reply"}
    where = bare_channel(peer[2], "reply_to_peer_id")
    return {
        "relation": "reply",
        "parent_id": message_id(where, answered, "reply_to_message_id"),
    }


def _peer(message: Object, key: str) -> str | None:
    """An account's id from user, chat or channel and a number; exports before 2021 give numbers."""
    found = message.get(key)
    if found is None:
        return None
    if type(found) is int and found > 0:
        return str(found)
    peer = _PEER.fullmatch(found) if isinstance(found, str) else None
    if peer is None:
        raise BadPostError("id", f"{key}: expected user, chat or channel and a number")
    if peer[1] == "channel":
        return marked_channel(bare_channel(peer[2], key))
    return peer[2] if peer[1] == "user" else f"-{peer[2]}"


def _parts(message: Object) -> list[Object]:
    """The text as a list of spans, plain ones too."""
    found = message.get("text")
    listed = found if isinstance(found, list) else [found]
    parts: list[Object] = []
    for part in listed:
        if isinstance(part, str):
            parts.append({"type": "plain", "text": part})
        elif isinstance(part, dict):
            parts.append(part)
        elif part is not None:
            raise BadPostError("type", "text: expected a text or a list of spans")
    return parts


def _text(message: Object) -> str | None:
    if message.get("text") is None:
        return None
    return "".join(_shown(part) for part in _parts(message))


def _shown(part: Object) -> str:
    words, kind = text(part, "text", empty="") or "", text(part, "type")
    if kind == "mention":
        return mention(words)
    return PERSONAL.get(kind or "", words)


def _links(message: Object) -> Iterator[str | None]:
    for part in _parts(message):
        if part.get("type") in ("text_link", "link"):
            yield text(part, "href") or text(part, "text")


def _kind(message: Object) -> str:
    """The medium as the export names it, else status."""
    for name in ("photo", "poll", "location_information", "contact_information"):
        if message.get(name):
            return name.removesuffix("_information")
    return text(message, "media_type") or ("file" if message.get("file") else "status")


READER = TelegramDesktop()
