"""`howfar check`: is the study right, and what do its files hold? Nothing is imported."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from howfar.assess.study_index import check_index
from howfar.cli.arguments import HERE, AsJson
from howfar.cli.console import progress_bar, say, say_json
from howfar.collect.manifest import data_sets_of
from howfar.errors import HowfarError, InputError, StudyError
from howfar.readers.describe import FileDescription, describe_all
from howfar.readers.ingest_file import read_context
from howfar.run import costs_table, index_table
from howfar.run.experiments import returned_experiments
from howfar.study.channels import FILE_NAME as CHANNELS
from howfar.study.channels import check_references, load_channels
from howfar.study.file import FILE_NAME, Study, load_study, read_text
from howfar.study.files import source_files
from howfar.study.registry import Registry

_SHOWN = 5


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Study folders, or exports.", show_default="this folder"),
    ] = None,
    json: AsJson = False,
) -> None:
    """Check studies (study file, channels, every source's files) or look into exports."""
    outcomes = []
    with progress_bar("looking", quiet=json) as move:
        for path in paths or [HERE]:
            outcomes.append(check_path(path, move))
    if json:
        say_json(outcomes)
    else:
        for outcome in outcomes:
            _tell(outcome)
    codes = [problem["exit_code"] for outcome in outcomes for problem in outcome["problems"]]
    if codes:
        raise typer.Exit(codes[0])


def check_path(path: Path, progress: Any) -> dict[str, Any]:
    """What a study folder or an export holds, and every problem of it."""
    if path.name == FILE_NAME:
        path = path.parent
    if path.is_dir():
        return _check_study(path, progress)
    outcome: dict[str, Any] = {"path": str(path), "kind": "file", "problems": [], "files": []}
    try:
        described = describe_all(path)
    except HowfarError as error:
        outcome["problems"].append(_problem(error))
    else:
        outcome["files"] += [_file(found) for found in described]
        outcome["problems"] += _file_problems(described)
    return outcome


def _check_study(folder: Path, progress: Any) -> dict[str, Any]:
    outcome: dict[str, Any] = {
        "path": str(folder),
        "kind": "study",
        "problems": [],
        "remarks": [],
        "files": [],
    }
    study: Study | None = None
    channels: Registry | None = None
    try:
        study = load_study(folder)
        outcome["study"] = study.id
    except HowfarError as error:
        outcome["problems"].append(_problem(error))
    try:
        channels = load_channels(folder)
        outcome["channels"] = len(channels.ids)
    except HowfarError as error:
        outcome["problems"].append(_problem(error))
    if study is None or channels is None:
        return outcome
    try:
        check_references(study, channels, read_text(folder / FILE_NAME), FILE_NAME)
    except StudyError as error:
        outcome["problems"].append(_problem(error))
    try:
        check_index(study, index_table(folder, study))
    except StudyError as error:
        outcome["problems"].append(_problem(error))
    try:
        costs_table(folder, channels)
    except StudyError as error:
        outcome["problems"].append(_problem(error))
    try:
        returned_experiments(folder, study, channels)
    except StudyError as error:
        outcome["problems"].append(_problem(error))
    outcome["remarks"] += _remarks(study, channels)
    for number, source in enumerate(study.sources):
        try:
            for path in source_files(study, folder, source.name, data_sets_of(folder, progress)):
                progress(path.name, number, len(study.sources))
                described = describe_all(path, read_context(study, source), source.format)
                for found in described:
                    if source.channel is not None:
                        found.undeclared = tuple(n for n in found.undeclared if n != "channel")
                    outcome["files"].append({"source": source.name, **_file(found)})
                outcome["problems"] += _file_problems(described)
        except HowfarError as error:
            outcome["problems"].append(_problem(error))
    return outcome


def _remarks(study: Study, channels: Registry) -> list[str]:
    """What is allowed, but that the user may not have meant."""
    remarks = []
    if not study.sources:
        remarks.append(f"{FILE_NAME} names no source: nothing can be read")
    if not channels.ids:
        remarks.append(f"{CHANNELS} names no channel: every account is a pseudonym")
    unnamed = [row.channel for row in channels if not row.named]
    if unnamed:
        remarks.append(f"without basis and evidence, so they stay pseudonyms: {', '.join(unnamed)}")
    if not study.objectives:
        remarks.append(f"no objective: {study.about.objectives_unknown}")
    return remarks


def _problem(error: HowfarError) -> dict[str, Any]:
    return {
        "where": error.where,
        "what": error.what,
        "expected": error.expected,
        "next": error.next,
        "exit_code": error.exit_code,
    }


def _file_problems(described: list[FileDescription]) -> list[dict[str, Any]]:
    """What cannot be read; of an archive only where none of its members can: most hold more."""
    if len(described) > 1 and any(not found.problem for found in described):
        return []
    return [
        _problem(InputError(found.problem, where=found.file))
        for found in described
        if found.problem
    ]


def _file(found: FileDescription) -> dict[str, Any]:
    told = asdict(found)
    told["gaps"] = [{"first": g.first, "last": g.last, "days": g.days} for g in found.gaps]
    return told


def _tell(outcome: dict[str, Any]) -> None:
    if outcome["kind"] == "study" and "study" in outcome and "channels" in outcome:
        say(f"study {outcome['study']}: {FILE_NAME} and {CHANNELS} ({outcome['channels']}) read")
    for file in outcome["files"]:
        _tell_file(file)
    for remark in outcome.get("remarks", ()):
        say(f"remark: {remark}")
    for problem in outcome["problems"]:
        say(
            "problem: "
            + str(StudyError(*(problem[k] for k in ("what", "where", "expected", "next"))))
        )
    if not outcome["problems"]:
        say(f"{outcome['path']}: all right" if outcome["kind"] == "study" else "nothing was kept")


def _tell_file(file: dict[str, Any]) -> None:
    head = f"{file['source']}: {file['file']}" if "source" in file else file["file"]
    say(f"{head} ({file['bytes']:,} bytes): {file['format'] or 'format not known'}")
    if file["problem"] and file["format"] is None and not file["guesses"]:
        say(f"  {file['problem']}")
        return
    if file["format"] is None:
        for guess in file["guesses"][:3]:
            say(f"  {guess['format']}: {guess['why']}")
        if file["columns"]:
            say(f"  columns: {', '.join(file['columns'])}")
        return
    rejected = sum(file["rejected"].values())
    say(f"  {file['records']:,} records: {file['posts']:,} posts, {rejected:,} rejected")
    for table, rows in file["other_rows"].items():
        say(f"  rows of {table}: {rows:,}")
    if file["first_post"] is not None:
        say(
            f"  from {file['first_post']:%Y-%m-%d %H:%M} to {file['last_post']:%Y-%m-%d %H:%M} "
            f"UTC, on {file['days']:,} days; distinct accounts: {file['accounts']:,}"
        )
    for name in ("platforms", "languages", "relations", "metrics", "rejected", "notes"):
        if file[name]:
            say(f"  {name}: " + _counted(file[name], file["read"]))
    if file["gaps"]:
        longest = sorted(file["gaps"], key=lambda g: (-g["days"], g["first"]))[:_SHOWN]
        shown = ", ".join(f"{g['first']} to {g['last']} ({g['days']})" for g in longest)
        say(f"  stretches without a post: {len(file['gaps'])}; the longest (days): {shown}")
    for reject in file["rejects"][:_SHOWN]:
        say(f"  {file['file']}:{reject['line']}: {reject['reason']}: {reject['detail']}")
    if file["unknown_columns"]:
        say(f"  columns that the reader does not know: {', '.join(file['unknown_columns'])}")
    if file["undeclared"]:
        say(f"  a study must declare: {', '.join(file['undeclared'])}")


def _counted(words: dict[str, int], posts: int) -> str:
    """Words with their numbers of posts; those that hold for all posts come together, first."""
    every = [word for word, number in words.items() if number == posts]
    parts = [", ".join(every) + " (all posts)"] if every else []
    return ", ".join(parts + [f"{w} {n:,}" for w, n in words.items() if n != posts])
