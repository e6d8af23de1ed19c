"""A study's tables opened for measuring: what it holds, its window, what may be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import ibis
import numpy as np

from howfar.errors import StudyError
from howfar.schema.measure import Sampling, Tables
from howfar.schema.needs import Inventory
from howfar.stats.blocks import draw_blocks, weeks_between
from howfar.store.channels import channels_table
from howfar.store.engine import open_engine
from howfar.store.frames import observed_posts
from howfar.store.inventory import take_inventory
from howfar.store.manifest import Manifest
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import Study, load_study
from howfar.study.registry import Registry

COSTS = "costs.csv"
"""What was spent, in the study folder; a study need not have it."""


def study_inventory(folder: Path) -> Inventory:
    """What the study has by now; all zero before the first file is read."""
    study, channels = load_study(folder), load_channels(folder)
    with opened(folder, study, channels) as (tables, _):
        compared = frozenset(channels.with_role(*study.peers.roles))
        return inventory_of(tables(), compared, study, costs=(folder / COSTS).exists())


def inventory_of(
    tables: Tables, compared: frozenset[str], study: Study, *, costs: bool = False
) -> Inventory:
    """What a study has, counted, with what its file declares and whether it brings costs."""
    counted = take_inventory(tables, compared, len(study.events))
    return replace(
        counted,
        indices=int(study.index is not None),
        changes=len(study.changes) + len(study.experiments),
        costs=int(costs),
    )


@contextmanager
def opened(
    folder: Path, study: Study, channels: Registry
) -> Iterator[tuple[Callable[[], Tables], Manifest]]:
    """The committed state of a study, and a function that prepares its tables at the first call."""
    store = TableStore(folder)
    start, end = bounds(study)
    with (
        store.reading() as manifest,
        open_engine(store, manifest, channels_table(channels)) as (engine, stored),
    ):

        @cache
        def tables() -> Tables:
            posts = observed_posts(stored, start, end)
            # What the study does not compare reads 'other' to every measure.
            side_by_side = posts.role.isin(study.peers.roles) & posts.capture.isin(
                study.peers.capture
            )
            role = ibis.ifelse(side_by_side, posts.role, ibis.literal("other"))
            posts = posts.mutate(role=ibis.ifelse(posts.role.isnull(), ibis.null("string"), role))
            return Tables(
                observed=engine.materialise("observed", posts),
                posts=stored.posts,
                observations=stored.counts,
                account_counts=stored.account_counts,
                coverage=stored.coverage,
                channels=stored.channels,
                series=stored.series,
            )

        yield tables, manifest


def bounds(study: Study) -> tuple[int, int]:
    """Start and end of the window in UTC microseconds."""
    window = study.window
    start, end = (round(m.timestamp()) for m in (window.start_utc, window.end_utc))
    return start * 1_000_000, end * 1_000_000


def sampling_of(study: Study) -> Sampling:
    """The window, and the week weights that all measures of a run share."""
    start, end = bounds(study)
    weeks, rng = weeks_between(start, end), np.random.default_rng([study.about.seed, 0])
    return Sampling(
        start,
        end,
        study.about.confidence,
        draw_blocks(weeks, study.about.replicates, rng),
        np.random.default_rng([study.about.seed, 1]),
    )


def held_series(tables: Tables) -> list[tuple[str | None, str | None, str, str | None]]:
    """Channel, platform, capture class and role of all posts."""
    names = ["channel", "platform", "capture", "role"]
    rows = tables.observed.select(names).distinct().order_by(names).to_pyarrow().to_pylist()
    return [(row["channel"], row["platform"], row["capture"], row["role"]) for row in rows]


def check_compared(tables: Tables, channels: Registry, compared: frozenset[str]) -> None:
    """StudyError where channels are to be compared and some of them have no post at all."""
    posts = tables.observed
    seen = posts.filter(posts.channel.notnull()).select("channel").distinct().to_pyarrow()
    silent = sorted(
        compared & {c.channel for c in channels if c.named} - set(seen["channel"].to_pylist())
    )
    if silent:
        rejected = tables.coverage.rejected.sum().to_pyarrow().as_py() or 0
        raise StudyError(
            f"no posts in the window of {', '.join(silent)}, which the study compares",
            where="channels.csv",
            expected="posts of every channel with role ours or peer",
            next="add their export as a source, correct account_id or handle, or set role = other"
            + (f"; {rejected:,} records were rejected: howfar read --rejects" if rejected else ""),
        )
