"""The same inputs, key and seed give the same bytes, whatever the machine's settings are."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import make_study

SETTINGS = (
    {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
    {"TZ": "America/St_Johns", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8"},
)
PROGRAM = """
import sys
from howfar.cli import main

study = sys.argv[1]
for command in ("read", "run", "report"):
    sys.argv = ["howfar", command, study]
    try:
        main()
    except SystemExit as end:
        assert not end.code, (command, end.code)
"""
TABLES = ("results.parquet", "results.csv", "results.excel.csv", "results.xlsx", "report.html")


def whole_run(
    root: Path, key: bytes | None, settings: dict[str, str]
) -> tuple[dict[str, str], bytes]:
    """Hashes of all that a run writes, and the key it used."""
    study, keys = make_study(root), root / "keys"
    if key is not None:
        keys.mkdir(mode=0o700)
        file = keys / "three.key"
        file.write_bytes(key)
        file.chmod(0o600)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOWFAR_")},
        **settings,
        "HOWFAR_KEYS": str(keys),
        "HOWFAR_OFFLINE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(study)],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    written = [*study.glob("tables/*/*.parquet"), *study.glob("results/runs/*/*")]
    written += [study / "results" / name for name in TABLES]
    hashes = {
        file.relative_to(study).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in written
    }
    return hashes, (keys / "three.key").read_bytes()


def test_two_time_zones_hash_seeds_and_locales(tmp_path: Path) -> None:
    first, key = whole_run(tmp_path / "first", None, SETTINGS[0])
    second, _ = whole_run(tmp_path / "second", key, SETTINGS[1])
    assert len(first) > 10
    assert {name: first[name] for name in second if first.get(name) != second[name]} == {}
    assert set(first) == set(second)
    shutil.rmtree(tmp_path / "second")
