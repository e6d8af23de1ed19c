"""What a measure needs, what a study has, and what would close the gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from howfar.errors import DeclarationError
from howfar.schema.tables import METRICS, REACTION_KINDS


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a study has, counted: the ground on which `can` and `run` decide.

    posts: distinct posts of main sources inside the window. metrics: posts with an observation
    of each metric. rechecked: posts observed at two times or more. weeks: weeks with posts.
    indices: indices that the study declares. changes: dated changes that it names. costs: whether
    it brings a table of costs, as 0 or 1.
    """

    posts: int = 0
    channels: int = 0
    compared: int = 0
    weeks: int = 0
    metrics: Mapping[str, int] = field(default_factory=dict)
    followers: int = 0
    rechecked: int = 0
    files: int = 0
    events: int = 0
    labels: int = 0
    indices: int = 0
    changes: int = 0
    costs: int = 0


@dataclass(frozen=True, slots=True)
class Lack:
    """One need that is not met: why, and which data would change that."""

    need: str
    why: str
    remedy: str


def lacks(needs: tuple[str, ...], inventory: Inventory) -> list[Lack]:
    """The needs that a study does not meet; empty where the measure can be taken.

    A need is 'posts', 'files', 'registry', 'peers', 'weeks', 'counts', 'counts.<metric>',
    'reaction_kinds', 'account_counts.followers', 'recheck', 'events', 'labels', 'index',
    'changes', 'costs', or several of them joined by '|', of which one suffices.
    """
    found = []
    for need in needs:
        options = [_lack(option, inventory) for option in need.split("|")]
        if all(option is not None for option in options):
            kept = [option for option in options if option is not None]
            found.append(
                Lack(
                    need,
                    " and ".join(option.why for option in kept),
                    " or ".join(option.remedy for option in kept),
                )
            )
    return found


def _lack(need: str, has: Inventory) -> Lack | None:
    met, why, remedy = _judge(need, has)
    return None if met else Lack(need, why, remedy)


def _judge(need: str, has: Inventory) -> tuple[bool, str, str]:
    if need.startswith("counts."):
        metric = need.removeprefix("counts.")
        if metric not in METRICS:
            raise DeclarationError(f"no metric {metric!r}", expected=", ".join(METRICS))
        return (
            has.metrics.get(metric, 0) > 0,
            f"no {metric} in the data",
            f"an export that gives {metric}",
        )
    kinds = sum(has.metrics.get(f"reaction_{kind}", 0) > 0 for kind in REACTION_KINDS)
    table: dict[str, tuple[bool, str, str]] = {
        "files": (has.files > 0, "nothing has been read", "read an export: howfar read"),
        "posts": (has.posts > 0, "no posts inside the window", "posts inside the window"),
        "counts": (any(has.metrics.values()), "no counts in the data", "an export with counts"),
        "registry": (
            has.channels > 0,
            "no post is of a registered channel",
            "register the channels in channels.csv",
        ),
        "peers": (
            has.compared > 1,
            f"{has.compared} channels to compare",
            "posts of at least two channels with role ours or peer",
        ),
        "weeks": (has.weeks > 1, f"{has.weeks} weeks with posts", "posts of at least two weeks"),
        "reaction_kinds": (
            kinds > 1,
            "no kinds of reaction in the data",
            "an export that tells kinds of reaction apart",
        ),
        "account_counts.followers": (
            has.followers > 0,
            "no followers in the data",
            "an export that gives followers",
        ),
        "recheck": (
            has.rechecked > 0,
            "no post was observed twice",
            "another crawl of the same posts, as a source with use = 'recheck'",
        ),
        "events": (has.events > 0, "the study names no event", "events in study.toml"),
        "index": (
            has.indices > 0,
            "the study declares no index",
            "an [index] in study.toml: docs/concepts/index.md",
        ),
        "changes": (
            has.changes > 0,
            "the study dates no change of practice",
            "[[changes]] in study.toml: docs/concepts/path.md",
        ),
        "costs": (
            has.costs > 0,
            "no costs are given",
            "a costs.csv in the study folder: docs/concepts/costs.md",
        ),
        "labels": (has.labels > 0, "no labels by coders", "posts coded by persons"),
    }
    if need not in table:
        raise DeclarationError(f"no need is called {need!r}", expected=", ".join(table))
    return table[need]
