"""What all exports of Telegram share: ids of accounts and messages, reactions, marked spans.

Accounts have their ids as Telegram's interface for bots writes them: a person's number as it is,
a channel's or supergroup's after -100. A message's number counts within its chat alone, so its id
here is the chat's bare number, a slash and its own, as in t.me/c/1234567890/56.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from howfar.privacy.redaction import EMAIL, MENTION, PHONE
from howfar.readers.fields import MOST
from howfar.readers.json_posts import Row, not_public
from howfar.readers.json_values import BadPostError, Object, objs, text
from howfar.readers.marked_text import Span, Units, mention, replaced
from howfar.schema.tables import REACTION_KINDS

CHANNEL_BASE = -(10**12)
_MOST_NUMBER = 10**12
_LATEST = 10**11
_LONGEST_LINK = 2_048

_KINDS = {
    **dict.fromkeys("👍", "like"),
    **dict.fromkeys(("❤", "❤️", "❤‍🔥", "❤️‍🔥", "🥰", "😍", "💘", "💋"), "love"),
    "🤗": "care",
    **dict.fromkeys("😁😂🤣", "haha"),
    **dict.fromkeys("🤯😱😮", "wow"),
    **dict.fromkeys("😢😭💔", "sad"),
    **dict.fromkeys("😡🤬", "angry"),
    "🙏": "thankful",
}
"""Kinds of reactions by emoji; every other one, custom and paid ones too, is 'other'."""

PERSONAL = {
    **dict.fromkeys(("mention_name", "text_mention", "MessageEntityMentionName"), MENTION),
    **dict.fromkeys(("InputMessageEntityMentionName", "textEntityTypeMentionName"), MENTION),
    **dict.fromkeys(("phone", "phone_number", "MessageEntityPhone"), PHONE),
    **dict.fromkeys(("textEntityTypePhoneNumber", "bank_card", "MessageEntityBankCard"), PHONE),
    "textEntityTypeBankCardNumber": PHONE,
    **dict.fromkeys(("email", "MessageEntityEmail", "textEntityTypeEmailAddress"), EMAIL),
}
"""What is written for spans that name a person in plain words or tell a number or an address."""

MENTIONS = frozenset(("mention", "MessageEntityMention", "textEntityTypeMention"))
LINKS = frozenset(("url", "MessageEntityUrl", "textEntityTypeUrl"))

OWN_HOSTS = re.compile(r"(?:^|\.)(?:t\.me|telegram\.(?:me|dog|org)|tg\.dev)$")


def number(value: Any, name: str) -> int:
    """A whole number that stands for an id; BadPostError id where it is none."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,16}", value):
        value = int(value)
    if type(value) is not int or value == 0:
        raise BadPostError("id", f"{name}: expected a whole number that is not zero")
    return value


def bare_channel(value: Any, name: str) -> int:
    """A channel's or supergroup's bare number, from it or from its marked id (-100...)."""
    found = number(value, name)
    bare = CHANNEL_BASE - found if found < 0 else found
    if not 0 < bare < _MOST_NUMBER:
        raise BadPostError("id", f"{name}: expected the number of a channel or supergroup")
    return bare


def is_channel(marked: int) -> bool:
    """Whether a marked id is that of a channel or supergroup."""
    return marked < CHANNEL_BASE


def marked_channel(bare: int) -> str:
    """The id of a channel as an account, -100 and its number."""
    return str(CHANNEL_BASE - bare)


def message_id(bare_chat: int, value: Any, name: str) -> str:
    """The id of a message of a chat."""
    found = number(value, name)
    if found < 0:
        raise BadPostError("id", f"{name}: expected a whole number above zero")
    return f"{bare_chat}/{found}"


def public_chat(marked: int) -> int:
    """The bare number of a chat by its marked id; persons' chats and basic groups are private."""
    if not is_channel(marked):
        raise not_public("a message of a channel or supergroup")
    return CHANNEL_BASE - marked


def moment(value: Any, name: str) -> int | str | None:
    """A time as UTC microseconds where it counts seconds since 1970, else the text that it is."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,11}", value):
        value = int(value)
    if value is None or (isinstance(value, str) and not isinstance(value, bool)):
        return value or None
    if type(value) is not int or not 0 <= value < _LATEST:
        raise BadPostError("date", f"{name}: expected seconds since 1970")
    return value * 1_000_000


def reaction_columns(counted: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    """Reactions in all and by kind from pairs of emoji (null: no emoji) and count."""
    kinds: dict[str, int] = {}
    for emoji, count in counted:
        kind = _KINDS.get(emoji or "", "other")
        kinds[kind] = kinds.get(kind, 0) + count
    return {
        "reactions": sum(kinds.values()),
        **{f"reaction_{kind}": kinds[kind] for kind in REACTION_KINDS if kind in kinds},
    }


def count_of(value: Object, key: str) -> int:
    """A count that a reaction must have."""
    found = value.get(key)
    if type(found) is not int or not 0 <= found < MOST:
        # The key may be the record's own word, an emoji say.
        raise BadPostError("number", "reactions: expected whole numbers of zero or more")
    return found


def without_names(shown: str | None, entities: Iterable[tuple[str | None, Object]]) -> str | None:
    """A text without the persons that its entities (type and entity) name in plain words.

    Offsets and lengths of entities count code units of UTF-16.
    """
    if not shown:
        return shown
    spans: list[Span] = []
    for kind, entity in entities:
        start, size = entity.get("offset"), entity.get("length")
        if type(start) is not int or type(size) is not int or start < 0 or size < 1:
            continue
        if kind in MENTIONS:
            spans.append((start, start + size, mention))
        elif kind in PERSONAL:
            spans.append((start, start + size, PERSONAL[kind]))
    return replaced(shown, spans, "utf-16-le") if spans else shown


def addresses(
    shown: str | None, entities: Iterable[tuple[str | None, Object]]
) -> Iterator[str | None]:
    """The addresses of a text's links in order, whether they are seen or stand behind words."""
    units = Units(shown or "", "utf-16-le")
    for kind, entity in entities:
        start, size = entity.get("offset"), entity.get("length")
        if text(entity, "url"):
            yield text(entity, "url")
        elif kind in LINKS and type(start) is int and type(size) is int:
            yield units.part(start, start + min(size, _LONGEST_LINK))


def typed(message: Object, key: str, kind: str) -> list[tuple[str | None, Object]]:
    """Entities with their types, which stand under the name ``kind``."""
    return [(text(entity, kind), entity) for entity in objs(message, key)]


def repost(origin: int | None, post: Any) -> Row:
    """A forward of a message of an account (marked id), both as far as they are told."""
    known = origin is not None and is_channel(origin) and post is not None
    return {
        "relation": "repost",
        "parent_id": message_id(public_chat(origin or 0), post, "forward") if known else None,
        "parent_author_id": None if origin is None else str(origin),
    }


def reply(chat: int | None, bare: int, answered: Any) -> Row:
    """An answer to a message of the same chat, or of another one (marked id)."""
    if chat is not None and not is_channel(chat):
        return {"relation": "reply"}
    where = bare if chat is None else public_chat(chat)
    return {"relation": "reply", "parent_id": message_id(where, answered, "reply_to")}
