"""Pages on Facebook, each as a CSV in the layout of scrapers of the Graph API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from howfar.simulate.export.form import Damage, Form
from howfar.simulate.export.ids import FACEBOOK_PAGE, FACEBOOK_POST
from howfar.simulate.export.reactions import kinds
from howfar.simulate.export.rejects import replaced
from howfar.simulate.export.scene import Mask, Rows, Scene, View, stamps
from howfar.simulate.places import PLATFORMS
from howfar.simulate.plan import HOUR
from howfar.simulate.posts import ORIGINAL
from howfar.simulate.texts import address

HOURS: Final = -5
ZONE: Final = "UTC-05:00"
"""In which the scrapers wrote times, without saying so."""

_HEADER = (
    "status_id,status_message,link_name,status_type,status_link,status_published,num_reactions,"
    "num_comments,num_shares,num_likes,num_loves,num_wows,num_hahas,num_sads,num_angrys"
)
_KINDS = ("like", "love", "wow", "haha", "sad", "angry")
_TIME = r"^([\s\S]*\",[^\"]*?,\d{4}-)\d\d-\d\d( \d\d:\d\d:\d\d,)"

CSV_DAMAGES: Final[dict[str, Damage]] = {
    "further field": ("columns", lambda record: record + ",1"),
    "id of a spreadsheet": ("id", replaced(r"^[0-9_]+", "1.74E+16")),
    "open quote": ("unterminated_quote", replaced(r'"[\s\S]*', '"simulated and cut')),
    # Texts of worlds are not empty and begin with a letter: the next quote cannot be a doubled one.
    "text after a quote": ("quote", replaced('"[\\s\\S]*', '"simulated" and cut')),
    "NUL in a text": ("nul", replaced('"', '"\x00')),
}
FORM: Final = Form(
    {
        **CSV_DAMAGES,
        "no such day": ("date", replaced(_TIME, r"\g<1>02-30\2")),
        "shortened figure": ("number", replaced(_TIME + r"\d+", r"\g<0>.2K")),
    },
    always="further field",
    head=_HEADER + "\n",
)


def pages(scene: Scene, view: View) -> Mask:
    """Posts (N,) that are a page's own on Facebook; the exports of pages hold no others."""
    facebook = view.posts["platform"] == PLATFORMS.index("facebook")
    channels = view.posts["account"] < len(scene.channels)
    own: Mask = facebook & channels & (view.relation == ORIGINAL)
    return own


def records(scene: Scene, view: View) -> Mapping[str, tuple[Form, list[str]]]:
    """The posts of a part that a crawl of pages holds, by page."""
    rows = np.flatnonzero(view.shown & pages(scene, view))
    account = view.posts["account"][rows]
    return {
        f"{scene.channels[page].channel}.csv": (FORM, _rows(view, rows[account == page]))
        for page in np.unique(account).tolist()
    }


def field(text: str) -> str:
    """A text as a field of a CSV, always in quotes."""
    return '"' + text.replace("\r", " ").replace('"', '""') + '"'


def _rows(view: View, rows: Rows) -> list[str]:
    posts = view.posts
    local = posts["created"][rows] + HOURS * HOUR
    reactions = kinds(posts, rows)
    counts = [posts[name][rows] for name in ("likes", "comments", "shares")]
    # A post without reactions told has no kinds either.
    split = [np.where(counts[0] < 0, -1, reactions[k]) for k in _KINDS]
    figures = zip(*(column.tolist() for column in (*counts, *split)), strict=True)
    columns = zip(
        (posts["account"][rows] + FACEBOOK_PAGE).tolist(),
        (posts["number"][rows] + FACEBOOK_POST).tolist(),
        [field(view.texts[n]) for n in rows.tolist()],
        [
            _attached(o, p)
            for o, p in zip(
                posts["object"][rows].tolist(), posts["picture"][rows].tolist(), strict=True
            )
        ],
        [time.replace("T", " ") for time in stamps(local, "s")],
        [",".join(str(n) if n >= 0 else "" for n in told) for told in figures],
        strict=True,
    )
    return [
        f"{page}_{post},{text},{attached},{time},{figures}"
        for page, post, text, attached, time, figures in columns
    ]


def _attached(linked: int, picture: int) -> str:
    """link_name, status_type, status_link."""
    if linked >= 0:
        return f"Simulated page,link,{address(linked)}"
    return ",photo," if picture >= 0 else ",status,"
