"""The registry's named channels as rows of the table ``channels``."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from howfar.schema.tables import CHANNELS
from howfar.study.registry import Registry

_SAME = (
    *("channel", "name", "organisation", "platform", "country", "role", "declared_owner"),
    *("basis", "evidence"),
)


def channels_table(registry: Registry) -> pa.Table:
    """One row a validity period; days become instants in UTC, the last day's end exclusive."""
    rows = [
        {name: getattr(channel, name) for name in _SAME}
        | {
            "languages": list(channel.languages),
            "paths": list(channel.paths),
            "valid_from": _instant(channel.valid_from, 0),
            "valid_to": _instant(channel.valid_to, 1),
        }
        for channel in registry
        if channel.named
    ]
    return pa.Table.from_pylist(rows, schema=CHANNELS.arrow())


def _instant(day: dt.date | None, add: int) -> dt.datetime | None:
    if day is None:
        return None
    return dt.datetime.combine(day + dt.timedelta(days=add), dt.time(), dt.UTC)
