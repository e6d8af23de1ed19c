"""A disk that is really full: `python -m benchmarks.full_disk`.

Mounts a small file system in memory, reads a study onto it until there is no room, makes it
larger, reads on, and compares the tables byte for byte with those of an undisturbed run:

- once: disks of several sizes, full at different moments of the reading;
- step by step: one disk that grows by a little after each time that it was full;
- again: a whole reading anew (--fresh) with no room for it; the old tables must stay as they are.

Mounting needs the rights of root, or user namespaces (`unshare`), in which this program starts
itself again. Where neither is allowed it says so and ends with 2. The figures go to
benchmarks/results/full_disk.json with a hash of the sources that they speak of.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.store.conftest import CHANNELS, STUDY, page_rows, write_page

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "full_disk.json"
INSIDE = "HOWFAR_INSIDE"
PAGES = 5
SHARES = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98)
"""Sizes of the disks, as shares of what the study takes."""
STEP = 0.13
FULL = 5
"""Exit code of a store that cannot be written."""


@dataclass(frozen=True)
class Disk:
    """A small file system on which a study lies."""

    folder: Path

    @property
    def study(self) -> Path:
        """The study's folder."""
        return self.folder / "study"

    def grow(self, size: int) -> None:
        """Give it so many bytes."""
        mount("-o", f"remount,size={size}", str(self.folder))


def main() -> int:
    """Fill disks, go on, compare; 1 where anything was lost or not told, 2 without a disk."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000, help="posts of each of five files")
    asked = parser.parse_args()
    if not may_mount():
        return in_a_namespace()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ["HOWFAR_KEYS"] = str(folder / "keys")
        os.environ["HOWFAR_CACHE"] = str(folder / "cache")
        exports = folder / "exports"
        exports.mkdir()
        for page in range(1001, 1001 + PAGES):
            write_page(exports / f"page{page}.csv", page_rows(page, asked.rows, 7))
        # The tables name files by their place beside the study: the same on every disk.
        whole = new_study(folder / "whole" / "study", exports)
        check(howfar("read", whole), 0, "an undisturbed run")
        needed = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())
        expected = tables(whole)
        failures: list[str] = []
        told = {
            "posts": PAGES * asked.rows,
            "bytes": needed,
            "once": [
                once(folder, exports, round(share * needed), 2 * needed, expected, failures)
                for share in SHARES
            ],
            "step_by_step": step_by_step(folder, exports, needed, expected, failures),
            "again": again(folder, exports, needed, expected, failures),
        }
    body = {**told, "failures": failures, "sources_sha256": sources_hash()}
    RESULT.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(body, indent=1))
    return bool(failures)


def once(
    folder: Path,
    exports: Path,
    size: int,
    enough: int,
    expected: dict[str, bytes],
    failures: list[str],
) -> dict[str, int]:
    """A disk that is full once, and then has room for everything."""
    with disk(folder / "disk", size, exports) as small:
        fill(small, failures)
        left = committed(small)
        small.grow(enough)
        finish(small, expected, failures)
    return {"bytes": size, "files_committed_when_full": left}


def step_by_step(
    folder: Path, exports: Path, needed: int, expected: dict[str, bytes], failures: list[str]
) -> dict[str, object]:
    """A disk that is full again and again."""
    size, lefts = round(STEP * needed / 2), list[int]()
    with disk(folder / "disk", size, exports) as small:
        while (ended := howfar("read", small.study)).returncode and len(lefts) < 3 / STEP:
            failures += wrong(small, ended)
            lefts.append(committed(small))
            size += round(STEP * needed)
            small.grow(size)
        finish(small, expected, failures)
    return {"times_full": len(lefts), "files_committed_when_full": lefts, "bytes": size}


def again(
    folder: Path, exports: Path, needed: int, expected: dict[str, bytes], failures: list[str]
) -> dict[str, bool]:
    """A disk with room for the tables, but not for the tables twice."""
    with disk(folder / "disk", 4 * needed, exports) as small:
        finish(small, expected, failures)
        small.grow(round(1.5 * needed))
        failures += wrong(small, howfar("read", "--fresh", small.study))
        kept = tables(small.study) == expected
        if not kept:
            failures.append("the old tables are others after a new reading that had no room")
        small.grow(4 * needed)
        check(howfar("read", "--fresh", small.study), 0, "a new reading with room for it")
        renewed = sorted(map(len, tables(small.study).values()))
        check(howfar("verify", small.study), 0, "the new tables")
    return {"old_tables_kept": kept, "as_large_when_renewed": renewed == sizes(expected)}


def sizes(contents: dict[str, bytes]) -> list[int]:
    """How long each file is."""
    return sorted(map(len, contents.values()))


def fill(small: Disk, failures: list[str]) -> None:
    """Read until the disk is full; what is wrong with how that was told."""
    failures += wrong(small, howfar("read", small.study))


def finish(small: Disk, expected: dict[str, bytes], failures: list[str]) -> None:
    """Read on with room enough: the tables are those of an undisturbed run."""
    check(howfar("read", small.study), 0, "reading on")
    if tables(small.study) != expected:
        failures.append(f"{small.folder.name}: other tables than those of an undisturbed run")


def wrong(small: Disk, ended: subprocess.CompletedProcess[str]) -> list[str]:
    """What is wrong with a run that met a full disk."""
    found = []
    if ended.returncode != FULL:
        found.append(f"full disk: exit code {ended.returncode}, expected {FULL}: {ended.stderr}")
    if "Traceback" in ended.stderr or "disk is full" not in ended.stderr:
        found.append(f"full disk: said {ended.stderr!r}")
    if "next: make room" not in ended.stderr:
        found.append("full disk: it was not said what to do")
    if (small.study / "tables" / "manifest.json").exists():
        verified = howfar("verify", small.study)
        if verified.returncode:
            found.append(f"full disk: the tables are damaged: {verified.stderr}")
    return found


def committed(small: Disk) -> int:
    """How many files the tables hold."""
    manifest = small.study / "tables" / "manifest.json"
    return len(json.loads(manifest.read_text())["inputs"]) if manifest.exists() else 0


def tables(study: Path) -> dict[str, bytes]:
    """Every committed byte of a study's tables."""
    folder = study / "tables"
    files = [*folder.rglob("*.parquet"), folder / "manifest.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(files)}


def new_study(folder: Path, exports: Path) -> Path:
    """A study that reads the page files."""
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY.format(exports=exports.as_posix()))
    (folder / "channels.csv").write_text(CHANNELS)
    return folder


def howfar(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    command = [sys.executable, "-m", "howfar", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check(ended: subprocess.CompletedProcess[str], code: int, what: str) -> None:
    """Stop where a run that nothing disturbs has failed."""
    if ended.returncode != code:
        raise SystemExit(f"{what}: exit code {ended.returncode}: {ended.stderr}")


@contextmanager
def disk(folder: Path, size: int, exports: Path) -> Iterator[Disk]:
    """A file system of so many bytes with a new study on it."""
    folder.mkdir()
    # Room for the study's own two files, whatever the size.
    mount("-t", "tmpfs", "-o", f"size={max(size, 64 * 1024)}", "none", str(folder))
    try:
        small = Disk(folder)
        new_study(small.study, exports)
        yield small
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def mount(*arguments: str) -> None:
    """The system's mount."""
    subprocess.run(["mount", *arguments], check=True)


def may_mount() -> bool:
    """Whether a file system can be mounted here."""
    if shutil.which("mount") is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        tried = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder]
        if subprocess.run(tried, capture_output=True, check=False).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


def in_a_namespace() -> int:
    """This program once more where its user may mount; 2 where there is no such place."""
    if INSIDE not in os.environ and (unshare := shutil.which("unshare")):
        inside = [unshare, "--map-root-user", "--mount"]
        if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode == 0:
            command = [*inside, sys.executable, "-m", "benchmarks.full_disk", *sys.argv[1:]]
            env = {**os.environ, INSIDE: "1"}
            return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    print(
        "no small disk can be mounted here: it needs the rights of root, or user namespaces. "
        "Nothing was tried.",
        file=sys.stderr,
    )
    return 2


def sources_hash() -> str:
    """SHA-256 over the store, what reads into it, and this file."""
    files = [*(ROOT / "src" / "howfar" / "store").glob("*.py"), Path(__file__)]
    files += [ROOT / "src" / "howfar" / "readers" / f"{name}.py" for name in ("ingest", "protect")]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
