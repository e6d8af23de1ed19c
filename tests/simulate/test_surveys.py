"""Surveys: opinions come back from weighted answers, from either file, and not without weights."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from howfar.simulate.plan import Plan
from howfar.simulate.society import Society, society
from howfar.simulate.surveys import MECHANISM, SurveySettings, opinion, plain_mean, wave, yes

SETTINGS = SurveySettings()


def plan(seed: int = 1) -> Plan:
    return Plan(seed, 2_000, "surveys", frozenset({"surveys"}))


@pytest.fixture(scope="module")
def accounts() -> Society:
    return society(plan())


@pytest.fixture(scope="module")
def files(accounts: Society) -> dict[str, bytes]:
    return dict(MECHANISM.files(plan(), accounts))


def answers(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def share(rows: list[dict[str, str]], question: str) -> tuple[float, float]:
    """Weighted share of yes and its error: clusters in strata, those without an answer left out."""
    sums: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for row in rows:
        if row[question] != "9":
            total = sums[row["stratum"]][row["cluster"]]
            total[0] += float(row["weight"]) * int(row[question])
            total[1] += float(row["weight"])
    top, below = (
        sum(total[n] for stratum in sums.values() for total in stratum.values()) for n in (0, 1)
    )
    found = top / below
    variance = 0.0
    for stratum in sums.values():
        # Linearised: what each cluster adds to the ratio.
        parts = np.array([y - found * w for y, w in stratum.values()]) / below
        variance += len(parts) * parts.var(ddof=1)
    return found, math.sqrt(variance)


def scores(seeds: range, where: Any = opinion) -> np.ndarray:
    """Estimate less opinion over its error, for every country, wave and question of many seeds."""
    made = []
    for seed in seeds:
        for content in dict(MECHANISM.files(plan(seed), None)).items():  # type: ignore[arg-type]
            if not content[0].endswith(".csv") or "wave" not in content[0]:
                continue
            number = int(content[0][-5]) - 1
            rows = answers(content[1])
            for c, country in enumerate(SETTINGS.countries):
                own = [row for row in rows if row["country"] == country]
                for q, question in enumerate(SETTINGS.questions):
                    found, error = share(own, question.id)
                    made.append((found - where(SETTINGS)[c, number, q]) / error)
    return np.array(made)


def test_the_opinion_comes_back_with_the_error_that_the_design_says() -> None:
    z = scores(range(6))
    assert len(z) == 6 * 54
    # About 42 degrees of freedom: a variance of 42 / 40, known to 9 %.
    assert abs(z.mean()) < 4 / math.sqrt(len(z))
    assert 0.7 < z.var() < 1.5
    assert np.abs(z).max() < 4.5


def test_without_weights_another_figure_comes_back(files: dict[str, bytes]) -> None:
    rows = [row for row in answers(files["surveys/wave_1.csv"]) if row["country"] == "DE"]
    plain = [{**row, "weight": "1"} for row in rows]
    found, error = share(plain, "favourable")
    expected = plain_mean(SETTINGS)[4, 0, 1]
    assert found == pytest.approx(expected, abs=4 * error)
    # The elder answer more often and like it less.
    assert opinion(SETTINGS)[4, 0, 1] - expected > 0.02


def test_opinions_move_by_what_is_told() -> None:
    true = opinion(SETTINGS)
    # favourable: 0, +4, -4 points; the US with it, IN not, BR against it.
    assert true[0, :, 1] - true[0, 0, 1] == pytest.approx([0, 0.04, -0.04])
    assert true[1, :, 1] - true[1, 0, 1] == pytest.approx([0, 0, 0])
    assert true[2, :, 1] - true[2, 0, 1] == pytest.approx([0, -0.04, 0.04])
    # 0.40 x 0.60 and so on: ages shift by 0.08 x (0.40 - 0.25), areas by 0.03 x (0.60 - 0.40).
    assert true[0, 0, 2] == pytest.approx(0.40 - 2.5 * 0.03 + 0.08 * 0.15 + 0.03 * 0.2)
    spread = SETTINGS.cluster_spread
    assert spread < yes(SETTINGS).min() < yes(SETTINGS).max() < 1 - spread


def test_movement_is_found_where_it_is_and_not_elsewhere(files: dict[str, bytes]) -> None:
    waves = [answers(files[f"surveys/wave_{n}.csv"]) for n in (1, 3)]
    for c, country in enumerate(SETTINGS.countries):
        told = [share([r for r in rows if r["country"] == country], "aware") for rows in waves]
        moved = told[1][0] - told[0][0]
        error = math.hypot(told[0][1], told[1][1])
        assert moved == pytest.approx(SETTINGS.directions[c] * 0.12, abs=4 * error)


def test_where_nothing_moves_nothing_is_found() -> None:
    still = replace(
        SETTINGS, questions=tuple(replace(q, moves=(0.0, 0.0, 0.0)) for q in SETTINGS.questions)
    )
    calm = Plan(1, 2_000, "t", frozenset({"surveys"}), settings={"SurveySettings": still})
    files = dict(MECHANISM.files(calm, society(calm)))
    told = [share(answers(files[f"surveys/wave_{n}.csv"]), "aware") for n in (1, 3)]
    error = math.hypot(told[0][1], told[1][1])
    assert told[1][0] - told[0][0] == pytest.approx(0, abs=4 * error)
    assert error < 0.02


def test_clusters_make_the_error_larger() -> None:
    columns = wave(plan(), 0)
    own = columns["aware"] != 9
    cells = np.unique(np.column_stack([columns["cluster"][own]]), return_inverse=True)[1].ravel()
    n = np.bincount(cells)
    p = np.bincount(cells, columns["aware"][own]) / n
    stratum = np.arange(len(n)) // SETTINGS.clusters
    between = np.array([p[stratum == s].var(ddof=1) for s in range(stratum.max() + 1)]).mean()
    sampling = (p * (1 - p) / (n - 1)).mean()
    # Even within +-0.10: a variance of 0.01 / 3. 252 degrees of freedom.
    assert between - sampling == pytest.approx(0.01 / 3, abs=4 * between * math.sqrt(2 / 252))


def test_both_files_say_the_same(files: dict[str, bytes], tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    path = tmp_path / "wave.sav"
    path.write_bytes(files["surveys/wave_2.sav"])
    told, about = pyreadstat.read_sav(str(path), output_format="dict", user_missing=True)
    rows = answers(files["surveys/wave_2.csv"])
    for name in ("respondent", "country", "age", "area"):
        assert list(told[name]) == [row[name] for row in rows]
    for name in ("wave", "stratum", "cluster", "aware", "favourable", "trust"):
        assert list(told[name]) == [int(row[name]) for row in rows]
    assert list(told["weight"]) == pytest.approx([float(row["weight"]) for row in rows], abs=1e-6)
    assert [str(day)[:10] for day in told["day"]] == [row["day"] for row in rows]
    assert "simulated" in about.file_label
    assert about.missing_ranges.keys() == {"aware", "favourable", "trust"}


def test_weights_average_one_in_each_country(files: dict[str, bytes]) -> None:
    rows = answers(files["surveys/wave_1.csv"])
    for country in SETTINGS.countries:
        weights = [float(row["weight"]) for row in rows if row["country"] == country]
        # Half of 1,200 invited or a little more.
        assert 560 < len(weights) < 720
        assert sum(weights) / len(weights) == pytest.approx(1, abs=1e-5)


def test_the_codebook_names_every_variable(files: dict[str, bytes]) -> None:
    book = answers(files["surveys/codebook.csv"])
    header = list(answers(files["surveys/wave_1.csv"])[0])
    assert list(dict.fromkeys(row["variable"] for row in book)) == header
    assert {row["code"] for row in book if row["variable"] == "trust"} == {"0", "1", "9"}


def test_a_seed_gives_the_same_bytes_and_another_seed_others(
    accounts: Society, files: dict[str, bytes]
) -> None:
    assert dict(MECHANISM.files(plan(), accounts)) == files
    other = dict(MECHANISM.files(plan(2), accounts))
    assert other.keys() == files.keys()
    assert other["surveys/wave_1.sav"] != files["surveys/wave_1.sav"]
    assert MECHANISM.truth(plan(2), accounts) == MECHANISM.truth(plan(), accounts)
    assert MECHANISM.tables(plan(2), accounts) == MECHANISM.tables(plan(), accounts)


def test_its_truth(accounts: Society) -> None:
    table = MECHANISM.tables(plan(), accounts)["surveys"].to_pylist()
    assert len(table) == 54
    last = table[-1]
    assert (last["country"], last["wave"], last["question"]) == ("EG", 3, "trust")
    assert last["share"] == pytest.approx(opinion(SETTINGS)[5, 2, 2])
    assert MECHANISM.truth(plan(), accounts)["moves"]["favourable"] == [0.0, 0.04, -0.04]
