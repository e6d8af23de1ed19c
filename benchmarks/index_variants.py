"""What ten thousand variants of an index cost: 51 countries, 49 indicators, the reference recipe.

    python -m benchmarks.index_variants [--draws 10000] [--repeats 5]

writes benchmarks/results/index_variants.json: seconds of the wall and of all processors, the least
and the median of the repeats, for the usual choices, for weights alone, and for every verb varied;
the seconds of one ``build``; and how far variants made at once are from the same made singly. The
reference package needs about 0.14 seconds a variant on the same table. The table is that of the
folder of real data (HOWFAR_SHARED).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.coverage_intervals import code_of
from tests.assess import asem

from howfar.assess.build import build
from howfar.assess.choices import Choice, choices_from, usual_choices
from howfar.assess.matrix import Matrix
from howfar.assess.tree import Tree
from howfar.assess.vary import variants

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("HOWFAR_SHARED", ROOT.parent / "shared"))
RESULT = ROOT / "benchmarks" / "results" / "index_variants.json"
SOURCES = tuple(
    ROOT / "src" / "howfar" / "assess" / f"{name}.py"
    for name in (
        "aggregate", "batch", "build", "choices", "denominate", "impute", "net", "normalise",
        "screen", "treat", "vary", "weigh",
    )
)  # fmt: skip
LIMIT = 2.0
"""Seconds that 10,000 variants may take."""

NOT_HERE = 2
"""Exit code where the table is not at hand."""

REFERENCE = 0.14
"""Seconds a variant of the reference package, as measured in R on the same table."""

ALL = {
    "impute": ["mean", "median", "group_median"],
    "treat": ["none", "log"],
    "normalise": ["z", "percentile", "rank"],
    "weigh": ["equal", "entropy", "pca"],
    "aggregate": ["geometric", "outranking"],
    "weight_noise": 0.25,
    "leave_out": "groups",
}


def sets_of(matrix: Matrix, tree: Tree) -> dict[str, tuple[Choice, ...]]:
    """The choices that are timed, by name."""
    weights = choices_from({"weight_noise": 0.25}, matrix, tree, asem.RECIPE)
    return {
        "usual choices": usual_choices(matrix, tree, asem.RECIPE),
        "weights alone": weights,
        "every verb": choices_from(ALL, matrix, tree, asem.RECIPE),
    }


def sources_hash() -> str:
    """SHA-256 over the code that is timed."""
    digest = hashlib.sha256()
    for path in SOURCES:
        digest.update(code_of(path).encode())
    return digest.hexdigest()


def timed(
    matrix: Matrix, tree: Tree, choices: tuple[Choice, ...], draws: int, repeats: int
) -> dict[str, Any]:
    """Seconds of some variants, and how they compare with single runs."""
    wall, cpu = [], []
    for repeat in range(repeats):
        rng = np.random.default_rng(repeat)
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        found = variants(matrix, tree, asem.RECIPE, choices, draws, rng)
        wall.append(time.perf_counter() - wall_start)
        cpu.append(time.process_time() - cpu_start)
    apart = 0.0
    for variant in range(0, draws, max(1, draws // 20)):
        single = build(*found.single(variant)).index
        apart = max(apart, float(np.nanmax(np.abs(found.scores[variant] - single))))
    return {
        "choices": [f"{choice.name}: {choice.levels}" for choice in choices],
        "wall": {"min": round(min(wall), 3), "median": round(statistics.median(wall), 3)},
        "cpu": {"min": round(min(cpu), 3), "median": round(statistics.median(cpu), 3)},
        "largest difference from single runs": float(f"{apart:.2g}"),
    }


def main() -> None:
    """Time all sets of choices and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    if not SHARED.is_dir():
        print("the folder of real data is not here: set HOWFAR_SHARED")
        sys.exit(NOT_HERE)
    matrix, tree = asem.matrix(SHARED), asem.tree(SHARED)
    start = time.process_time()
    for _ in range(20):
        build(matrix, tree, asem.RECIPE)
    one = (time.process_time() - start) / 20
    table = {
        name: timed(matrix, tree, choices, options.draws, options.repeats)
        for name, choices in sets_of(matrix, tree).items()
    }
    for name, row in table.items():
        print(f"{name:16} wall {row['wall']}  processors {row['cpu']}", flush=True)
    head = {
        "sources": sources_hash(),
        "draws": options.draws,
        "limit, seconds": LIMIT,
        "one build, seconds": round(one, 4),
        "reference package, seconds a variant": REFERENCE,
    }
    RESULT.write_text(json.dumps({**head, "sets": table}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
