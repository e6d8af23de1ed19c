"""`howfar forget`: persons, posts and channels out of a study, for good."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import howfar
from howfar.cli.arguments import AsJson
from howfar.cli.console import say, say_json
from howfar.cli.read import study_key
from howfar.errors import InputError, StoreError, StudyError
from howfar.privacy.pseudonyms import Pseudonymiser
from howfar.privacy.requests import Request, add_lines, parse_named
from howfar.readers.accounts import ids_of_handles
from howfar.store.forget import Deletion, forget
from howfar.store.run_log import LOG, Entry, append_entry
from howfar.store.stale import remove_stale, stale_runs
from howfar.store.tables import TableStore
from howfar.study.channel import check_platform
from howfar.study.channels import load_channels
from howfar.study.file import FILE_NAME, Study, load_study
from howfar.study.registry import Registry

_FREE_TEXT = (
    "mentions in other people's texts were replaced when they were read, so no text was searched; "
    "a name written out in plain words is not found"
)


def command(
    study: Annotated[Path, typer.Argument(help="Study folder, with its study.toml.")],
    person: Annotated[
        list[str] | None, typer.Option(help="A person, as platform:id or platform:@handle.")
    ] = None,
    post: Annotated[list[str] | None, typer.Option(help="A post, as platform:id.")] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="All that came from a channel of the registry.")
    ] = None,
    persons_file: Annotated[
        Path | None,
        typer.Option(help="Persons, an id a line, or a compliance job of users; - is the input."),
    ] = None,
    posts_file: Annotated[
        Path | None,
        typer.Option(help="Posts, an id a line, or a compliance job of posts; - is the input."),
    ] = None,
    platform: Annotated[
        str, typer.Option(help="Whose ids the files hold.", show_default="platform:id a line")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would go; change nothing.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Remove persons, posts or channels everywhere in the study, and never read them again."""
    about, channels = load_study(study), load_channels(study)
    request = _request(person, post, persons_file, posts_file, platform)
    _add_channels(request, channel or [], channels)
    if not request:
        raise typer.BadParameter(
            "nothing to forget: give --person, --post, --channel, --persons-file or --posts-file"
        )
    store = TableStore(study)
    missing = _add_ids(request, about, store)
    pseudonyms = Pseudonymiser(study_key(about, study, store))
    done = forget(store, request, pseudonyms, log=_logger(study), dry_run=dry_run)
    if dry_run:
        results = len(stale_runs(study, store.manifest())) if not done.anything else _runs(study)
    else:
        results = remove_stale(study, store.manifest())
    _tell(study, missing, done, results, dry_run, json)
    if done.held:
        raise StoreError(
            f"{done.held} replaced files are still on the disk: a howfar that runs needs them",
            where=str(store.folder),
            expected="no other howfar at work on this study",
            next="when it has ended, run the same command again: it removes them, and results "
            "that were made meanwhile",
        )


def _request(
    persons: list[str] | None,
    posts: list[str] | None,
    persons_file: Path | None,
    posts_file: Path | None,
    platform: str,
) -> Request:
    if platform:
        try:
            check_platform(platform)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    request = Request()
    for kind, option, named, file in (
        ("persons", "--person", persons, persons_file),
        ("posts", "--post", posts, posts_file),
    ):
        for number, text in enumerate(named or [], start=1):
            request.add(kind, *parse_named(text, option, number))
        if file is not None:
            add_lines(request, kind, _lines(file), file.name or "-", platform or None)
    return request


def _lines(file: Path) -> list[str]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(
            "the list is not UTF-8", where=file.name, next="save it as UTF-8", reason="encoding"
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=file.name) from None
    return text.splitlines()


def _add_channels(request: Request, names: list[str], channels: Registry) -> None:
    for name in names:
        rows = channels.rows(name)
        if not rows:
            raise StudyError(
                f"channels.csv has no channel {name!r}",
                where="channels.csv",
                expected=", ".join(channels.ids) or "a channel",
                next="howfar forget --person platform:id removes an account that is no channel",
            )
        request.channels.add(name)
        for row in rows:
            # Without a basis its posts stand under pseudonyms, those of its account or its name.
            request.add("persons", row.platform, f"#{name}")
            if row.account_id:
                request.add("persons", row.platform, row.account_id)
            if row.handle:
                request.add("persons", row.platform, f"@{row.handle}")


def _add_ids(request: Request, about: Study, store: TableStore) -> list[str]:
    """Add the account ids that the raw files give for handles; files that cannot be looked into.

    Where an export gives ids the tables hold their pseudonyms, and nothing leads from a handle
    to them but the raw files.
    """
    handles = {
        platform: {name for name in names if name.startswith("@")}
        for platform, names in request.persons.items()
    }
    handles = {platform: names for platform, names in handles.items() if names}
    if not handles:
        return []
    sources = {source.name: source for source in about.sources}
    read = sorted({(i.source, i.path) for i in store.manifest().inputs if i.source in sources})
    files = [(sources[name], Path(path)) for name, path in read]
    found, missing = ids_of_handles(about, files, handles)
    for platform, ids in found.items():
        for native_id in ids:
            request.add("persons", platform, native_id)
    return sorted({str(path) for path in missing})


def _logger(folder: Path) -> Callable[[Mapping[str, int]], None]:
    """Writes a deletion into the run log: when, and how much; never what it was."""
    started = datetime.now(UTC)

    def log(counts: Mapping[str, int]) -> None:
        manifest = TableStore(folder).manifest()
        entry = Entry(
            command="forget",
            howfar=howfar.__version__,
            study_sha256=hashlib.sha256((folder / FILE_NAME).read_bytes()).hexdigest(),
            manifest_sha256=hashlib.sha256(manifest.to_bytes()).hexdigest(),
            seed=None,
            run=None,
            result_sha256=None,
            started=started,
            ended=datetime.now(UTC),
        )
        append_entry(folder / "results" / LOG, replace(entry, counts=dict(counts)))

    return log


def _runs(folder: Path) -> int:
    return len(list((folder / "results" / "runs").glob("*")))


def _tell(
    folder: Path, missing: list[str], done: Deletion, results: int, dry_run: bool, json: bool
) -> None:
    outcome: dict[str, Any] = {
        "study": str(folder),
        "dry_run": dry_run,
        "changed": done.anything,
        "remembered": done.new,
        "rows": done.rows,
        "references": done.references,
        "runs": results,
        "raw_files": done.to_purge,
        "held": done.held,
        "not_looked_into": missing,
        "texts": _FREE_TEXT,
    }
    if json:
        say_json(outcome)
        return
    would = "would be " if dry_run else ""
    if not done.anything:
        say("the tables hold nothing of it, and it is remembered already: nothing was changed")
    else:
        removed = ", ".join(f"{n:,} of {table}" for table, n in done.rows.items() if n)
        say(f"rows {would}removed: {removed or 'none'}")
        if done.references:
            say(f"references {would}emptied in rows that stay: {done.references:,}")
        say(f"{would}remembered, so that it is never read again: {done.new:,} (keyed hashes)")
    if results:
        say(f"runs {would}removed, with report and tables: {results}")
    if missing:
        say("raw files in which the account ids of handles could not be looked up; where they give")
        say("ids, name the account by its id as well:")
        for path in missing:
            say(f"  {path}")
    say(_FREE_TEXT)
    if done.to_purge:
        say("raw files that hold something forgotten; purge them yourself, and their copies:")
        for path in done.to_purge:
            say(f"  {path}")
    if done.anything and not dry_run:
        say(f"next: howfar run {folder}")
