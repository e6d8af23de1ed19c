"""Telegram: the real channel, the forms of one message, what is private, ids and reactions."""

from __future__ import annotations

import json
import zoneinfo
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import FIXTURES, Reading, read_all

from howfar.privacy.redaction import EMAIL, MENTION, PHONE
from howfar.readers import telegram_api, telegram_desktop
from howfar.readers.discovery import sure_guess
from howfar.readers.json_values import BadPostError
from howfar.readers.telegram_forms import any_row
from howfar.readers.telegram_message import (
    bare_channel,
    marked_channel,
    moment,
    reaction_columns,
    without_names,
)
from howfar.schema.reader import ReadContext, Reader

CONTEXT = ReadContext(source="telegram")
CHAT = {"name": "Harbour", "type": "public_channel", "id": 1234567890}
MESSAGE = {"id": 2, "type": "message", "date": "2024-05-01T21:30:00", "text": "t"}
MESSAGE |= {"date_unixtime": "1714555800", "from_id": "channel1234567890"}
PRIVATE = ("private_channel", "private_supergroup", "private_group", "personal_chat", "bot_chat")


def test_the_real_channel(shared: Path) -> None:
    path = shared / "samples" / "telegram-api" / "data_raw_1001966291562_messages.json"
    assert sure_guess(path)[0] is telegram_api.READER
    rows, rejects, tally = read_all(telegram_api.READER, path, CONTEXT)
    told = json.loads(path.read_text("utf-8"))
    assert (len(rows), rejects, tally.records) == (596, [], 596)
    assert tally.unknown_columns == {"category": 596}
    for place, (row, message) in enumerate(zip(rows, told, strict=True)):
        assert row == {
            **{"platform": "telegram", "line": 2 + 8 * place, "relation": "unknown"},
            "post_id": f"1966291562/{message['message_id']}",
            "author_id": "-1001966291562",
            "text": message["text"],
            "created_at": message["date"].replace("+00:00", "Z"),
        }


def _read(reader: Reader, value: Any, tmp_path: Path, context: ReadContext = CONTEXT) -> Reading:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(value), "utf-8")
    return read_all(reader, path, context)


@pytest.mark.parametrize("type", [*PRIVATE, "saved_messages", "replies", "", None, 5])
def test_no_message_of_a_private_chat_is_read(type: Any, tmp_path: Path) -> None:
    export = CHAT | {"type": type, "messages": [MESSAGE, MESSAGE | {"id": 3}, 7]}
    rows, rejects, tally = _read(telegram_desktop.READER, export, tmp_path)
    assert rows == []
    assert [r.reason for r in rejects] == ["not_public"] * 3
    assert tally.records == 3


def test_a_chat_whose_type_comes_too_late_or_never_is_not_public(tmp_path: Path) -> None:
    late = {"messages": [MESSAGE], "type": "public_channel", "id": 1}
    for export in ({"id": 1, "messages": [MESSAGE]}, late):
        rows, rejects, _ = _read(telegram_desktop.READER, export, tmp_path)
        assert ([r.reason for r in rejects], rows) == (["not_public"], [])


def test_the_type_of_one_chat_does_not_reach_the_next(tmp_path: Path) -> None:
    chats = [CHAT | {"messages": [MESSAGE]}, {"id": 98, "name": "x", "messages": [MESSAGE]}]
    account = {"about": "x", "personal_information": {}, "chats": {"list": chats}}
    rows, rejects, _ = _read(telegram_desktop.READER, account, tmp_path)
    assert [row["post_id"] for row in rows] == ["1234567890/2"]
    assert [r.reason for r in rejects] == ["not_public"]


def test_what_damage_tears_out_of_a_public_channel_is_its_own_by_its_sender(tmp_path: Path) -> None:
    own = json.dumps(MESSAGE | {"id": 3})
    other = json.dumps(MESSAGE | {"id": 4, "from_id": "user9"})
    head = json.dumps(CHAT | {"messages": [MESSAGE]})[:-2]
    path = tmp_path / "result.json"
    path.write_text(f"{head}], broken {{\n {own},\n {other}\n]}}", "utf-8")
    rows, rejects, _ = read_all(telegram_desktop.READER, path, CONTEXT)
    assert [row["post_id"] for row in rows] == ["1234567890/2", "1234567890/3"]
    assert "not_public" in {r.reason for r in rejects}
    torn = path.read_text("utf-8")
    path.write_text(torn.replace("public_channel", "private_channel"), "utf-8")
    assert list(read_all(telegram_desktop.READER, path, CONTEXT)[0]) == []
    # In the export of an account what is torn out may be of another, private chat.
    path.write_text('{"personal_information": {}, "chats": {"list": [' + torn, "utf-8")
    rows, *_ = read_all(telegram_desktop.READER, path, CONTEXT)
    assert [row["post_id"] for row in rows] == ["1234567890/2"]


def test_an_account_is_known_as_one_whatever_comes_first(tmp_path: Path) -> None:
    contacts = {"list": [{"user_id": n, "phone_number": "0" * 30} for n in range(2_000)]}
    account = {"about": "x", "personal_information": {"user_id": 1}, "contacts": contacts}
    chats = {"about": "x", "list": [CHAT | {"messages": [MESSAGE]}]}
    (row,), rejects, tally = _read(telegram_desktop.READER, account | {"chats": chats}, tmp_path)
    assert (row["post_id"], rejects, tally.records) == ("1234567890/2", [], 1)
    assert sure_guess(tmp_path / "result.json")[0] is telegram_desktop.READER


def test_local_times_of_old_exports_need_a_zone(tmp_path: Path) -> None:
    old = CHAT | {"messages": [{k: v for k, v in MESSAGE.items() if k != "date_unixtime"}]}
    _, (reject,), _ = _read(telegram_desktop.READER, old, tmp_path)
    assert reject.reason == "timezone"
    there = ReadContext(source="t", timezone=zoneinfo.ZoneInfo("Pacific/Auckland"))
    (row,), *_ = _read(telegram_desktop.READER, old, tmp_path, there)
    assert row["created_at"] == "2024-05-01T09:30:00Z"


def test_the_exact_time_wins_over_the_local_one(tmp_path: Path) -> None:
    export = CHAT | {"messages": [MESSAGE | {"date": "2024-05-01T23:59:59"}]}
    (row,), *_ = _read(telegram_desktop.READER, export, tmp_path)
    assert row["created_at"] == "2024-05-01T09:30:00Z"


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("plain", "plain"),
        ({"type": "bold", "text": "bold"}, "bold"),
        ({"type": "mention_name", "text": "Nine of Ten", "user_id": 9}, MENTION),
        ({"type": "mention", "text": "@resident_9"}, "@resident_9"),
        ({"type": "mention", "text": "resident 9"}, MENTION),
        ({"type": "phone", "text": "555"}, PHONE),
        ({"type": "bank_card", "text": "4242 4242"}, PHONE),
        ({"type": "email", "text": "nine at ten"}, EMAIL),
        ({"type": "new_type", "text": "new"}, "new"),
    ],
)
def test_spans_that_name_a_person(part: Any, shown: str, tmp_path: Path) -> None:
    export = CHAT | {"messages": [MESSAGE | {"text": ["a ", part, " z"]}]}
    (row,), *_ = _read(telegram_desktop.READER, export, tmp_path)
    assert row["text"] == f"a {shown} z"


def test_one_message_is_the_same_post_in_every_form() -> None:
    ids = set()
    for name in ("good.json", "client.json", "tdlib.json", "bot.json"):
        rows, *_ = read_all(telegram_api.READER, FIXTURES / "telegram-api" / name, CONTEXT)
        ids.add((rows[0]["post_id"], rows[0]["author_id"], rows[0]["created_at"]))
    rows, *_ = read_all(
        telegram_desktop.READER, FIXTURES / "telegram-desktop" / "result.json", CONTEXT
    )
    ids.add((rows[0]["post_id"], rows[0]["author_id"], rows[0]["created_at"]))
    assert ids == {("1234567890/2", "-1001234567890", "2024-05-01T09:30:00Z")}


@pytest.mark.parametrize("value", [1234567890, "1234567890", -1001234567890, "-1001234567890"])
def test_a_channel_has_one_number(value: Any) -> None:
    assert bare_channel(value, "id") == 1234567890
    assert marked_channel(1234567890) == "-1001234567890"


@pytest.mark.parametrize("value", [0, "", None, 1.5, "12a", -77, 10**13, True, [1]])
def test_what_is_no_number_of_a_channel(value: Any) -> None:
    with pytest.raises(BadPostError) as bad:
        bare_channel(value, "id")
    assert bad.value.reason == "id"


@pytest.mark.parametrize(
    ("value", "stamp"),
    [
        (1714555800, 1714555800_000000),
        ("1714555800", 1714555800_000000),
        ("2024-05-01T09:30:00+00:00", "2024-05-01T09:30:00+00:00"),
        (None, None),
        ("", None),
    ],
)
def test_times(value: Any, stamp: Any) -> None:
    assert moment(value, "date") == stamp


@pytest.mark.parametrize("value", [1.5, -1, True, [1], 10**12])
def test_what_is_no_time(value: Any) -> None:
    with pytest.raises(BadPostError) as bad:
        moment(value, "date")
    assert bad.value.reason == "date"


def test_reactions_by_kind() -> None:
    every = [("👍", 40), ("❤", 5), ("❤️", 1), ("🥰", 2), ("😢", 3), ("👎", 7), (None, 4), ("🙏", 1)]
    assert reaction_columns(every) == {
        **{"reactions": 63, "reaction_like": 40, "reaction_love": 8, "reaction_sad": 3},
        **{"reaction_thankful": 1, "reaction_other": 11},
    }
    assert reaction_columns([]) == {"reactions": 0}


@pytest.mark.parametrize(
    "entity",
    [
        {"offset": -1, "length": 2},
        {"offset": 0, "length": 0},
        {"offset": 0, "length": 99},
        {"offset": "0", "length": 2},
        {"offset": 1.0, "length": 2},
        {},
    ],
)
def test_impossible_spans_change_nothing(entity: dict[str, Any]) -> None:
    assert without_names("some words", [("text_mention", entity)]) == "some words"


@pytest.mark.parametrize(
    "text",
    [
        "says [Nine of Ten](tg://user?id=9)",
        "says <a href='tg://user?id=9'>Nine of Ten</a>",
        'says <a href="tg://user?id=9">Nine of Ten</a>',
    ],
)
def test_a_name_that_a_link_leads_from_goes(text: str) -> None:
    told = {"message_id": 1, "sender_id": -1001234567890, "date": 1714555800, "text": text}
    assert any_row(told, {})["text"] == f"says {MENTION}"


def test_a_number_that_stands_for_a_persons_chat_is_never_taken_for_a_channel() -> None:
    for chat in (9, "9", 1234567890, -77, -(10**12)):
        with pytest.raises(BadPostError) as bad:
            any_row({"message_id": 1, "chat_id": chat, "date": 1714555800, "text": "x"}, {})
        assert bad.value.reason == "not_public"


@pytest.mark.parametrize("value", [None, 5, [], {}, {"_": "MessageEmpty"}, {"@type": "chat"}])
def test_other_values_are_no_posts(value: Any) -> None:
    with pytest.raises(BadPostError) as bad:
        any_row(value, {})
    assert bad.value.reason == "not_a_post"


def test_a_count_is_never_told_with_the_records_own_words() -> None:
    told = {"message_id": 1, "sender_id": -1001234567890, "date": 1, "text": "x"}
    with pytest.raises(BadPostError) as bad:
        any_row(told | {"reactions": {"Nine of Ten": "1"}}, {})
    assert bad.value.reason == "number"
    assert "Nine" not in bad.value.detail
