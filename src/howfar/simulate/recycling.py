"""Recycling: old texts and pictures that others post again later as if they were new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.happenings import in_window, scaled, told_by
from howfar.simulate.parts import Part, Quiet
from howfar.simulate.pictures import VARIANTS, Image, changed, image, png
from howfar.simulate.places import LANGUAGES, PLATFORMS, TOPICS
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import ORIGINAL, SHARE, Posts
from howfar.simulate.society import Society
from howfar.simulate.texts import source

MEDIA: Final = "media/simulated_media.csv"
KINDS: Final = ("text", "picture")
_ITEMS: Final = 1_000
"""Recycled things of a part."""

_ROOM: Final = 100_000_000
"""Numbers kept for each kind of thing of this mechanism; fresh pictures of background come last."""


@dataclass(frozen=True, slots=True)
class Recycling:
    """Parameters of recycling, the same for every seed.

    posts_per_text, posts_per_picture: one recycled thing for so many posts of the world, at least
    fewest. first: part of the window in which a thing is new. again: mean number of later uses.
    pause, wait: days until a thing may come again, and mean days after that until it does.
    fresh: part of the background's originals that have a picture of their own, used once.
    altered: part of all posted pictures that were changed, in one of the ways alike.
    files: posts of the largest world whose pictures are written as files.
    """

    posts_per_text: int = 4_000
    posts_per_picture: int = 4_000
    fewest: int = 8
    first: float = 0.4
    again: float = 5.0
    pause: float = 2.0
    wait: float = 30.0
    fresh: float = 0.08
    altered: float = 0.6
    files: int = 20_000


class _Recycling(Quiet):
    """Things posted again by persons of the same tongue who do not refer to each other."""

    name = "recycling"

    def parts(self, plan: Plan, society: Society) -> int:
        """A thousand things each."""
        return -(-len(_kinds(plan)) // _ITEMS)

    def posts(self, plan: Plan, society: Society, index: int) -> Posts:
        """First and later uses of a thousand things, by distinct posts without a parent."""
        settings = plan.of(Recycling)
        rng = plan.generator(self.name, "posts", index)
        kind = _kinds(plan)[index * _ITEMS : (index + 1) * _ITEMS]
        item = np.repeat(np.arange(len(kind)), 1 + rng.poisson(settings.again, len(kind)))
        begins = rng.random(len(kind)) * settings.first * plan.days
        topic = rng.integers(0, len(TOPICS), len(kind))
        tongue = society.language[society.writers(rng, 0, len(kind))]
        later = np.diff(item, prepend=-1) == 0
        wait = settings.pause + settings.wait * rng.exponential(size=len(item))
        created = plan.begins + (begins[item] + later * wait) * DAY
        platform = rng.integers(0, len(PLATFORMS), len(item))
        account = society.in_.draw(rng, platform * len(LANGUAGES) + tongue[item])
        # Where nobody of that tongue is on the platform, anybody posts it, in that tongue.
        nobody = np.flatnonzero(account < 0)
        account[nobody] = society.on.draw(rng, platform[nobody])
        number = _first(plan, kind[item]) + index * _ITEMS + item
        return in_window(
            plan,
            told_by(
                society,
                account,
                created,
                language=tongue[item],
                topic=topic[item],
                recycled=np.where(kind[item] == 0, number, -1),
                picture=np.where(kind[item] == 1, number, -1),
            ),
        )

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """Background posts with fresh pictures; every picture as it looks when it is posted."""
        settings = plan.of(Recycling)
        rng = plan.generator(self.name, "change", part.mechanism, part.index)
        picture = posts["picture"]
        u = rng.random((3, len(posts)))
        if part.mechanism == "background":
            alone = (posts["relation"] == ORIGINAL) & (picture < 0) & (posts["parent"] < 0)
            first = (2 + part.index // 1_000) * _ROOM + part.index % 1_000 * (_ROOM // 1_000)
            own = plan.first(self.name) + first + np.arange(len(posts))
            picture = np.where(alone & (u[0] < settings.fresh), own, picture)
        how = 1 + (u[2] * (len(VARIANTS) - 1)).astype(np.int64)
        altered = np.where((picture >= 0) & (u[1] < settings.altered), how, 0)
        shown = source(posts)
        return posts.with_columns(picture=picture[shown], altered=altered[shown])

    def files(self, plan: Plan, society: Society) -> Iterator[tuple[str, bytes]]:
        """The head of the list of pictures, in worlds that have files of them."""
        if plan.size <= plan.of(Recycling).files:
            yield MEDIA, b"platform,post_id,file,note\n"

    def beside(
        self, plan: Plan, society: Society, part: Part, posts: Posts, ids: Sequence[str]
    ) -> dict[str, bytes]:
        """The picture of each post that an export can hold, as a file, and a line that names it."""
        if plan.size > plan.of(Recycling).files:
            return {}
        held = (posts["picture"] >= 0) & posts["captured"] & (posts["removed"] == 0)
        made: dict[str, bytes] = {}
        lines = []
        for row in np.flatnonzero(held & (posts["relation"] != SHARE)).tolist():
            number = int(posts["number"][row])
            file = f"media/sim_picture_{number}.png"
            rng = plan.generator("altered", number)
            shown = _image(plan, int(posts["picture"][row]))
            made[file] = png(changed(shown, VARIANTS[posts["altered"][row]], rng))
            lines.append(f"{PLATFORMS[posts['platform'][row]]},{ids[row]},{file},simulated\n")
        return made | {MEDIA: "".join(lines).encode()}

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Parameters, and where the truth of each post stands."""
        settings = plan.of(Recycling)
        return {
            "things": {kind: int((_kinds(plan) == k).sum()) for k, kind in enumerate(KINDS)},
            "later_uses_mean_without_end_of_window": settings.again,
            "wait_days": f"{settings.pause} + exponential with mean {settings.wait}",
            "pictures_altered_share": settings.altered,
            "alterations": list(VARIANTS),
            "fresh_pictures_share_of_background_originals": settings.fresh,
            "columns": "posts.recycled, posts.picture: the same number, the same thing",
            "picture_files": plan.size <= settings.files,
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """recycled: one thing a row: kind, number, uses in the window, first and last use."""
        columns: dict[str, list[Any]] = {name: [] for name in ("kind", "number", "uses")}
        times: dict[str, list[int]] = {"first_use": [], "last_use": []}
        for index in range(self.parts(plan, society)):
            posts = self.posts(plan, society, index)
            number = np.maximum(posts["recycled"], posts["picture"])
            found, at, uses = np.unique(number, return_index=True, return_counts=True)
            # Posts are in the order of time.
            last = len(number) - 1 - np.unique(number[::-1], return_index=True)[1]
            columns["kind"] += [KINDS[int(posts["picture"][row] >= 0)] for row in at]
            columns["number"] += found.tolist()
            columns["uses"] += uses.tolist()
            times["first_use"] += posts["created"][at].tolist()
            times["last_use"] += posts["created"][last].tolist()
        moments = {n: pa.array(t, pa.timestamp("us", "UTC")) for n, t in times.items()}
        return {"recycled": pa.table(columns | moments)}


def _kinds(plan: Plan) -> npt.NDArray[np.int64]:
    """What each recycled thing is: places in KINDS, texts first."""
    settings = plan.of(Recycling)
    per = (settings.posts_per_text, settings.posts_per_picture)
    return np.repeat([0, 1], [scaled(plan, posts, settings.fewest) for posts in per])


def _first(plan: Plan, kind: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return plan.first(_Recycling.name) + kind * _ROOM


@lru_cache(maxsize=256)
def _drawn(seed: int, number: int) -> Image:
    return image(Plan(seed, 1, "", frozenset()), number)


def _image(plan: Plan, number: int) -> Image:
    return _drawn(plan.seed, number)


MECHANISM: Final = _Recycling()
