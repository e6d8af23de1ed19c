"""The index of a study: its compared channels' figures, put together as the study declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from howfar.assess.appraise import TOO_FEW, appraise
from howfar.assess.declared import recipe_of, tree_of
from howfar.assess.document import document_of
from howfar.assess.feed import from_results, from_table
from howfar.assess.rows import index_rows, robustness_rows
from howfar.errors import StudyError
from howfar.schema.comparable import Ground, captured_alike
from howfar.schema.estimate import Result, not_measured
from howfar.schema.measure import Sampling
from howfar.study.file import Study
from howfar.study.index_part import IndexPart
from howfar.study.registry import Registry
from howfar.study.units_table import UnitsTable

_WHERE = "study.toml, [index]"
Found = tuple[list[Result], list[Result], dict[str, Any] | None]
"""Rows of performance_index, rows of index_robustness, and the document (null without index)."""


def check_index(study: Study, table: UnitsTable | None = None) -> None:
    """StudyError where the tree, the steps, the choices or the table of an index cannot be."""
    part = study.index
    if part is None:
        return
    tree_of(part, _WHERE)
    recipe_of(part)
    if table is not None and part.own_columns:
        from_table(_only_own(part), table)


def study_index(
    study: Study,
    channels: Registry,
    held: Ground,
    sampling: Sampling,
    table: UnitsTable | None = None,
) -> Found:
    """The index from the run's results (``Sampling.given``), and how sure it is.

    Only channels that were captured alike are set side by side; others are left out, with the
    reason. Where nothing can be compared both measures are 'not measured'.

    Raises StudyError for a tree, a step, a choice or a table that cannot be.
    """
    part = study.index
    if part is None:
        return _none("the study declares no index")
    series, left_out = _compared(held, part)
    if len({platform for _, platform in series}) > 1 and part.units == "channel":
        return _none(
            "channels of several platforms are not set side by side: name a platform, or take "
            'units = "organisation"'
        )
    members, labels, roles = _members(part, channels, series)
    if len(members) < 2:
        return _none(f"{len(members)} {part.units} to compare; an index needs two")
    own = None if table is None or not part.own_columns else from_table(_only_own(part), table)
    fed = from_results(
        part,
        sampling.given,
        members,
        labels,
        sampling.confidence,
        sampling.draw.n_blocks,
        len(sampling.draw.weights),
        sampling.rng,
        own,
    )
    fed = fed.without(_named(left_out, channels))
    try:
        found = appraise(
            part,
            fed,
            sampling.rng,
            where=_WHERE,
            confidence=sampling.confidence,
            degrees=float(max(sampling.draw.n_blocks - 1, 1)),
            roles=roles,
        )
    except StudyError as error:
        if error.where != TOO_FEW:
            raise
        return _none(error.what)
    return index_rows(found), robustness_rows(found), document_of(found)


def _none(reason: str) -> Found:
    return (
        [Result(not_measured("points of the index", reason))],
        [Result(not_measured("places", reason))],
        None,
    )


def _only_own(part: IndexPart) -> IndexPart:
    """The part of an index that the user's table feeds."""
    own = tuple(one for one in part.indicators if one.measure is None)
    return part.model_copy(update={"indicators": own})


def _compared(held: Ground, part: IndexPart) -> tuple[list[tuple[str, str | None]], dict[str, str]]:
    """Series (channel, platform) captured alike, platform by platform; and who is left out."""
    by_platform: dict[str | None, list[tuple[str, str]]] = {}
    for channel, platform in sorted(held.compared, key=str):
        if channel is not None and part.platform in (None, platform):
            classes = held.capture[channel, platform]
            by_platform.setdefault(platform, []).extend((channel, kind) for kind in classes)
    left_out = {c: why for (c, platform), why in held.apart.items() if c is not None}
    series: list[tuple[str, str | None]] = []
    for platform, pairs in by_platform.items():
        names = np.array([channel for channel, _ in pairs], dtype=object)
        alike = captured_alike(names, np.array([kind for _, kind in pairs], dtype=object))
        series += [(channel, platform) for channel in alike.channels]
        left_out |= alike.why_not
    return series, left_out


def _members(
    part: IndexPart, channels: Registry, series: Sequence[tuple[str, str | None]]
) -> tuple[dict[str, list[str]], dict[str, str], dict[str, str]]:
    """Channels of each unit, printed names and roles of the units."""
    members: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    roles: dict[str, str] = {}
    for channel, platform in series:
        row = channels.get(channel)
        if row is None or not row.named:
            continue
        unit = {
            "channel": channel,
            "organisation": row.organisation,
            "country": row.country or "",
            "platform": str(platform),
        }[part.units]
        if not unit:
            continue
        members.setdefault(unit, []).append(channel)
        labels[unit] = row.name if part.units == "channel" else unit
        if roles.get(unit) != "ours":
            roles[unit] = row.role
    return dict(sorted(members.items())), labels, roles


def _named(left_out: Mapping[str, str], channels: Registry) -> dict[str, str]:
    named = {c: channels.get(c) for c in left_out}
    return {row.name: left_out[c] for c, row in named.items() if row is not None and row.named}
