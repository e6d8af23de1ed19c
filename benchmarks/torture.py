"""The long runs, one after the other: coverage of intervals, kills of an ingest, mutation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = (
    ["coverage_intervals", "--trials", "2000"],
    ["mutate_exports"],
    ["kill_ingest"],
    ["mutate", "--per-file", "12"],
)


def main() -> None:
    """Run every step; stop at the first that fails."""
    for step, *arguments in STEPS:
        print(f"== {step} {' '.join(arguments)}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{step}", *arguments]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
