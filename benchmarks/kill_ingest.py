"""The kill -9 tests of the store with many more kills: `python -m benchmarks.kill_ingest 200`.

The figure is the number of kills of a first read, and of a deletion; rebuilds are killed a third
as often. What was killed where goes to benchmarks/results/kills.json with a hash of the sources
that it speaks of.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "kills.json"
TESTS = ("tests/store/test_kill.py", "tests/store/test_forget_kill.py")


def main() -> int:
    """Run the tests with the number of kills given; the exit code of pytest."""
    kills = sys.argv[1] if len(sys.argv) > 1 else "300"
    env = {**os.environ, "HOWFAR_KILLS": kills}
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *TESTS]
        # Properties of single tests are of the older family of such reports.
        command += ["-o", "junit_family=xunit1", f"--junitxml={told}"]
        code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
        tests = dict(map(outcome, ElementTree.parse(told).iter("testcase")))
    body = {"asked": int(kills), "tests": tests, "sources_sha256": sources_hash()}
    RESULT.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    return code


def outcome(test: ElementTree.Element) -> tuple[str, dict[str, object]]:
    """A test's name; whether it passed, what it counted, how long it took."""
    counted = {one.get("name", ""): int(one.get("value", "")) for one in test.iter("property")}
    passed = not any(test.find(sign) is not None for sign in ("failure", "error", "skipped"))
    seconds = round(float(test.get("time", "nan")))
    return test.get("name", ""), {"passed": passed, **counted, "seconds": seconds}


def sources_hash() -> str:
    """SHA-256 over the store, what reads into it, and the tests that kill."""
    files = [*(ROOT / "src" / "howfar" / "store").glob("*.py"), Path(__file__)]
    files += [ROOT / "src" / "howfar" / "readers" / f"{name}.py" for name in ("ingest", "protect")]
    files += (ROOT / "tests" / "store").glob("*kill*.py")
    files += (ROOT / "tests" / "store").glob("*child*.py")
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
