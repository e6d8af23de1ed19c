"""Posts on X as answers of the API v2, one post a line with what it refers to inside."""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring as quoted
from typing import Final

import numpy as np

from howfar.simulate.export.form import Form
from howfar.simulate.export.ids import X_POST, X_USER
from howfar.simulate.export.rejects import cut, json_damages
from howfar.simulate.export.scene import Rows, Scene, View, stamps
from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.posts import QUOTE, REPLY, SHARE, Posts
from howfar.simulate.texts import address

FILE: Final = "simulated_posts.jsonl"
FORM: Final = Form(
    {
        **json_damages("id", "created_at", "text", "like_count"),
        "cut line": ("json", cut),
        "answer without posts": (
            "not_a_post",
            lambda _: '{"errors":[{"title":"Not Found Error","detail":"simulated"}]}',
        ),
    },
    always="cut line",
)

_REFERENCES = {REPLY: "replied_to", SHARE: "retweeted", QUOTE: "quoted"}
_FIGURES = {
    "shares": "retweet_count",
    "comments": "reply_count",
    "likes": "like_count",
    "views": "impression_count",
}


def records(scene: Scene, view: View) -> Mapping[str, tuple[Form, list[str]]]:
    """The posts of a part that a crawl of X holds."""
    posts, rows = view.posts, view.rows(PLATFORMS.index("x"))
    account = posts["account"][rows]
    handles, names = scene.society.handles(account), scene.names(account)
    columns = zip(
        (posts["number"][rows] + X_POST).tolist(),
        (account + X_USER).tolist(),
        (posts["number"][view.thread[rows]] + X_POST).tolist(),
        stamps(posts["created"][rows], "s"),
        [LANGUAGES[n] for n in posts["language"][rows].tolist()],
        [quoted(view.texts[n]) for n in rows.tolist()],
        figures(posts, rows, _FIGURES),
        _references(scene, view, rows),
        _further(scene, posts, rows),
        handles,
        names,
        scene.society.followers[account].tolist(),
        strict=True,
    )
    taken = stamps(np.array([view.crawl.at]), "s")[0]
    end = f'"__twarc":{{"version":"2.14.0","retrieved_at":"{taken}+00:00"}}}}'
    lines = [
        f'{{"id":"{id}","text":{text},"author_id":"{author}","conversation_id":"{thread}",'
        f'"created_at":"{created}.000Z","lang":"{language}","edit_history_tweet_ids":["{id}"],'
        f'"public_metrics":{{{metrics}}},{references}{further}'
        f'"author":{{"id":"{author}","username":"{handle}","name":"{name}",'
        f'"public_metrics":{{"followers_count":{followers}}}}},{end}'
        for (
            id,
            author,
            thread,
            created,
            language,
            text,
            metrics,
            references,
            further,
            handle,
            name,
            followers,
        ) in columns
    ]
    return {FILE: (FORM, lines)}


def figures(posts: Posts, rows: Rows, names: Mapping[str, str], quote: str = "") -> list[str]:
    """Members of an object with the figures of posts in these rows (M,), missing ones left out.

    names: of a member, by column. quote: what stands around a figure.
    """
    columns = [posts[column][rows] for column in names]
    told = [column.tolist() for column in columns]
    keys = [f'"{name}":{quote}' for name in names.values()]
    if all((column >= 0).all() for column in columns):
        form = ",".join(f"{key}%d{quote}" for key in keys)
        return [form % figures for figures in zip(*told, strict=True)]
    return [
        ",".join(f"{k}{v}{quote}" for k, v in zip(keys, values, strict=True) if v >= 0)
        for values in zip(*told, strict=True)
    ]


def _references(scene: Scene, view: View, rows: Rows) -> list[str]:
    """Members (M,) that name the parent; its own words are not told again."""
    told = [""] * len(rows)
    places = np.flatnonzero(view.parent[rows] >= 0)
    parents = view.parent[rows[places]]
    author = view.posts["account"][parents]
    for place, kind, id, account, handle in zip(
        places.tolist(),
        view.relation[rows[places]].tolist(),
        (view.posts["number"][parents] + X_POST).tolist(),
        (author + X_USER).tolist(),
        scene.society.handles(author),
        strict=True,
    ):
        answered = f'"in_reply_to_user_id":"{account}",' if kind == REPLY else ""
        told[place] = (
            f'"referenced_tweets":[{{"type":"{_REFERENCES[kind]}","id":"{id}",'
            f'"author_id":"{account}","author":{{"id":"{account}","username":"{handle}"}}}}],'
            f"{answered}"
        )
    return told


def _further(scene: Scene, posts: Posts, rows: Rows) -> list[str]:
    """Members (M,) that few posts have: a link, a picture, a place, countries that see nothing."""
    told = [""] * len(rows)
    link, picture = posts["object"][rows], posts["picture"][rows]
    withheld, account = posts["withheld"][rows], posts["account"][rows]
    tagged = account % scene.settings.geotagged == 0
    country = posts["country"][rows]
    for place in np.flatnonzero((link >= 0) | (picture >= 0) | (withheld >= 0) | tagged).tolist():
        parts = []
        if link[place] >= 0:
            url = address(int(link[place]))
            parts.append(
                f'"entities":{{"urls":[{{"url":"{url}","expanded_url":"{url}",'
                f'"display_url":"{url[8:]}"}}]}},'
            )
        if picture[place] >= 0:
            key = f"3_{picture[place]}"
            parts.append(
                f'"attachments":{{"media_keys":["{key}"],'
                f'"media":[{{"media_key":"{key}","type":"photo"}}]}},'
            )
        if tagged[place]:
            code = COUNTRIES[country[place]].code
            parts.append(f'"geo":{{"place_id":"sim{code}","country_code":"{code}"}},')
        if withheld[place] >= 0:
            code = COUNTRIES[withheld[place]].code
            parts.append(f'"withheld":{{"copyright":false,"country_codes":["{code}"]}},')
        told[place] = "".join(parts)
    return told
