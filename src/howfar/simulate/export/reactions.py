"""How a post's reactions fall into kinds, where an export tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.posts import Posts

SHARES: Final[Mapping[str, tuple[float, float, float]]] = {
    "love": (0.02, 0.08, 0.25),
    "wow": (0.03, 0.05, 0.06),
    "haha": (0.05, 0.05, 0.06),
    "sad": (0.15, 0.02, 0.01),
    "angry": (0.30, 0.02, 0.00),
}
"""Part of all reactions to a negative, neutral and positive post, cut to whole reactions; the rest
are likes. The column ``likes`` of posts counts reactions of all kinds."""

EMOJI: Final = {"like": "👍", "love": "❤", "wow": "😱", "haha": "😁", "sad": "😢", "angry": "😡"}


def kinds(posts: Posts, rows: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.int64]]:
    """Reactions of each kind to posts in these rows (M,); zero where none were counted."""
    total = np.maximum(posts["likes"][rows], 0)
    tone = posts["sentiment"][rows].astype(np.int64) + 1
    found = {
        kind: np.floor(total * np.array(parts)[tone]).astype(np.int64)
        for kind, parts in SHARES.items()
    }
    rest: npt.NDArray[np.int64] = total - np.sum(list(found.values()), axis=0)
    return {"like": rest, **found}
