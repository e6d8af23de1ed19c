"""What reading gave, file by file, as people and scripts see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from howfar.cli.console import say
from howfar.cli.guesses import mapped_context
from howfar.cli.new_source import SourceOptions
from howfar.errors import InputError
from howfar.readers.describe import MOST_REJECTS, FileDescription, describe, describe_all
from howfar.readers.ingest_file import Outcome
from howfar.schema.reader import NOTES, REASONS, WHOLE_FILES, ReadContext, Reject
from howfar.store.lookalikes import lookalikes
from howfar.store.tables import TableStore
from howfar.study.codes import zone


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """One file or one member of an archive: what was recognised, kept, rejected, remarked.

    A file that cannot be read at all counts as one record, rejected, with its reason.
    member: it lies in an archive.
    """

    path: str
    file: str
    source: str | None
    format: str
    why: str
    records: int
    read: int
    rejected: int
    state: str
    warnings: tuple[dict[str, Any], ...] = ()
    rejects: tuple[Reject, ...] = ()
    problem: str = ""
    input: int | None = None
    member: bool = False

    def as_json(self) -> dict[str, Any]:
        """The documented form of `read --json`."""
        return {
            "path": self.path,
            "file": self.file,
            "source": self.source,
            "format": self.format or None,
            "why": self.why,
            "records": self.records,
            "read": self.read,
            "rejected": self.rejected,
            "state": self.state,
            "warnings": list(self.warnings),
            "rejects": [
                {"line": r.line, "reason": r.reason, "detail": r.detail} for r in self.rejects
            ],
            "rejects_not_listed": self.rejected - len(self.rejects),
            "problem": self.problem or None,
        }


def outcome_of(done: Outcome) -> FileOutcome:
    """What the ingest of one file gave."""
    member = done.file.startswith(f"{Path(done.path).name}#")
    if done.problem:
        return _refused(done.path, done.file, done.source, done.reason, done.problem, member)
    return FileOutcome(
        done.path,
        done.file,
        done.source,
        done.format,
        done.why,
        done.records,
        done.read,
        done.rejected,
        "known, unchanged" if done.known else "read",
        tuple(_warnings(done.unknown, done.notes)),
        input=done.input,
        member=member,
    )


def with_rejects(outcomes: Iterable[FileOutcome], folder: Path) -> list[FileOutcome]:
    """The outcomes with the rejects that the study's tables hold of them, MOST_REJECTS of each."""
    table = TableStore(folder).read("rejects").select(["input", "line", "reason", "detail"])
    found: dict[int, tuple[Reject, ...]] = {}
    for number in {o.input for o in outcomes if o.input is not None and o.rejected}:
        rows = table.filter(pc.equal(table["input"], number)).slice(0, MOST_REJECTS).to_pylist()
        found[number] = tuple(Reject(r["line"], r["reason"], r["detail"]) for r in rows)
    return [o if o.input is None else replace(o, rejects=found.get(o.input, ())) for o in outcomes]


def with_lookalikes(outcomes: Iterable[FileOutcome], folder: Path) -> list[FileOutcome]:
    """The outcomes, warned of accounts that look like a channel; they are counted, never named."""
    store = TableStore(folder)
    with store.reading() as manifest:
        return [
            o
            if o.input is None
            else replace(
                o,
                warnings=(
                    *o.warnings,
                    *(
                        {
                            "code": "lookalike",
                            "detail": f"handles that look like that of channel {found.channel}; "
                            "not matched to it",
                            "channel": found.channel,
                            "accounts": found.accounts,
                            "records": found.posts,
                        }
                        for found in lookalikes(store, manifest, o.input)
                    ),
                ),
            )
            for o in outcomes
        ]


def looked_into(path: Path, options: SourceOptions) -> list[FileOutcome]:
    """A file read to its end without a study; nothing is kept."""
    given = ReadContext("read", timezone=zone(options.timezone) if options.timezone else None)
    found = describe_all(path, given, options.format, all_rejects=True)
    if len(found) == 1 and found[0].format is None and found[0].columns:
        context, format = mapped_context(found[0])
        if context is not None:
            context = replace(context, timezone=given.timezone)
            found = [describe(path, context, format, all_rejects=True)]
    return [_described(path, one) for one in found]


def _described(path: Path, found: FileDescription) -> FileOutcome:
    why = next((g.why for g in found.guesses if g.format == found.format), "")
    member = found.file.startswith(f"{path.name}#")
    if found.problem:
        return _refused(path, found.file, None, found.reason, found.problem, member)
    undeclared = [{"code": "undeclared", "detail": name} for name in found.undeclared]
    return FileOutcome(
        str(path),
        found.file,
        None,
        found.format or "",
        why,
        found.records,
        found.read,
        sum(found.rejected.values()),
        "looked through",
        (*undeclared, *_warnings(found.unknown, found.notes)),
        tuple(found.rejects),
        member=member,
    )


def refused_file(path: Path, error: InputError) -> FileOutcome:
    """A file that no reader can read."""
    return _refused(path, path.name, None, error.reason, str(error), member=False)


def _refused(
    path: Path | str, file: str, source: str | None, reason: str, problem: str, member: bool
) -> FileOutcome:
    reason = reason or "format"
    return FileOutcome(
        str(path),
        file,
        source,
        "",
        "",
        1,
        0,
        1,
        "refused",
        (),
        (Reject(1, reason, _meaning(reason)),),
        problem,
        member=member,
    )


def _warnings(unknown: Mapping[str, int], notes: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    for name, records in unknown.items():
        yield {"code": "unknown_field", "detail": name, "records": records}
    for code, records in notes.items():
        yield {"code": code, "detail": NOTES.get(code, code), "records": records}


def _meaning(reason: str) -> str:
    told = REASONS[reason]
    return next((told.removeprefix(w) for w in WHOLE_FILES if told.startswith(w)), told)


def tell(outcome: FileOutcome, *, rejects: bool) -> None:
    """Say what happened to one file."""
    if outcome.problem:
        say(f"{outcome.file}: refused ({outcome.rejects[0].reason}): {outcome.problem}")
        return
    say(
        f"{outcome.file}: {outcome.records:,} records as {outcome.format}, {outcome.read:,} kept, "
        f"{outcome.rejected:,} rejected ({outcome.state})"
    )
    if outcome.why:
        say(f"  format: {outcome.why}")
    unknown = [w["detail"] for w in outcome.warnings if w["code"] == "unknown_field"]
    if unknown:
        say(f"  fields that the reader does not know, counted and not kept: {', '.join(unknown)}")
    for warning in outcome.warnings:
        if warning["code"] == "undeclared":
            say(f"  a study must declare: {warning['detail']}")
        elif warning["code"] != "unknown_field":
            say(f"  {warning['code']} ({warning['records']:,}): {warning['detail']}")
    if rejects:
        for reject in outcome.rejects:
            say(f"{outcome.file}:{reject.line}: {reject.reason}: {reject.detail}")
        if unlisted := outcome.rejected - len(outcome.rejects):
            say(f"  and {unlisted:,} more rejects")
