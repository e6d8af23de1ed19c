"""Experiments that a study names as over: read, checked against its channels, analysed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from howfar.errors import StudyError
from howfar.improve.experiments.analyse import analyse
from howfar.improve.experiments.plan import Plan, parse_plan
from howfar.improve.returned_experiments import Done, table_of
from howfar.study.experiments import Returned
from howfar.study.file import FILE_NAME, Study, read_text
from howfar.study.registry import Registry

_HASH: Final = ".sha256"


def returned_experiments(folder: Path, study: Study, channels: Registry) -> tuple[Done, ...]:
    """Every experiment of the study, analysed as it was registered.

    Raises StudyError where a file is missing or not what it should be, where an experiment was on
    other channels than ours, and where two have one id, or one that of a change.
    """
    found: list[Done] = []
    taken = {change.id for change in study.changes}
    taken |= {change.practice for change in study.changes if change.practice is not None}
    for one in study.experiments:
        text = _text(folder, one.registration, "registration")
        plan = parse_plan(text, one.registration)
        if plan.id in taken:
            raise StudyError(
                f"the id {plan.id!r} is used twice, by experiments or changes",
                where=f"{FILE_NAME}: [[experiments]] {one.registration}",
                next="give the change another id; that of a registration cannot be changed",
            )
        taken.add(plan.id)
        _on_our_channels(plan, one, channels)
        table = table_of(plan, _text(folder, one.data, "data"), one.data)
        deposited = one.sha256 or deposited_beside(folder / one.registration)
        analysis = analyse(text, one.registration, table, deposited=deposited)
        found.append(Done(analysis, one.direction))
    return tuple(found)


def experiment_files(folder: Path, study: Study) -> Iterator[str]:
    """Names of all files that the experiments of a study rest on."""
    for one in study.experiments:
        yield one.registration
        yield one.data
        beside = one.registration + _HASH
        if one.sha256 is None and (folder / beside).exists():
            yield beside


def deposited_beside(registration: Path) -> str | None:
    """The hash in the .sha256 file beside a registration; null without one."""
    path = registration.with_name(registration.name + _HASH)
    words = read_text(path).split() if path.exists() else []
    return words[0].lower() if words else None


def _text(folder: Path, name: str, key: str) -> str:
    if not (folder / name).is_file():
        raise StudyError(
            f"there is no file {name}",
            where=f"{FILE_NAME}: [[experiments]] {key}",
            expected="a file in the study's folder",
            next="copy it there, or take the experiment out of study.toml",
        )
    return read_text(folder / name)


def _on_our_channels(plan: Plan, one: Returned, channels: Registry) -> None:
    strange = []
    for name in plan.channels:
        row = channels.get(name)
        owned = row is not None and bool((row.declared_owner or "").strip())
        if row is None or row.role != "ours" or not row.named or not owned:
            strange.append(name)
    if strange:
        raise StudyError(
            f"the experiment {plan.id!r} was done on {', '.join(strange)}, no channel of ours",
            where=one.registration,
            expected="ids of channels.csv with the role ours and a declared owner",
            next="add the channels to channels.csv, or take the experiment out of study.toml",
        )
