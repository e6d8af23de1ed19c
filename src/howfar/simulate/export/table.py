"""All that no page itself wrote on Facebook, as a plain CSV: any tool might write such a one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from howfar.simulate.export.facebook_page import CSV_DAMAGES, field, pages
from howfar.simulate.export.form import Form
from howfar.simulate.export.ids import FACEBOOK_PAGE, FACEBOOK_POST
from howfar.simulate.export.rejects import replaced
from howfar.simulate.export.scene import Rows, Scene, View, stamps
from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.posts import ORIGINAL, QUOTE, REPLY, SHARE
from howfar.simulate.texts import address

FILE: Final = "simulated_posts.csv"
MAPPING: Final = {
    "platform": "=facebook",
    "post_id": "Id",
    "text": "Text",
    "author_id": "Account",
    "author_handle": "Handle",
    "created_at": "Published",
    "language": "Language",
    "country": "Country",
    "relation": "Relation",
    "parent_id": "Parent",
    "parent_author_id": "Parent account",
    "thread_id": "Conversation",
    "kind": "Kind",
    "link": "Link",
    "views": "Views",
    "reactions": "Reactions",
    "comments": "Comments",
    "shares": "Shares",
    "exposure": "Exposure",
    "availability": "Availability",
    "withheld_in": "Withheld in",
}
"""Of the source in the study file; its columns stand in this order."""

_AFTER_TEXT = r"^([\s\S]*\",[^\"]*?)"
_RELATED = _AFTER_TEXT + r",(original|reply|repost|quote),"
_TIME = _AFTER_TEXT + r"(\d{4}-)\d\d-\d\d(T\d\d:\d\d:\d\d\.\d+)Z,"
FORM: Final = Form(
    {
        **CSV_DAMAGES,
        "time without zone": ("timezone", replaced(_AFTER_TEXT + r"(T[\d:.]+)Z,", r"\1\2,")),
        "no such day": ("date", replaced(_TIME, r"\1\g<2>02-30\3Z,")),
        "unknown relation": ("type", replaced(_RELATED, r"\1,simulated,")),
    },
    always="further field",
    head=",".join(column for column in MAPPING.values() if not column.startswith("=")) + "\n",
)
_RELATIONS = {ORIGINAL: "original", REPLY: "reply", SHARE: "repost", QUOTE: "quote"}


def records(scene: Scene, view: View) -> Mapping[str, tuple[Form, list[str]]]:
    """Posts of persons on Facebook, and pages' replies and shares, that a crawl holds."""
    posts = view.posts
    wanted = view.shown & (posts["platform"] == PLATFORMS.index("facebook"))
    rows = np.flatnonzero(wanted & ~pages(scene, view))
    account = posts["account"][rows]
    parents = view.parent[rows]
    columns = zip(
        _ids(view, rows),
        [field(view.texts[n]) for n in rows.tolist()],
        [str(a) for a in (account + FACEBOOK_PAGE).tolist()],
        scene.society.handles(account),
        [f"{at}Z" for at in stamps(posts["created"][rows], "ms")],
        [LANGUAGES[n] for n in posts["language"][rows].tolist()],
        [COUNTRIES[n].code for n in posts["country"][rows].tolist()],
        [_RELATIONS[n] for n in view.relation[rows].tolist()],
        [
            one if known else ","
            for one, known in zip(
                _parents(view, np.maximum(parents, 0)), (parents >= 0).tolist(), strict=True
            )
        ],
        _ids(view, view.thread[rows]),
        _attached(view, rows),
        _figures(view, rows),
        ["paid" if paid else "" for paid in posts["paid"][rows].tolist()],
        _available(view, rows),
        strict=True,
    )
    return {FILE: (FORM, [",".join(told) for told in columns])}


def _ids(view: View, rows: Rows) -> list[str]:
    owner = (view.posts["account"][rows] + FACEBOOK_PAGE).tolist()
    own = (view.posts["number"][rows] + FACEBOOK_POST).tolist()
    return [f"{a}_{n}" for a, n in zip(owner, own, strict=True)]


def _parents(view: View, rows: Rows) -> list[str]:
    author = (view.posts["account"][rows] + FACEBOOK_PAGE).tolist()
    return [f"{id},{a}" for id, a in zip(_ids(view, rows), author, strict=True)]


def _attached(view: View, rows: Rows) -> list[str]:
    linked, picture = (view.posts[name][rows].tolist() for name in ("object", "picture"))
    return [
        f"link,{address(o)}" if o >= 0 else "photo," if p >= 0 else "status,"
        for o, p in zip(linked, picture, strict=True)
    ]


def _figures(view: View, rows: Rows) -> list[str]:
    columns = (view.posts[name][rows].tolist() for name in ("views", "likes", "comments", "shares"))
    return [",".join(str(n) if n >= 0 else "" for n in told) for told in zip(*columns, strict=True)]


def _available(view: View, rows: Rows) -> list[str]:
    withheld, labelled = (view.posts[name][rows].tolist() for name in ("withheld", "labelled"))
    return [
        f"withheld,{COUNTRIES[w].code}" if w >= 0 else "labelled," if told else "available,"
        for w, told in zip(withheld, labelled, strict=True)
    ]
