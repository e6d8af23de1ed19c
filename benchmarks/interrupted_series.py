"""Do the intervals of interrupted series hold what was planted, and what do they find in nothing?

    python -m benchmarks.interrupted_series --seed 1 --trials 80

Planted: counts with trend, season and errors that follow each other, effects of 0, 5 and 20 %,
with and without a control series. Real: daily reactions of newspapers' pages of newsrooms-2016 and
weekly tone of tone-of-china, at dates where nothing was changed; stated are the share of dates
whose interval leaves out zero, and the share where besides every check passed. Writes
benchmarks/results/interrupted_series.json with the hash of the sources that it speaks of.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from howfar.improve.interrupted_series import interrupted_series
from howfar.validate.sources import code_of

FloatArray = npt.NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("HOWFAR_SHARED", ROOT.parent / "shared"))
RESULT = ROOT / "benchmarks" / "results" / "interrupted_series.json"
_SOURCE = ROOT / "src" / "howfar"
SOURCES = tuple(
    _SOURCE / f"{name}.py"
    for name in (
        *(f"improve/series_{part}" for part in "setting design answer checks figures".split()),
        "improve/series_variants",
        "improve/interrupted_series",
        "stats/autoregression",
        "stats/path_maximum",
        "stats/serial_correlation",
        "stats/series_regression",
        "stats/series_uncertainty",
        "stats/variance_families",
    )
)
LENGTHS = ((40, 26), (80, 52))
RHOS = (0.0, 0.5)
EFFECTS = (0.0, 0.05, 0.2)
REAL_DATES = {0: 25, 2: 8}
FILES_BEGIN = dt.date(2016, 2, 24)


def world(
    rng: np.random.Generator, length: int, change: int, effect: float, rho: float
) -> FloatArray:
    """Counts around 300 with dispersion 3, of which two thirds follow each other."""
    t = np.arange(length)
    e = rng.normal(size=length)
    for k in range(1, length):
        e[k] = rho * e[k - 1] + np.sqrt(1 - rho**2) * e[k]
    s = np.sqrt(2 / 300)
    mu = 300 * np.exp(0.004 * (t - change) + 0.15 * np.sin(2 * np.pi * t / 12 + 0.3))
    mu = mu * np.where(t >= change, 1 + effect, 1)
    return rng.poisson(mu * np.exp(s * e - s * s / 2)).astype(np.float64)


def planted(trials: int, seed: int) -> Iterator[dict[str, Any]]:
    """Every planted world."""
    for length, change in LENGTHS:
        for rho in RHOS:
            for controls in (0, 1):
                for effect in EFFECTS:
                    rng = np.random.default_rng([seed, length, int(10 * rho), controls])
                    holds = clear = 0
                    for _ in range(trials):
                        y = world(rng, length, change, effect, rho)
                        other = {
                            f"control {k}": world(rng, length, change, 0.0, rho)
                            for k in range(controls)
                        }
                        found = interrupted_series(
                            y, change, controls=other, harmonics=1, checks=False
                        )
                        low, high = found.relative.low, found.relative.high
                        holds += low is not None and high is not None and low <= effect <= high
                        clear += found.clear
                    yield {
                        "periods": length,
                        "before": change,
                        "autocorrelation": rho,
                        "controls": controls,
                        "effect": effect,
                        "coverage": holds / trials,
                        "clear": clear / trials,
                    }


def newsrooms(folder: Path) -> dict[str, FloatArray]:
    """Reactions by day of every page, without the young days at the end; NaN without posts."""
    csv.field_size_limit(10**9)
    out = {}
    for path in sorted(folder.glob("*_facebook_statuses.csv")):
        page = path.name.removesuffix("_facebook_statuses.csv")
        if page == "bbcworldnews":
            continue  # the same page as bbcnews
        by_day: dict[dt.date, float] = defaultdict(float)
        with path.open(newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                published, seen = row["status_published"] or "", row["num_reactions"] or ""
                if len(published) >= 10 and seen.isdigit():
                    by_day[dt.date.fromisoformat(published[:10])] += float(seen)
        last = max(by_day) - dt.timedelta(days=3)
        days = [FILES_BEGIN + dt.timedelta(days=k) for k in range((last - FILES_BEGIN).days + 1)]
        out[page] = np.array([by_day.get(day, np.nan) for day in days])
    return out


def real_pages(folder: Path) -> Iterator[dict[str, Any]]:
    """Each page alone, and beside the two pages that follow it in the alphabet."""
    pages = newsrooms(folder)
    names = list(pages)
    for controls in (0, 2):
        for place, page in enumerate(names):
            peers = [names[(place + k + 1) % len(names)] for k in range(controls)]
            length = min(pages[name].size for name in (page, *peers))
            dates = np.linspace(21, length - 21, REAL_DATES[controls]).round().astype(int)
            effects = [
                interrupted_series(
                    pages[page][:length],
                    int(date),
                    controls={name: pages[name][:length] for name in peers},
                    harmonics=3,
                    period=7,
                    order=1,
                )
                for date in dates
            ]
            yield _counted(page, controls, effects)


def tone(folder: Path, country: str) -> FloatArray:
    """Mean tone by week from the first Monday of 2017 on."""
    values: dict[int, list[float]] = defaultdict(list)
    first = dt.date(2017, 1, 2)
    with (folder / f"{country}_Tone.csv").open(newline="", encoding="utf-8-sig") as stream:
        for row in csv.DictReader(stream):
            week = (dt.date.fromisoformat(row["Date"]) - first).days // 7
            if week >= 0 and row["Value"]:
                values[week].append(float(row["Value"]))
    return np.array(
        [float(np.mean(values[week])) if values[week] else np.nan for week in range(416)]
    )


def real_tone(folder: Path) -> Iterator[dict[str, Any]]:
    """Tone of China in US media, alone and beside UK media, two years around each date."""
    us, uk = tone(folder, "US"), tone(folder, "UK")
    for controls in (0, 1):
        effects = [
            interrupted_series(
                us[date - 52 : date + 52],
                52,
                controls={"UK": uk[date - 52 : date + 52]} if controls else None,
                family="gaussian",
            )
            for date in np.linspace(53, 416 - 53, 50).round().astype(int)
        ]
        yield _counted("tone of China, US media", controls, effects)


def _counted(name: str, controls: int, effects: list[Any]) -> dict[str, Any]:
    """How many dates are clear, and how many of them pass every check as well."""
    sound = [effect for effect in effects if all(check.holds for check in effect.checks)]
    return {
        "series": name,
        "controls": controls,
        "dates": len(effects),
        "clear": sum(effect.clear for effect in effects),
        "sound": len(sound),
        "clear_and_sound": sum(effect.clear for effect in sound),
    }


def sources_hash() -> str:
    """SHA-256 over the code of the modules that this tries, and of this file."""
    digest = hashlib.sha256()
    for path in (*SOURCES, Path(__file__)):
        digest.update(code_of(path).encode())
    return digest.hexdigest()


def _planted(trials: int, seed: int) -> list[dict[str, Any]]:
    return [_told(row) for row in planted(trials, seed)]


def _tone(_trials: int, _seed: int) -> list[dict[str, Any]]:
    return [_told(row) for row in real_tone(SHARED / "datasets" / "tone-of-china-2017-2024")]


def _pages(_trials: int, _seed: int) -> list[dict[str, Any]]:
    return [_told(row) for row in real_pages(SHARED / "datasets" / "newsrooms-2016")]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    print(*row.values(), flush=True)
    return row


def main() -> None:
    """Run everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=80)
    options = parser.parse_args()
    out: dict[str, Any] = {
        "sources": sources_hash(),
        "seed": options.seed,
        "trials": options.trials,
    }
    with get_context("spawn").Pool(2) as pool:
        parts = {
            name: pool.apply_async(part, (options.trials, options.seed))
            for name, part in (("planted", _planted), ("real_tone", _tone), ("real_pages", _pages))
        }
        out |= {name: part.get() for name, part in parts.items()}
    RESULT.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
