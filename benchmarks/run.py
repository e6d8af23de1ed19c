"""What howfar's work costs, as ratios against bare DuckDB on the same file in one run.

    python benchmarks/run.py [--rows 60000] [--repeats 5]

Absolute seconds depend on the machine and its mood; both sides of a ratio see the same mood,
since they take turns. The file is generated here: a page export with texts that hold mentions,
links and numbers, so that redaction has its usual work.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from howfar.cli.read import read_study
from howfar.run import run_study
from howfar.study.file import load_study

RESULTS = Path(__file__).parent / "results" / "ratios.json"
WORDS = "the road port rail energy minister summit video watch today people city train".split()
HEADER = (
    "status_id,status_message,link_name,status_type,status_link,status_published,num_reactions,"
    "num_comments,num_shares,num_likes,num_loves,num_wows,num_hahas,num_sads,num_angrys"
).split(",")


def write_page(path: Path, rows: int, seed: int = 7) -> None:
    """A made-up page export of 20 weeks."""
    draw = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            text = " ".join(draw.choices(WORDS, k=18))
            if n % 10 == 0:
                text += f" @name{n} http://example.org/{n} call +44 20 7946 0{n % 1000:03d}"
            kinds = [int(draw.paretovariate(1.1)) - 1 for _ in range(6)]
            second = n * 12_096_000 // rows
            moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1_704_067_200 + second))
            counts = [sum(kinds), draw.randint(0, 90), draw.randint(0, 300), *kinds]
            link = f"http://example.org/{n}"
            writer.writerow([f"1_{n}", text, "title", "link", link, moment, *counts])


STUDY = """\
[study]
id = "bench"
title = "Benchmark"
question = "How long does it take?"
objectives_unknown = "a benchmark"
[window]
start = 2024-01-01
end = 2024-05-20
[[sources]]
name = "page"
path = "page.csv"
format = "facebook-page-csv"
capture = "complete"
channel = "page"
timezone = "UTC"
observed_at = 2024-06-01
"""
CHANNELS = (
    "channel,name,organisation,platform,handle,account_id,country,languages,paths,role,"
    "declared_owner,basis,evidence,valid_from,valid_to\n"
    "page,Page,Page,facebook,,1,GB,en,media,other,Page,organisation,https://example.org,,\n"
)


def bare_duckdb(source: Path, target: Path) -> None:
    """The same file to typed Parquet, without checks, pseudonyms, redaction or coverage."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(
        f"COPY (SELECT * FROM read_csv('{source}', header = true)) "
        f"TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
    )
    connection.close()


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Take the turns and print median ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    ratios: dict[str, list[float]] = {"read / bare DuckDB": [], "run / read": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["HOWFAR_KEYS"] = str(folder / "keys")
        page = folder / "page.csv"
        write_page(page, options.rows)
        for turn in range(options.repeats + 1):
            study = folder / f"study-{turn}"
            study.mkdir()
            (study / "page.csv").symlink_to(page)
            (study / "study.toml").write_text(STUDY)
            (study / "channels.csv").write_text(CHANNELS)
            load_study(study)
            bare = seconds(lambda: bare_duckdb(page, folder / "bare.parquet"))
            read = seconds(lambda s=study: read_study(s, quiet=True))
            run = seconds(lambda s=study: run_study(s))
            if turn:  # the first turn warms caches and imports
                ratios["read / bare DuckDB"].append(read[1] / bare[1])
                ratios["run / read"].append(run[1] / read[1])
                each = read[1] / options.rows * 1e6
                print(f"turn {turn}: read {each:.0f} us of processor a row, run {run[0]:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    record = {
        "rows": options.rows,
        "ratios": {
            what: {
                "min": round(min(values), 2),
                "median": round(statistics.median(values), 2),
                "max": round(max(values), 2),
            }
            for what, values in ratios.items()
        },
        "peak_mebibytes": round(peak),
    }
    print(json.dumps(record, indent=1))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
