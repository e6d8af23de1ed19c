"""The retention clocks of a study, and the refusal to report what is overdue."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from howfar.errors import RetentionError
from howfar.privacy.retention import CLOCKS, TABLE_DATE, Retention, overdue
from howfar.store.channels import channels_table
from howfar.store.collected import collected
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.codes import zone
from howfar.study.file import Study, load_study
from howfar.study.window import instant


def clocks(folder: Path, now: datetime, *, running_only: bool = False) -> list[Retention]:
    """Where each platform of the study stands at ``now``; with running_only those with a number.

    A platform with posts that nothing dates counts as never collected.
    """
    wanted = frozenset(p for p, c in CLOCKS.items() if c.days is not None)
    store = TableStore(folder)
    with store.reading() as manifest:
        if not manifest.segments("posts"):
            return []
        registry = channels_table(load_channels(folder))
        declared = _declared(load_study(folder))
        found = collected(store, manifest, registry, declared, wanted if running_only else None)
    return [overdue(one.platform, None if one.undated else one.oldest, now) for one in found]


def _declared(study: Study) -> dict[str, datetime]:
    """Source -> the time of observation that the study declares."""
    return {
        source.name: instant(
            source.observed_at, zone(source.timezone) if source.timezone else study.zone
        )
        for source in study.sources
        if source.observed_at is not None
    }


def refuse_overdue(folder: Path, now: datetime) -> None:
    """RetentionError where a clock has run out, unless the study states why none applies.

    now: the one place at which the machine's clock enters; figures never depend on it.
    """
    if load_study(folder).about.retention_reason is not None:
        return
    late = [one for one in clocks(folder, now, running_only=True) if one.overdue]
    if late:
        raise RetentionError(
            "; ".join(one.reason for one in late),
            where=str(folder),
            expected="data within the clocks of their platforms, counted from collection; source: "
            + ", ".join(sorted({one.clock.source for one in late if one.clock})),
            next='collect the posts again and read the new files (use = "recheck"), forget those '
            "that are gone (howfar forget --posts-file), or state in study.toml under [study] why "
            "no clock applies: retention_reason",
        )


def told(folder: Path, now: datetime) -> list[dict[str, Any]]:
    """The clocks for `howfar status`."""
    reason = load_study(folder).about.retention_reason
    return [
        {
            "platform": one.platform,
            "due": one.due,
            "overdue": one.overdue and reason is None,
            "reason": one.reason,
            "set_aside": reason,
            "table": TABLE_DATE,
        }
        for one in clocks(folder, now)
    ]
