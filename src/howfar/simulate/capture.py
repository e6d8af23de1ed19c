"""What a collection holds of what there is: all, a sample, what a query found, a cap, a feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.parts import Part, Quiet
from howfar.simulate.places import LANGUAGES, PLATFORMS, TOPICS
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import Posts
from howfar.simulate.society import Society


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """Parameters of collections.

    classes: capture class of each platform's export, in the order of places.PLATFORMS. sample:
    part of posts in a random sample. topics: what the query asks for; recall: part of their posts
    that it finds, by language, in the order of places.LANGUAGES; off_topic: part of other topics'
    posts that it finds. cap: newest posts of an account on a UTC day that a request gives.
    browsing: chance of a post by an account with a thousand followers to be shown; it rises with
    the power exponent of followers, and by same_language in languages of the feed.
    """

    classes: tuple[str, ...] = ("sample", "complete", "capped", "keyword", "browsing")
    sample: float = 0.10
    topics: tuple[str, ...] = ("trade", "security")
    recall: tuple[float, ...] = (0.9, 0.8, 0.8, 0.8, 0.6, 0.6, 0.7, 0.7, 0.5, 0.7, 0.8, 0.4)
    off_topic: float = 0.01
    cap: int = 2
    browsing: float = 0.05
    exponent: float = 0.3
    feed: tuple[str, ...] = ("en", "es")
    same_language: float = 3.0


def capture_of(plan: Plan, platform: int) -> str:
    """Capture class of a platform's export."""
    if not plan.on("capture"):
        return "complete"
    return plan.of(CaptureSettings).classes[platform]


def chance(
    settings: CaptureSettings, society: Society, posts: Posts, capture: str
) -> npt.NDArray[np.float64]:
    """Probability (N,) of each post to be in a collection of a class; 0 or 1 where it is capped.

    Raises KeyError for a class that is none of CAPTURES.
    """
    return _CHANCES[capture](settings, society, posts)


def captured(
    plan: Plan, society: Society, posts: Posts, capture: str, *index: str | int
) -> npt.NDArray[np.bool_]:
    """Which posts (N,) a collection of a class holds. index: what the random numbers are for."""
    drawn = plan.generator("capture", capture, *index).random(len(posts))
    return drawn < chance(plan.of(CaptureSettings), society, posts, capture)


def _complete(_: CaptureSettings, __: Society, posts: Posts) -> npt.NDArray[np.float64]:
    return np.ones(len(posts))


def _sample(settings: CaptureSettings, _: Society, posts: Posts) -> npt.NDArray[np.float64]:
    return np.full(len(posts), settings.sample)


def _keyword(settings: CaptureSettings, _: Society, posts: Posts) -> npt.NDArray[np.float64]:
    asked = np.isin(posts["topic"], [TOPICS.index(topic) for topic in settings.topics])
    return np.where(asked, np.array(settings.recall)[posts["language"]], settings.off_topic)


def _capped(settings: CaptureSettings, _: Society, posts: Posts) -> npt.NDArray[np.float64]:
    created = posts["created"]
    # Newest first within an account's day; of two of one instant the later row.
    order = np.lexsort((-np.arange(len(posts)), -created, created // DAY, posts["account"]))
    day, account = (created // DAY)[order], posts["account"][order]
    first = np.ones(len(posts), bool)
    first[1:] = (day[1:] != day[:-1]) | (account[1:] != account[:-1])
    place = np.arange(len(posts))
    made = np.empty(len(posts))
    made[order] = place - np.maximum.accumulate(np.where(first, place, 0)) < settings.cap
    return made


def _browsing(settings: CaptureSettings, society: Society, posts: Posts) -> npt.NDArray[np.float64]:
    known = (society.followers[posts["account"]] / 1_000.0) ** settings.exponent
    understood = np.isin(posts["language"], [LANGUAGES.index(tag) for tag in settings.feed])
    factor = np.where(understood, settings.same_language, 1.0)
    return np.minimum(settings.browsing * known * factor, 1.0)


_CHANCES: Final[
    Mapping[str, Callable[[CaptureSettings, Society, Posts], npt.NDArray[np.float64]]]
] = {
    "complete": _complete,
    "sample": _sample,
    "keyword": _keyword,
    "capped": _capped,
    "browsing": _browsing,
}

CAPTURES: Final = tuple(_CHANCES)
"""Classes of capture, as in a study's sources."""


class Capture(Quiet):
    """Exports that hold a sample, what a query found, a cap or a feed, each platform another.

    Marks what the exports do not hold; the truth holds every post.
    """

    name = "capture"

    def change(self, plan: Plan, society: Society, part: Part, posts: Posts) -> Posts:
        """Each platform by its own class."""
        held = posts["captured"].copy()
        for platform in range(len(PLATFORMS)):
            if (capture := capture_of(plan, platform)) == "complete":
                continue
            rows = captured(plan, society, posts, capture, part.mechanism, part.index)
            held &= rows | (posts["platform"] != platform)
        return posts.with_columns(captured=held)

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Class of each platform's export and what each class loses."""
        settings = plan.of(CaptureSettings)
        return {
            "classes": dict(zip(PLATFORMS, settings.classes, strict=True)),
            "lost": {
                "complete": 0.0,
                "sample": 1.0 - settings.sample,
                "keyword": {
                    "topics": list(settings.topics),
                    "lost_on_topic": {
                        tag: round(1.0 - part, 6)
                        for tag, part in zip(LANGUAGES, settings.recall, strict=True)
                    },
                    "lost_off_topic": 1.0 - settings.off_topic,
                },
                "capped": f"all but the newest {settings.cap} of an account, UTC day and part",
                "browsing": {
                    "shown_at_1000_followers": settings.browsing,
                    "exponent_of_followers": settings.exponent,
                    "languages": list(settings.feed),
                    "times_in_these": settings.same_language,
                },
            },
            "which": "posts.parquet, column captured",
        }


MECHANISM = Capture()
