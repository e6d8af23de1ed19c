"""Statuses on Mastodon as its servers answer, one a line."""

from __future__ import annotations

import html
from collections.abc import Mapping
from json.encoder import encode_basestring as quoted
from typing import Final

import numpy as np

from howfar.simulate.export.form import Form
from howfar.simulate.export.ids import MASTODON_ACCOUNT, MASTODON_STATUS
from howfar.simulate.export.rejects import cut, json_damages, replaced
from howfar.simulate.export.scene import INSTANCE, Rows, Scene, View, stamps
from howfar.simulate.export.x_api_v2 import figures
from howfar.simulate.places import LANGUAGES, PLATFORMS
from howfar.simulate.posts import QUOTE, REPLY, SHARE
from howfar.simulate.texts import address

FILE: Final = "simulated_statuses.jsonl"
_SERVER: Final = f"https://{INSTANCE}"
_NOBODY_ELSE = replaced('"visibility":"public"', '"visibility":"private"')
FORM: Final = Form(
    {
        **json_damages("id", "created_at", "content", "followers_count"),
        "cut line": ("json", cut),
        "answer without posts": ("not_a_post", lambda _: '{"error":"Record not found"}'),
        "for followers alone": ("not_public", _NOBODY_ELSE),
    },
    always="cut line",
)
_FIGURES = {"comments": "replies_count", "shares": "reblogs_count", "likes": "favourites_count"}


def records(scene: Scene, view: View) -> Mapping[str, tuple[Form, list[str]]]:
    """The statuses of a part that a crawl of Mastodon holds."""
    posts, rows = view.posts, view.rows(PLATFORMS.index("mastodon"))
    boost = view.relation[rows] == SHARE
    own = [
        '"replies_count":0,"reblogs_count":0,"favourites_count":0' if boosted else told
        for boosted, told in zip(boost.tolist(), figures(posts, rows, _FIGURES), strict=True)
    ]
    lines = [
        f"{{{head}{',' if counted else ''}{counted}{relation}}}"
        for head, counted, relation in zip(
            _heads(scene, view, rows), own, _relations(scene, view, rows), strict=True
        )
    ]
    return {FILE: (FORM, lines)}


def _heads(scene: Scene, view: View, rows: Rows) -> list[str]:
    """Members of statuses but figures and what they refer to, without the brackets."""
    posts = view.posts
    account = posts["account"][rows]
    columns = zip(
        (posts["number"][rows] + MASTODON_STATUS).tolist(),
        stamps(posts["created"][rows], "ms"),
        [LANGUAGES[n] for n in posts["language"][rows].tolist()],
        [_content(view.texts[n]) for n in rows.tolist()],
        (account + MASTODON_ACCOUNT).tolist(),
        scene.society.handles(account),
        scene.names(account),
        scene.society.followers[account].tolist(),
        [_card(n) for n in posts["object"][rows].tolist()],
        [_picture(n) for n in posts["picture"][rows].tolist()],
        strict=True,
    )
    return [
        f'"id":"{id}","created_at":"{at}Z","sensitive":false,"spoiler_text":"",'
        f'"visibility":"public","language":"{language}","url":"{_SERVER}/@{handle}/{id}",'
        f'"edited_at":null,"content":{content},"account":{{"id":"{author}",'
        f'"username":"{handle}","acct":"{handle}","display_name":"{name}",'
        f'"url":"{_SERVER}/@{handle}","followers_count":{followers}}},'
        f'"media_attachments":[{picture}],"tags":[],"emojis":[],{card}"poll":null'
        for (
            id,
            at,
            language,
            content,
            author,
            handle,
            name,
            followers,
            card,
            picture,
        ) in columns
    ]


def _content(text: str) -> str:
    told = html.escape(text, quote=False)
    return quoted("<p>" + told.replace("\n", "<br>") + "</p>")


def _card(linked: int) -> str:
    if linked < 0:
        return ""
    return f'"card":{{"url":"{address(linked)}","title":"Simulated page","type":"link"}},'


def _picture(number: int) -> str:
    if number < 0:
        return ""
    return f'{{"id":"{number}","type":"image","url":"{_SERVER}/media/{number}.png"}}'


def _relations(scene: Scene, view: View, rows: Rows) -> list[str]:
    """Members (M,) that name what a status answers, boosts or quotes."""
    told = ['"mentions":[],"reblog":null'] * len(rows)
    posts = view.posts
    places = np.flatnonzero(view.parent[rows] >= 0)
    kind = view.relation[rows[places]]
    parents = view.parent[rows[places]]
    answered = parents[kind == REPLY]
    for place, id, author, handle in zip(
        places[kind == REPLY].tolist(),
        (posts["number"][answered] + MASTODON_STATUS).tolist(),
        (posts["account"][answered] + MASTODON_ACCOUNT).tolist(),
        scene.society.handles(posts["account"][answered]),
        strict=True,
    ):
        told[place] = (
            f'"in_reply_to_id":"{id}","in_reply_to_account_id":"{author}","reblog":null,'
            f'"mentions":[{{"id":"{author}","username":"{handle}","acct":"{handle}",'
            f'"url":"{_SERVER}/@{handle}"}}]'
        )
    inner = np.isin(kind, (SHARE, QUOTE))
    for place, relation, status in zip(
        places[inner].tolist(),
        kind[inner].tolist(),
        _heads(scene, view, parents[inner]),
        strict=True,
    ):
        told[place] = '"mentions":[],' + (
            f'"reblog":{{{status}}}'
            if relation == SHARE
            else f'"quote":{{"state":"accepted","quoted_status":{{{status}}}}},"reblog":null'
        )
    return [f",{one}" for one in told]
