"""From the tables of an older howfar to this one's.

A migration takes the manifest of one version, as JSON, and gives that of the next. It is applied
in memory when a manifest is read, so that readers migrate too and write nothing; the next commit
writes the new form. Segments are never rewritten: a column that a later version added is null in
those of an earlier one (``completed``); where any other a version's change of columns cannot be
told from its segments, no migration is registered, and the raw exports are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from howfar.errors import StoreError
from howfar.schema.tables import SCHEMA_VERSION

Migration = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: dict[int, Migration] = {1: dict}
"""Schema version -> the step to the version after it. Version 1 is the first.

1 to 2: coverage has four columns more, posts one; they are null for what was read before.
"""


def migrate(
    raw: dict[str, Any],
    where: Path,
    otherwise: str,
    *,
    target: int = SCHEMA_VERSION,
    steps: Mapping[int, Migration] = MIGRATIONS,
) -> dict[str, Any]:
    """The manifest in the form of version ``target``, by one step a version.

    otherwise: what the user can do where no step is registered.

    Raises StoreError for a newer version and for one that no chain of steps leads from.
    """
    version = raw["schema_version"]
    if version > target:
        raise StoreError(
            f"the tables have version {version}, this howfar knows versions up to {target}",
            where=str(where),
            expected=f"version {target} or an older one",
            next="use the howfar that wrote them, or a later one",
        )
    while version < target:
        if version not in steps:
            raise StoreError(
                f"the tables have version {version}, and nothing leads from it to {version + 1}",
                where=str(where),
                expected=f"version {target}",
                next=otherwise,
            )
        raw = {**steps[version](raw), "schema_version": version + 1}
        version += 1
    return raw


def completed(segment: pa.Table, schema: pa.Schema) -> pa.Table:
    """A segment's rows with the columns that its version did not have, null, in today's order."""
    columns = [
        segment[f.name] if f.name in segment.column_names else pa.nulls(len(segment), f.type)
        for f in schema
    ]
    return pa.Table.from_arrays(columns, names=schema.names).cast(schema)
