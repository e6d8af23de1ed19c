"""The kill -9 test of the store with many more kills: `python benchmarks/kill_ingest.py 300`.

The figure is the number of kills of a first read; rebuilds are killed a third as often.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run tests/store/test_kill.py with the number of kills given; its exit code."""
    kills = sys.argv[1] if len(sys.argv) > 1 else "300"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:xdist",
        "tests/store/test_kill.py",
        "tests/store/test_forget_kill.py",
    ]
    env = {**os.environ, "HOWFAR_KILLS": kills}
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
