"""The long runs, one after the other: intervals, damaged exports, kills, a full disk, mutation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = (
    ["coverage_intervals", "--trials", "2000"],
    ["coverage_ranks", "--trials", "2000"],
    ["mutate_exports"],
    ["kill_ingest"],
    ["full_disk"],
    ["mutate", "--per-file", "12"],
)
NOT_HERE = 2
"""Exit code of a step that needs rights which this user has not; it says so itself."""


def main() -> None:
    """Run every step; stop at the first that fails."""
    for step, *arguments in STEPS:
        print(f"== {step} {' '.join(arguments)}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{step}", *arguments]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code not in (0, NOT_HERE):
            sys.exit(code)


if __name__ == "__main__":
    main()
