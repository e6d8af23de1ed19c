"""The run log: a chain that shows every change before its end."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from howfar.errors import StoreError
from howfar.store.run_log import START, Entry, append_entry, verify_log

ENTRY = Entry(
    command="run",
    howfar="0.1.0",
    study_sha256="a" * 64,
    manifest_sha256="b" * 64,
    seed=1,
    run="c0ffee",
    result_sha256="d" * 64,
    started=datetime(2024, 5, 1, 12, tzinfo=UTC),
    ended=datetime(2024, 5, 1, 12, 0, 9, tzinfo=UTC),
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of five entries."""
    path = tmp_path / "results" / "runs.jsonl"
    for seed in range(5):
        append_entry(path, replace(ENTRY, seed=seed))
    return path


def test_each_entry_holds_the_hash_of_the_one_before(tmp_path: Path):
    path = tmp_path / "runs.jsonl"
    first = append_entry(path, ENTRY)
    second = append_entry(path, replace(ENTRY, command="read", run=None, result_sha256=None))
    one, two = (json.loads(line) for line in path.read_bytes().splitlines())
    assert one["previous"] == START == "0" * 64
    assert two["previous"] == one["hash"] == first
    assert two["hash"] == second == verify_log(path)
    # The hash is SHA-256 over the entry's JSON with sorted keys, without the hash itself.
    del one["hash"]
    assert first == hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()
    assert one["started"] == "2024-05-01T12:00:00+00:00"


def test_an_unbroken_log_verifies(log: Path):
    assert verify_log(log) == json.loads(log.read_bytes().splitlines()[-1])["hash"]


def test_a_missing_log_is_an_empty_one(tmp_path: Path):
    assert verify_log(tmp_path / "runs.jsonl") == START


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda lines: [lines[0].replace(b'"seed": 0', b'"seed": 7'), *lines[1:]], 1),
        (lambda lines: [*lines[:2], lines[2].replace(b'"run"', b'"RUN"'), *lines[3:]], 3),
        (lambda lines: lines[1:], 1),
        (lambda lines: [*lines[:2], *lines[3:]], 3),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),
        (lambda lines: [*lines[:4], lines[4][:-5]], 5),
        (lambda lines: [*lines[:4], b"\n", lines[4]], 5),
        (lambda lines: [lines[0].replace(b": ", b":"), *lines[1:]], 1),
        (lambda lines: [b"[1, 2]\n", *lines], 1),
        (lambda lines: [b"\xff\xfe\n", *lines], 1),
    ],
)
def test_a_broken_chain_is_named_by_line(log: Path, change, line: int):
    lines = log.read_bytes().splitlines(keepends=True)
    changed = b"".join(change(lines))
    log.write_bytes(changed)
    with pytest.raises(StoreError, match="run log is broken") as broken:
        verify_log(log)
    assert broken.value.where == f"{log}:{line}"
    assert broken.value.next


def test_a_forged_entry_breaks_the_next(log: Path):
    """Whoever recomputes the hash of a changed entry breaks the chain one line later."""
    lines = log.read_bytes().splitlines(keepends=True)
    body = json.loads(lines[1]) | {"seed": 99}
    del body["hash"]
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    lines[1] = json.dumps(body | {"hash": digest}, sort_keys=True).encode() + b"\n"
    log.write_bytes(b"".join(lines))
    with pytest.raises(StoreError) as broken:
        verify_log(log)
    assert broken.value.where == f"{log}:3"


def test_nothing_is_chained_to_a_broken_log(log: Path):
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[1:]))
    with pytest.raises(StoreError):
        append_entry(log, ENTRY)
    assert log.read_bytes() == b"".join(lines[1:])


def test_an_entry_that_a_crash_cut_off_is_written_again(log: Path):
    whole = log.read_bytes()
    lines = whole.splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:4]) + lines[4][:30])
    append_entry(log, replace(ENTRY, seed=4))
    assert log.read_bytes() == whole


def test_the_log_takes_any_text(tmp_path: Path):
    path = tmp_path / "runs.jsonl"
    append_entry(path, replace(ENTRY, command="read “été” 新闻\n\u2028"))
    last = append_entry(path, ENTRY)
    assert verify_log(path) == last
    assert path.read_bytes().count(b"\n") == 2


def test_a_time_without_zone_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="zone"):
        append_entry(tmp_path / "runs.jsonl", replace(ENTRY, started=datetime(2024, 5, 1)))
