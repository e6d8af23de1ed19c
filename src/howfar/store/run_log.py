"""The run log: what was run on which data, each entry chained to the one before by its hash.

One JSON object a line. ``previous`` is the hash of the entry before (64 zeros for the first) and
``hash`` that of the entry itself without it, so that an entry cannot be changed, removed from the
middle or put in between without breaking the chain there. Entries cut off the end leave no trace
in the log itself: the hash of the last entry, printed with each run, shows that.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from howfar.errors import StoreError
from howfar.store.durable import sync_folder
from howfar.store.locks import file_lock

LOG = "runs.jsonl"
START = "0" * 64
"""What stands for the hash of the entry before the first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One command that was run; hashes are SHA-256, times are given by the caller, with zone.

    Fields that do not apply to a command are null (a ``read`` has no result).
    """

    command: str
    howfar: str
    study_sha256: str
    manifest_sha256: str
    seed: int | None
    run: str | None
    result_sha256: str | None
    started: datetime
    ended: datetime
    counts: Mapping[str, int] | None = None
    """How much was removed, by what; of deletions only, and never what it was."""


def append_entry(log: Path, entry: Entry) -> str:
    """Write one more entry, durably; its hash.

    An entry that a crash cut off (its line has no end) was never acknowledged and is removed.
    Raises StoreError where the log is broken otherwise: nothing can be chained to it.
    """
    if entry.started.tzinfo is None or entry.ended.tzinfo is None:
        raise ValueError("a time in the run log needs its zone")
    log.parent.mkdir(parents=True, exist_ok=True)
    with file_lock(log.with_name(log.name + ".lock"), log, timeout=10), log.open("ab+") as file:
        file.seek(0)
        previous, whole = START, 0
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                file.truncate(whole)
                break
            previous = _checked(line, previous, number, log)
            whole += len(line)
        body = asdict(entry) | {
            "started": entry.started.isoformat(),
            "ended": entry.ended.isoformat(),
            "previous": previous,
        }
        if entry.counts is None:
            del body["counts"]
        digest = _hash(body)
        file.write(_line(body | {"hash": digest}))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(log.parent)
    return digest


def verify_log(log: Path) -> str:
    """The hash of the last entry of an unbroken log; 64 zeros for an empty or missing one.

    Raises StoreError that names the first line at which the chain is broken.
    """
    previous = START
    if log.exists():
        with log.open("rb") as file:
            for number, line in enumerate(file, start=1):
                previous = _checked(line, previous, number, log)
    return previous


def _checked(line: bytes, previous: str, number: int, log: Path) -> str:
    """The hash of one entry; StoreError where it does not follow the one before."""
    try:
        body = json.loads(line)
        known = str(body.pop("hash"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _broken("the entry is damaged or cut off", number, log) from error
    # Compared as bytes too, so that no respelling of the same entry passes.
    if _hash(body) != known or _line(body | {"hash": known}) != line:
        raise _broken("the entry was changed after it was written", number, log)
    if body.get("previous") != previous:
        raise _broken("an entry before this one was changed, removed or put in", number, log)
    return known


def _line(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _broken(what: str, number: int, log: Path) -> StoreError:
    return StoreError(
        f"the run log is broken: {what}",
        where=f"{log}:{number}",
        expected="each entry chained to the one before",
        next=f"restore {log.name} from a backup, or set it aside to begin a new log",
    )
