"""Posts with families on every platform, and what our readers make of their exports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
from tests.readers.reader_cases import read_all

from howfar.readers.discovery import readers
from howfar.schema.reader import ReadContext, Reject
from howfar.simulate.export import Crawl, Scene, Writing, pieces
from howfar.simulate.export.table import MAPPING
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import ORIGINAL, QUOTE, REPLY, SHARE, Posts
from howfar.simulate.society import society
from howfar.simulate.texts import source, texts

FORMATS = {
    "x": "x-api-v2",
    "youtube": "youtube-data-api",
    "telegram": "telegram-desktop",
    "mastodon": "mastodon",
    "facebook": "facebook-page-csv",
    "facebook-table": "table-csv",
}
CONTEXTS = {
    "facebook": {"timezone": dt.timezone(-dt.timedelta(hours=5))},
    "facebook-table": {"mapping": MAPPING},
}


def scene(*on: str, **settings: object) -> Scene:
    plan = Plan(7, 4_000, "test", frozenset(on), settings=settings)
    return Scene(plan, society(plan))


def world(scene: Scene, rows: int = 4_000, part: int = 0) -> Posts:
    """Families of three generations: each of the later posts answers, shares or quotes any."""
    plan, who = scene.plan, scene.society
    rng = plan.generator("cases", part)
    account = rng.integers(0, len(who), rows)
    account[: rows // 4] = rng.integers(0, len(scene.channels), rows // 4)
    platform = who.platform[account]
    parent = np.full(rows, -1)
    for row in np.flatnonzero(rng.random(rows) < 0.6).tolist():
        above = np.flatnonzero(platform[:row] == platform[row])
        parent[row] = rng.choice(above) if len(above) else -1
    root = np.arange(rows)
    for row in np.flatnonzero(parent >= 0).tolist():
        root[row] = root[parent[row]]
    relation = np.where(parent < 0, ORIGINAL, rng.choice([REPLY, SHARE, QUOTE], rows))

    def few(share: float, most: int) -> np.ndarray:
        return np.where(rng.random(rows) < share, rng.integers(0, most, rows), -1)

    made = Posts.of(
        rows,
        number=np.arange(rows) + 50_000 * part,
        platform=platform,
        account=account,
        created=np.sort(rng.integers(plan.begins, plan.ends, rows)),
        parent=parent,
        root=root,
        relation=relation,
        language=who.language[account],
        country=who.country[account],
        sentiment=rng.integers(-1, 2, rows),
        object=few(0.2, 500),
        picture=few(0.2, 500),
        paid=rng.random(rows) < 0.1,
        withheld=few(0.1, 20),
        labelled=rng.random(rows) < 0.1,
        views=few(0.9, 10**6),
        likes=few(0.9, 1_000),
        comments=few(0.9, 100),
        shares=few(0.9, 100),
        removed=np.where(rng.random(rows) < 0.1, plan.ends + 5 * DAY, 0),
    )
    # A share is in the language of what it shares.
    return made.with_columns(language=made["language"][source(made)])


def written(folder: Path, scene: Scene, crawl: Crawl, *parts: Posts) -> Writing:
    writing = Writing(folder)
    for place, posts in enumerate(parts):
        said = texts(scene.plan, posts, scene.plan.generator("texts", place))
        writing.add(pieces(scene, crawl, posts, said))
    writing.close()
    return writing


def read(folder: Path, file: str) -> tuple[list[dict[str, Any]], list[Reject], dict[str, Any]]:
    """Rows, rejects and rows of other tables that the reader of a file finds in it."""
    platform = file.split("/")[1]
    context = ReadContext("simulated", **CONTEXTS.get(platform, {}))
    found = read_all(readers()[FORMATS[platform]], folder / file, context)
    rows, rejects, _ = found
    return rows, rejects, found.others
