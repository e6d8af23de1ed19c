"""What reading posts of the X API v2 costs, against a bare typed scan and the field's converter.

    python benchmarks/ingest.py [--repeats 3] [--largest 5000000] [--folder FOLDER]

Whole processes, taking turns, user and system time as the system counts it for each child. A
cost a row is the slope between two sizes, so that starting up does not count. Machines have moods:
a ratio is told for each turn, and for the least disturbed run of each size over all turns, since
what disturbs can only add. A file is read through before each run, so that
none pays for the disk in the place of the next.

- howfar: `howfar read` of a study, everything on: duplicate keys, types, ids, times, unknown
  fields, pseudonyms, redaction, Parquet with hashes and fsync.
- DuckDB: read_json of the fields that these columns come from, typed, to Parquet; no checks.
- twarc-csv: to CSV, in an environment of its own that is made here (it needs pandas below 3).

The posts come from bench/gen_posts.py in the folder of real data (HOWFAR_SHARED). Files that lie
in FOLDER already, posts-ROWS.jsonl, are used again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "ingest.json"
READERS = ROOT / "src" / "howfar" / "readers"
MODULES = (
    *(READERS / f"x_{name}.py" for name in ("decode", "shape", "post_fast", "batch", "post")),
    *(READERS / f"{name}.py" for name in ("line_chunks", "json_members", "protect")),
    READERS / "ingest_file.py",
    ROOT / "src" / "howfar" / "store" / "segments.py",
    *(ROOT / "src" / "howfar" / "privacy" / f"{name}.py" for name in ("pseudonyms", "redaction")),
)
SIZES = (100_000, 1_000_000)
TWARC_SIZES = (10_000, 40_000)
LINEAR = (10_000, 100_000, 1_000_000, 5_000_000)
LIMITS = {"howfar / bare DuckDB": 5.0, "howfar / twarc-csv": 0.1}
"""What the ratios must not exceed."""
MOST_MEBIBYTES = 1024

FIELDS = {
    **dict.fromkeys(("id", "text", "author_id", "lang", "conversation_id"), "VARCHAR"),
    "created_at": "TIMESTAMP",
    "in_reply_to_user_id": "VARCHAR",
    "public_metrics": "STRUCT(retweet_count BIGINT, reply_count BIGINT, like_count BIGINT, "
    "quote_count BIGINT, bookmark_count BIGINT, impression_count BIGINT)",
    "author": "STRUCT(username VARCHAR, name VARCHAR, public_metrics STRUCT("
    "followers_count BIGINT))",
    "referenced_tweets": 'STRUCT("type" VARCHAR, id VARCHAR, author_id VARCHAR)[]',
    "geo": "STRUCT(place_id VARCHAR, country_code VARCHAR)",
    "withheld": "STRUCT(country_codes VARCHAR[])",
    "entities": "STRUCT(urls STRUCT(expanded_url VARCHAR, unwound_url VARCHAR)[])",
    "attachments": 'STRUCT(media_keys VARCHAR[], media STRUCT("type" VARCHAR)[], '
    "poll_ids VARCHAR[])",
    "note_tweet": 'STRUCT("text" VARCHAR)',
    "__twarc": "STRUCT(retrieved_at TIMESTAMPTZ)",
}
BARE = """\
import sys, duckdb
duckdb.sql(f"COPY (SELECT * FROM read_json('{sys.argv[1]}', format = 'newline_delimited', "
           f"columns = {sys.argv[3]})) TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)")
"""
STUDY = """\
[study]
id = "bench"
title = "Benchmark"
question = "How long does it take?"
objectives_unknown = "a benchmark"
[window]
start = 2024-01-01
end = 2025-01-01
[[sources]]
name = "x"
path = "{path}"
format = "x-api-v2"
capture = "complete"
"""
CHANNELS = (
    "channel,name,organisation,platform,handle,account_id,country,languages,paths,role,"
    "declared_owner,basis,evidence,valid_from,valid_to\n"
    "page,Page,Page,x,u100000000000001422,100000000000001422,GB,en,media,other,Page,"
    "organisation,https://example.org,,\n"
)


@dataclass(frozen=True)
class Cost:
    """One child process: processor seconds, seconds on the clock apart; peak memory."""

    seconds: float
    mebibytes: float


@dataclass(frozen=True)
class Bench:
    """Where the files lie, and the environment of the other tool."""

    folder: Path
    twarc: Path

    def posts(self, rows: int) -> Path:
        """A file of so many posts."""
        return self.folder / f"posts-{rows}.jsonl"

    def howfar(self, rows: int) -> Cost:
        """`howfar read` of a new study."""
        study = self.folder / "study"
        shutil.rmtree(study, ignore_errors=True)
        study.mkdir()
        (study / "study.toml").write_text(STUDY.format(path=self.posts(rows)), "utf-8")
        (study / "channels.csv").write_text(CHANNELS, "utf-8")
        command = [sys.executable, "-m", "howfar", "read", "--json", str(study)]
        read_through(self.posts(rows))
        cost, told = run(command, HOWFAR_KEYS=str(self.folder / "keys"))
        (outcome,) = json.loads(told)["files"]
        if outcome["records"] != rows or outcome["read"] != rows:
            raise SystemExit(f"howfar kept {outcome['read']} of {rows} posts")
        return cost

    def bare(self, rows: int) -> Cost:
        """DuckDB, typed, of the same fields."""
        target = self.folder / "bare.parquet"
        fields = str(FIELDS)
        read_through(self.posts(rows))
        return run([sys.executable, "-c", BARE, str(self.posts(rows)), str(target), fields])[0]

    def csv(self, rows: int) -> Cost:
        """twarc-csv."""
        target = self.folder / "posts.csv"
        tool = [str(self.twarc / "bin" / "twarc2"), "--bearer-token", "unused", "csv"]
        read_through(self.posts(rows))
        cost, told = run([*tool, str(self.posts(rows)), str(target)], self.folder)
        if f"Wrote {rows} rows" not in told:
            raise SystemExit(f"twarc-csv did not write {rows} rows: {told[-500:]}")
        target.unlink()
        return cost


def read_through(path: Path) -> None:
    """Take a file into memory, as far as the system keeps it there."""
    with path.open("rb") as file:
        while file.read(1024 * 1024):
            pass


def run(command: Sequence[str], folder: Path | None = None, **environment: str) -> tuple[Cost, str]:
    """A child process to its end, and what it said; SystemExit where it failed."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            cwd=folder,
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        told = out.read().decode("utf-8", "replace")
    if child.returncode:
        raise SystemExit(f"{Path(command[0]).name} ended with {child.returncode}: {told[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024), told


def make_environment(folder: Path) -> Path:
    """The environment of twarc-csv, made once a folder."""
    place = folder / "twarc"
    if not (place / "bin" / "twarc2").exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        # It imports pkg_resources, which newer setuptools lack. orjson is for the generator.
        wanted = ["twarc-csv", "pandas<3", "setuptools<80", "orjson"]
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *wanted], check=True)
    return place


def make_posts(bench: Bench, sizes: Sequence[int]) -> None:
    """Files of all sizes: the first posts of the largest."""
    largest = bench.posts(max(sizes))
    if not largest.exists():
        shared = Path(os.environ.get("HOWFAR_SHARED", ROOT.parent / "shared"))
        generator = shared / "bench" / "gen_posts.py"
        python = bench.twarc / "bin" / "python"
        half = largest.with_suffix(".part")
        subprocess.run([str(python), str(generator), str(max(sizes)), "x", str(half)], check=True)
        half.rename(largest)
    for rows in sizes:
        if not bench.posts(rows).exists():
            with largest.open("rb") as given, bench.posts(rows).open("wb") as part:
                part.writelines(islice(given, rows))


def sources_hash() -> str:
    """SHA-256 over the modules of the fast path, and this file."""
    digest = hashlib.sha256()
    for path in (*MODULES, Path(__file__)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def slope(small: Cost, large: Cost, sizes: tuple[int, int]) -> float:
    """Processor microseconds a row, starting up left out."""
    return (large.seconds - small.seconds) / (sizes[1] - sizes[0]) * 1e6


def least_disturbed(turns: Sequence[tuple[float, float]], sizes: tuple[int, int]) -> float:
    """Processor microseconds a row between the least seconds of each size."""
    small, large = (min(each) for each in zip(*turns, strict=True))
    return (large - small) / (sizes[1] - sizes[0]) * 1e6


def span(values: Sequence[float]) -> dict[str, float]:
    """Least, median and most."""
    rounded = (min(values), statistics.median(values), max(values))
    return dict(zip(("min", "median", "max"), (round(v, 3) for v in rounded), strict=True))


def main() -> None:
    """Take the turns, then the sizes; write and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--largest", type=int, default=max(LINEAR))
    parser.add_argument("--folder", type=Path, help="where files are kept and used again")
    options = parser.parse_args()
    linear = [rows for rows in LINEAR if rows <= options.largest]
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        bench = Bench(folder, make_environment(folder))
        make_posts(bench, sorted({*SIZES, *TWARC_SIZES, *linear}))
        bench.howfar(TWARC_SIZES[0])  # Compiles and fills caches.
        tools: dict[str, tuple[Callable[[int], Cost], tuple[int, int]]] = {
            "howfar": (bench.howfar, SIZES),
            "bare DuckDB": (bench.bare, SIZES),
            "twarc-csv": (bench.csv, TWARC_SIZES),
        }
        a_row: dict[str, list[float]] = {name: [] for name in tools}
        seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in tools}
        for _ in range(options.repeats):
            for name, (tool, sizes) in tools.items():
                small, large = tool(sizes[0]), tool(sizes[1])
                seconds[name].append((small.seconds, large.seconds))
                a_row[name].append(slope(small, large, sizes))
            print({name: round(values[-1], 1) for name, values in a_row.items()}, flush=True)
        least = {name: least_disturbed(seconds[name], sizes) for name, (_, sizes) in tools.items()}
        ratios = {
            f"howfar / {other}": [a / b for a, b in zip(a_row["howfar"], a_row[other], strict=True)]
            for other in ("bare DuckDB", "twarc-csv")
        }
        costs = []
        for rows in linear:
            costs.append(bench.howfar(rows))
            print(rows, costs[-1], flush=True)
    record = {
        "sources": sources_hash(),
        "rows": list(SIZES),
        "repeats": options.repeats,
        "limits": LIMITS | {"peak_mebibytes": MOST_MEBIBYTES},
        "ratios": {name: span(values) for name, values in ratios.items()},
        "ratios_of_the_least_disturbed": {
            f"howfar / {other}": round(least["howfar"] / least[other], 3)
            for other in ("bare DuckDB", "twarc-csv")
        },
        "processor_microseconds_a_row": {name: span(values) for name, values in a_row.items()},
        "howfar_by_rows": {
            str(rows): {
                "processor_seconds": round(cost.seconds, 1),
                "peak_mebibytes": round(cost.mebibytes),
            }
            for rows, cost in zip(linear, costs, strict=True)
        },
        "microseconds_a_row_between_sizes": {
            f"{linear[n]} to {linear[n + 1]}": round(
                slope(costs[n], costs[n + 1], (linear[n], linear[n + 1])), 1
            )
            for n in range(len(linear) - 1)
        },
    }
    print(json.dumps(record, indent=1))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
