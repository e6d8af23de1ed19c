"""Public channels and groups on Telegram, each as a result.json of Telegram Desktop."""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring as quoted
from typing import Final

import numpy as np

from howfar.simulate.export.form import Damage, Form
from howfar.simulate.export.ids import TELEGRAM_CHANNEL, TELEGRAM_USER, telegram_chats
from howfar.simulate.export.reactions import EMOJI, kinds
from howfar.simulate.export.rejects import replaced
from howfar.simulate.export.scene import Rows, Scene, View, stamps
from howfar.simulate.places import LANGUAGES, PLATFORMS
from howfar.simulate.plan import SECOND
from howfar.simulate.posts import ORIGINAL, SHARE
from howfar.simulate.texts import address

_EMPTY: Final = '""'
_TEXT = r'"text":\[?"'
_TIME = r'"date":"(\d+)-..-..T([^"]*)","date_unixtime":"\d+",'
_DAMAGES: Final[dict[str, Damage]] = {
    "no id": ("id", replaced(r'^\{"id":\d+', '{"id":0')),
    "time without zone": ("timezone", replaced(r'"date_unixtime":"\d+",', "")),
    "no such day": ("date", replaced(_TIME, r'"date":"\1-02-30T\2",')),
    "twin key": ("duplicate_key", replaced(r"^\{", '{"twin":1,"twin":2,')),
    "figure below zero": ("number", replaced(r'"count":\d+', '"count":-3')),
    "figure is no number": ("number", replaced(r'"count":\d+', '"count":NaN')),
    "half a character": ("encoding", replaced(_TEXT, r"\g<0>\\ud83d")),
    "NUL in a text": ("nul", replaced(_TEXT, r"\g<0>\\u0000")),
    "notice of the chat": ("not_a_post", replaced('"type":"message"', '"type":"service"')),
}


def form(name: str, kind: str, chat: int) -> Form:
    """The file of one chat. name, kind: as Telegram tells them; chat: its bare number."""
    return Form(
        _DAMAGES,
        always="no id",
        head=f'{{"name":{quoted(name)},"type":"{kind}","id":{chat},"messages":[\n',
        between=",\n",
        tail="\n]}\n",
    )


def records(scene: Scene, view: View) -> Mapping[str, tuple[Form, list[str]]]:
    """The messages of a part that a crawl of Telegram holds, by chat.

    Channels write in their own chats, persons in one public group for each language.
    """
    posts, rows = view.posts, view.rows(PLATFORMS.index("telegram"))
    chats = telegram_chats(posts, len(scene.channels), rows)
    made = {}
    for chat in np.unique(chats).tolist():
        here = rows[chats == chat]
        account = int(posts["account"][here[0]])
        if account < len(scene.channels):
            channel = scene.channels[account]
            file, name, kind = channel.channel, channel.name, "public_channel"
        else:
            tongue = LANGUAGES[posts["language"][here[0]]]
            file, name = f"sim_group_{tongue}", f"Simulated group {tongue}"
            kind = "public_supergroup"
        made[f"{file}/result.json"] = (
            form(name, kind, chat),
            _messages(scene, view, here, chat),
        )
    return made


def _messages(scene: Scene, view: View, rows: Rows, chat: int) -> list[str]:
    posts = view.posts
    account = posts["account"][rows]
    size = len(scene.channels)
    columns = zip(
        (posts["number"][rows] + 1).tolist(),
        stamps(posts["created"][rows], "s"),
        (posts["created"][rows] // SECOND).tolist(),
        scene.names(account),
        [_peer(a, size) for a in account.tolist()],
        _relations(scene, view, rows, chat),
        [
            _said(view.texts[n], o)
            for n, o in zip(rows.tolist(), posts["object"][rows].tolist(), strict=True)
        ],
        _reactions(view, rows),
        [f'"photo":"photos/sim_{n}.png",' if n >= 0 else "" for n in posts["picture"][rows]],
        strict=True,
    )
    return [
        f'{{"id":{id},"type":"message","date":"{date}","date_unixtime":"{unix}",'
        f'"from":"{name}","from_id":"{peer}",{relation}{photo}{reactions}"text":{text}}}'
        for id, date, unix, name, peer, relation, text, reactions, photo in columns
    ]


def _peer(account: int, channels: int) -> str:
    if account < channels:
        return f"channel{TELEGRAM_CHANNEL + account}"
    return f"user{TELEGRAM_USER + account}"


def _said(text: str, linked: int) -> str:
    """The text, in spans where it holds a link."""
    url = address(linked) if linked >= 0 else ""
    if not url or url not in text:
        return quoted(text)
    before, after = text.split(url, 1)
    spans = [quoted(before), f'{{"type":"link","text":"{url}"}}', quoted(after)]
    return f"[{','.join(span for span in spans if span != _EMPTY)}]"


def _relations(scene: Scene, view: View, rows: Rows, chat: int) -> list[str]:
    told = [""] * len(rows)
    places = np.flatnonzero(view.relation[rows] != ORIGINAL)
    parents = view.parent[rows[places]]
    authors = view.posts["account"][parents]
    size = len(scene.channels)
    for place, kind, answered, author, name, where in zip(
        places.tolist(),
        view.relation[rows[places]].tolist(),
        (view.posts["number"][parents] + 1).tolist(),
        authors.tolist(),
        scene.names(authors),
        telegram_chats(view.posts, size, parents).tolist(),
        strict=True,
    ):
        if kind == SHARE:
            told[place] = f'"forwarded_from":"{name}","forwarded_from_id":"{_peer(author, size)}",'
        else:
            elsewhere = "" if where == chat else f'"reply_to_peer_id":"channel{where}",'
            told[place] = f'"reply_to_message_id":{answered},{elsewhere}'
    return told


def _reactions(view: View, rows: Rows) -> list[str]:
    likes = view.posts["likes"][rows]
    split = {kind: column.tolist() for kind, column in kinds(view.posts, rows).items()}
    told = []
    for place, total in enumerate(likes.tolist()):
        parts = [
            f'{{"type":"emoji","count":{split[kind][place]},"emoji":"{emoji}"}}'
            for kind, emoji in EMOJI.items()
            if split[kind][place] > 0
        ]
        told.append(f'"reactions":[{",".join(parts)}],' if total > 0 else "")
    return told
