"""Bombs and archives: bounded memory, no path outside, no connection, no other file opened."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.conftest import ROOT
from tests.readers.hostile import bombs
from tests.readers.reader_cases import read_all

from howfar.readers.discovery import readers
from howfar.readers.documents import documents
from howfar.schema.reader import REASONS, ReadContext

CHILD = Path(__file__).parent / "hostile" / "watched_child.py"
MOST_MEMORY = 512 * 1024 * 1024
SIZE = 96
"""MiB of what unpacks or is long: more than the free 64, so that a bomb's ratio counts."""

Told = dict[str, Any]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """What `howfar read FILE --json` did with every hostile file, in one watched process."""
    folder = tmp_path_factory.mktemp("hostile")
    files = bombs.write(folder, SIZE)
    for kind in bombs.NAMES:
        (folder / f"{kind}.zip").write_bytes(bombs.archive(kind))
        files.append(folder / f"{kind}.zip")
    for name, content in (("encrypted", bombs.encrypted()), ("lying", bombs.lying(5))):
        (folder / f"{name}.zip").write_bytes(content)
        files.append(folder / f"{name}.zip")
    before = sorted(p.name for p in folder.parent.iterdir())
    ended = subprocess.run(
        [sys.executable, str(CHILD), "read", "FILE", "--json", "--", *map(str, files)],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2_000:]
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(lines) == len(files)
    assert sorted(p.name for p in folder.iterdir()) == sorted(f.name for f in files)
    assert sorted(p.name for p in folder.parent.iterdir()) == before
    return {line["file"]: line for line in lines}


def test_each_is_read_or_refused_with_a_reason(told: dict[str, Told]) -> None:
    for name, one in told.items():
        assert one["code"] in (0, 4), (name, one["err"])
        assert "Traceback" not in one["err"] + one["out"], name
        for file in json.loads(one["out"])["files"]:
            assert file["read"] + file["rejected"] == file["records"], name
            listed = len(file["rejects"]) + file["rejects_not_listed"]
            assert listed == file["rejected"], name
            assert {r["reason"] for r in file["rejects"]} <= set(REASONS), name


def test_memory_stays_bounded(told: dict[str, Told]) -> None:
    # Of one process that reads all of them, one after the other.
    assert {n: one["peak"] for n, one in told.items() if one["peak"] >= MOST_MEMORY} == {}


def test_no_connection_and_no_file_but_the_input(told: dict[str, Told]) -> None:
    own = [
        ROOT,
        Path(sys.prefix),
        Path(sys.base_prefix),
        *map(Path, sysconfig.get_paths().values()),
    ]
    own += [Path(p) for p in ("/proc/self", "/etc/localtime", "/usr/share/zoneinfo")]
    allowed = [p.resolve() for p in own] + [p.absolute() for p in own]
    for name, one in told.items():
        assert one["others"] == [], name
        for path, mode in one["opened"]:
            assert mode == "r" or path == os.devnull, (name, path)
            at_home = any(Path(path).is_relative_to(p) for p in allowed)
            assert at_home or Path(path).name == name or path == os.devnull, (name, path)


def test_bombs_end_at_their_ratio(told: dict[str, Told]) -> None:
    for name in ("bomb.jsonl.gz", "bomb.jsonl.zst", "bomb.zip", "window.jsonl.zst", "members.zip"):
        reasons = {
            r["reason"] for f in json.loads(told[name]["out"])["files"] for r in f["rejects"]
        }
        assert reasons == {"ratio"}, name


def test_of_an_archive_the_honest_member_is_read_and_the_other_named(
    told: dict[str, Told],
) -> None:
    expected = dict.fromkeys(bombs.NAMES, "member_path") | {"nested": "member"}
    for kind, reason in (expected | {"encrypted": "encrypted"}).items():
        refused, honest = json.loads(told[f"{kind}.zip"]["out"])["files"]
        assert refused["rejects"][0]["reason"] == reason, kind
        assert (honest["read"], honest["rejected"]) == (10, 0), kind
        assert "escaped" not in told[f"{kind}.zip"]["out"], "a member's name may name a person"


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_of_a_cut_file_every_intact_record_is_read(packing: str, tmp_path: Path) -> None:
    posts = b"".join(bombs.POST.replace(b"17%d", b"17") % (n % 10) for n in range(3_000))
    posts = b"".join(
        line.replace(b"170000000000000000", b"17%014d" % n)
        for n, line in enumerate(posts.splitlines(keepends=True))
    )
    pack = gzip.compress if packing == "gz" else zstandard.ZstdCompressor(3).compress
    # Frames one after another, as tools that append write them; the last one is cut.
    parts = [pack(posts[start : start + 40_000]) for start in range(0, len(posts), 40_000)]
    whole = b"".join(parts)
    path = tmp_path / f"posts.jsonl.{packing}"
    for cut in (len(parts[0]), len(b"".join(parts[:3])) + 5, len(whole) // 2, len(whole) - 9):
        path.write_bytes(whole[:cut])
        (document,) = documents(path)
        rows, rejects, tally = read_all(readers()["x-api-v2"], document, ReadContext("cut"))
        frames = 0
        while len(b"".join(parts[: frames + 1])) <= cut:
            frames += 1
        lines = posts[: frames * 40_000].count(b"\n")
        assert [row["line"] for row in rows][:lines] == list(range(1, lines + 1))
        assert len(rows) + len(rejects) == tally.records
        assert {r.reason for r in rejects} <= {"json", "compression"}
