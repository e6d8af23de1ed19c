"""Two processes of the program at once: one waits or is refused clearly, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import pytest
from tests.cli.conftest import COLUMNS, STUDY, registry_csv

from howfar.store.tables import TableStore, verify
from howfar.study.file import load_study

ROWS = 20_000
REFUSED = 5
"""Exit code of a study that another process is writing to."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are stopped by a signal")


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """An export that takes a moment to read."""
    rows = [
        f"{n},2024-02-{n % 28 + 1:02}T10:00:00,nordwelle,mastodon,post {n},{n % 9},{n % 5},1"
        for n in range(ROWS)
    ]
    path = tmp_path / "posts.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


def study_of(exports: Path, name: str) -> Path:
    folder = exports.parent / name
    folder.mkdir()
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "channels.csv").write_text(registry_csv(), encoding="utf-8")
    return folder


def begin(*arguments: object) -> subprocess.Popen[str]:
    """The program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "howfar", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(child: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and what was said on the error channel."""
    _, said = child.communicate()
    return child.returncode, said


def is_free(lock: Path) -> bool:
    try:
        with filelock.FileLock(lock, timeout=0, fallback_to_soft=False):
            return True
    except filelock.Timeout:
        return False


@contextmanager
def stopped_at_work(child: subprocess.Popen[str], study: Path) -> Iterator[None]:
    """Stop a child while it is writing; let it go on afterwards."""
    lock = study / "tables" / ".lock"
    # A folder of segments is there as soon as it reads; the lock is then held to the end.
    while not any((study / "tables").glob("*/*")) or is_free(lock):
        assert child.poll() is None, "it has ended before it was met at work"
        time.sleep(0.001)
    os.kill(child.pid, signal.SIGSTOP)
    try:
        assert not is_free(lock)
        yield
    finally:
        os.kill(child.pid, signal.SIGCONT)


def tables(study: Path) -> dict[str, bytes]:
    folder = study / "tables"
    files = [*folder.rglob("*.parquet"), folder / "manifest.json"]
    name = f"/{study.name}/".encode()
    return {p.relative_to(folder).as_posix(): p.read_bytes().replace(name, b"//") for p in files}


def test_whoever_comes_second_is_refused_and_the_first_ends_as_if_alone(exports: Path) -> None:
    alone = study_of(exports, "alone")
    assert ended(begin("read", alone)) == (0, "")
    study = study_of(exports, "study")
    before = (study / "study.toml").read_bytes()
    other = exports.with_name("other.csv")
    other.write_bytes(exports.read_bytes())
    first = begin("read", study)
    with stopped_at_work(first, study):
        for second in (
            ("read", study),
            ("read", study, "--fresh"),
            ("read", other, "--study", study),
            ("forget", study, "--post", "mastodon:1"),
        ):
            code, said = ended(begin(*second))
            assert code == REFUSED, (second, said)
            assert "another howfar is writing to this study" in said
            assert "next: wait until it has finished" in said
            assert "Traceback" not in said
        # Whoever only looks waits for nobody.
        assert ended(begin("status", study)) == (0, "")
    assert ended(first) == (0, "")
    assert (study / "study.toml").read_bytes() == before
    assert tables(study) == tables(alone)
    assert ended(begin("read", study)) == (0, "")
    assert tables(study) == tables(alone)


def test_of_two_that_begin_together_one_reads(exports: Path) -> None:
    # Not even a key is there: whoever makes it, all pseudonyms are of that one.
    study = study_of(exports, "study")
    children = [begin("read", study) for _ in range(2)]
    outcomes = [ended(child) for child in children]
    assert {code for code, _ in outcomes} <= {0, REFUSED}, outcomes
    assert 0 in {code for code, _ in outcomes}
    assert all("Traceback" not in said for _, said in outcomes)
    assert all("another howfar" in said for code, said in outcomes if code)
    assert verify(TableStore(study)) == []
    assert TableStore(study).read("posts").num_rows == ROWS
    alone = study_of(exports, "alone")
    assert ended(begin("read", alone)) == (0, "")
    assert tables(study) == tables(alone)


def test_new_sources_of_two_at_once_are_both_in_the_study(exports: Path) -> None:
    study = study_of(exports, "study")
    text = exports.read_text(encoding="utf-8")
    names = ("a", "b")
    for name in names:
        header, rest = text.split("\n", 1)
        posts = "\n".join(f"{name}{line}" for line in rest.splitlines()[:50])
        (exports.parent / f"{name}.csv").write_text(f"{header}\n{posts}\n", encoding="utf-8")
    told = ("--timezone", "UTC", "--observed-at", "2024-03-15T00:00:00", "--capture", "complete")
    waiting = set(names)
    while waiting:
        children = {
            name: begin("read", exports.parent / f"{name}.csv", "--study", study, *told)
            for name in sorted(waiting)
        }
        outcomes = {name: ended(child) for name, child in children.items()}
        assert {code for code, _ in outcomes.values()} <= {0, REFUSED}, outcomes
        done = {name for name, (code, _) in outcomes.items() if code == 0}
        assert done, outcomes
        waiting -= done
    assert {source.name for source in load_study(study).sources} == {"posts", *names}
    assert TableStore(study).read("posts").num_rows == 50 * len(names)
