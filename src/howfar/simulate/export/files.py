"""All exports of one part of a world, and which native id each post has in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.export import facebook_page, mastodon, table, telegram, x_api_v2, youtube
from howfar.simulate.export import ids as native
from howfar.simulate.export.form import Form
from howfar.simulate.export.piece import Crawl, Piece
from howfar.simulate.export.rejects import RejectSettings, planted
from howfar.simulate.export.scene import Mask, Rows, Scene, View, known, view
from howfar.simulate.places import PLATFORMS
from howfar.simulate.posts import Posts

_Records = Callable[[Scene, View], Mapping[str, tuple[Form, list[str]]]]

WRITERS: Final[Mapping[str, _Records]] = {
    "x": x_api_v2.records,
    "youtube": youtube.records,
    "telegram": telegram.records,
    "mastodon": mastodon.records,
    "facebook": facebook_page.records,
    "facebook-table": table.records,
}
"""Folder of the files, and what makes their records."""

FORMS: Final[Mapping[str, Form]] = {
    "x": x_api_v2.FORM,
    "youtube": youtube.VIDEOS,
    "telegram": telegram.form("sim_chat", "public_channel", 1),
    "mastodon": mastodon.FORM,
    "facebook": facebook_page.FORM,
    "facebook-table": table.FORM,
}
"""One form of records in each folder; all of a folder can be damaged in the same ways."""


def pieces(
    scene: Scene, crawl: Crawl, posts: Posts, texts: Sequence[str], keep: Mask | None = None
) -> dict[str, Piece]:
    """What one part adds to each file of a crawl; the same wherever and whenever it is made.

    posts: with numbers that are unique in the world, and the figures as they were at the crawl's
    time, -1 where there is none. texts: (N,) of all rows. keep: (N,) of rows that the crawl may
    hold, whatever else hides them.
    """
    seen = view(crawl, posts, list(texts), keep)
    made: dict[str, Piece] = {}
    for folder, records in WRITERS.items():
        for file, (form, lines) in records(scene, seen).items():
            made |= _piece(scene, f"{crawl.name}/{folder}/{file}", form, lines, posts)
    return made


def account_pieces(scene: Scene, crawl: Crawl) -> dict[str, Piece]:
    """Files about accounts alone, once a crawl: followers of channels on YouTube."""
    file, (form, lines) = youtube.channel_records(scene)
    name = f"{crawl.name}/youtube/{file}"
    return {name: form.piece(lines, [])} if lines else {}


def _piece(scene: Scene, name: str, form: Form, lines: list[str], posts: Posts) -> dict[str, Piece]:
    if not lines:
        return {}
    if scene.plan.on("rejects"):
        rng = scene.plan.generator("rejects", name, int(posts["number"][0]))
        lines, bad = planted(rng, scene.plan.of(RejectSettings), form, lines)
    else:
        bad = []
    return {name: form.piece(lines, bad)}


def post_ids(scene: Scene, posts: Posts) -> pa.Array:
    """Native ids (N,) of posts as their exports give them and readers take them, text."""
    _, relation = known(posts)
    places, told = [], []
    for platform, name in enumerate(PLATFORMS):
        rows = np.flatnonzero(posts["platform"] == platform)
        places.append(rows)
        told.append(pa.array(_ids(scene, posts, relation, name, rows), pa.string()))
    order = np.argsort(np.concatenate(places), kind="stable")
    return pa.chunked_array(told).combine_chunks().take(order)


def _ids(
    scene: Scene, posts: Posts, relation: npt.NDArray[np.uint8], platform: str, rows: Rows
) -> list[str]:
    number = posts["number"][rows]
    if platform == "x":
        return [str(n) for n in (number + native.X_POST).tolist()]
    if platform == "mastodon":
        return [str(n) for n in (number + native.MASTODON_STATUS).tolist()]
    if platform == "youtube":
        return native.youtube_posts(posts, relation, rows)
    if platform == "facebook":
        owner, own = native.FACEBOOK_PAGE + posts["account"][rows], native.FACEBOOK_POST + number
        return [f"{a}_{n}" for a, n in zip(owner.tolist(), own.tolist(), strict=True)]
    chats = native.telegram_chats(posts, len(scene.channels), rows)
    return [f"{c}/{n + 1}" for c, n in zip(chats.tolist(), number.tolist(), strict=True)]
