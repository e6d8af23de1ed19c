"""The long runs, one after the other: coverage of intervals, kills of an ingest, mutation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
STEPS = (
    ["coverage_intervals.py", "--trials", "2000"],
    ["mutate_exports.py"],
    ["kill_ingest.py"],
    ["mutate.py", "--per-file", "12"],
)


def main() -> None:
    """Run every step; stop at the first that fails."""
    for script, *arguments in STEPS:
        print(f"== {script} {' '.join(arguments)}", flush=True)
        subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)


if __name__ == "__main__":
    main()
