"""Annotation: the planted confusion is found by comparing labels with the truth."""

from __future__ import annotations

import csv
import io
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binom, chi2
from tests.simulate.hand import crowd, plan

from howfar.simulate import opinions
from howfar.simulate.annotation import (
    CODINGS,
    LABELS,
    MECHANISM,
    MODEL,
    SAMPLE,
    VALUES,
    Annotation,
    coder_confusion,
    coder_name,
    confusion,
    labels,
    true_values,
)
from howfar.simulate.parts import Part
from howfar.simulate.places import LANGUAGES, PLATFORMS
from howfar.simulate.plan import Plan
from howfar.simulate.posts import SHARE, Posts
from howfar.simulate.society import society

WORLD = plan("opinions", "annotation", size=40_000)
PART = Part("background", 0)
Row = dict[str, str]


@cache
def _posts(rows: int = 40_000) -> Posts:
    posts = crowd(WORLD, rows, language=np.arange(rows) % len(LANGUAGES))
    posts = posts.with_columns(number=np.arange(rows))
    return opinions.MECHANISM.change(WORLD, society(WORLD), PART, posts)


def _files(world: Plan, posts: Posts, part: Part = PART) -> dict[str, list[Row]]:
    """Both files of a world of one part, as any program reads them."""
    ids = [f"id{number}" for number in range(len(posts))]
    whole = dict(MECHANISM.files(world, society(world)))
    for name, lines in MECHANISM.beside(world, society(world), part, posts, ids).items():
        whole[name] += lines
    return {n: list(csv.DictReader(io.StringIO(text.decode()))) for n, text in whole.items()}


@cache
def _written() -> dict[str, list[Row]]:
    return _files(WORLD, _posts())


def _row(line: Row) -> int:
    return int(line["post_id"].removeprefix("id"))


def _pearson(found: np.ndarray, shares: np.ndarray) -> tuple[float, int]:
    """Statistic of counts (true, told) against shares of each true value, and its freedom."""
    wanted = found.sum(axis=1, keepdims=True) * shares
    return float(((found - wanted) ** 2 / wanted).sum()), found.size - len(found)


@pytest.mark.parametrize("variable", VALUES)
def test_the_model_errs_in_each_language_as_stated(variable: str) -> None:
    posts, values = _posts(), VALUES[variable]
    true = true_values(posts, variable)
    found = np.zeros((len(LANGUAGES), len(values), len(values)))
    for line in _written()[LABELS]:
        if line["variable"] == variable:
            row = _row(line)
            found[posts["language"][row], true[row], values.index(line["value"])] += 1
    assert found.sum() == len(posts)
    for counts, shares in zip(found, confusion(Annotation(), variable), strict=True):
        statistic, freedom = _pearson(counts, shares)
        assert statistic < chi2.ppf(0.9999, freedom)


@pytest.mark.parametrize("variable", VALUES)
def test_each_coder_errs_as_stated(variable: str) -> None:
    posts, values = _posts(), VALUES[variable]
    true = true_values(posts, variable)
    names = [coder_name(coder) for coder in range(4)]
    found = np.zeros((4, len(values), len(values)))
    for line in _written()[CODINGS]:
        if line["variable"] == variable:
            told = values.index(line["value"])
            found[names.index(line["coder"]), true[_row(line)], told] += 1
    for counts, shares in zip(found, coder_confusion(Annotation(), variable), strict=True):
        kept = counts.sum(axis=1) > 60
        statistic, freedom = _pearson(counts[kept], shares[kept])
        assert statistic < chi2.ppf(0.9999, freedom)


def test_the_sample_is_of_the_stated_size_and_is_coded_twice_as_often_as_stated() -> None:
    lines = [line for line in _written()[CODINGS] if line["variable"] == "stance"]
    by_post: dict[str, list[str]] = {}
    for line in lines:
        by_post.setdefault(line["post_id"], []).append(line["coder"])
        assert (line["coder_kind"], line["sample"], line["probability"]) == ("person", SAMPLE, "")
    sampled, twice = len(by_post), sum(len(coders) == 2 for coders in by_post.values())
    rate = Annotation().coded / WORLD.size
    assert binom.ppf(1e-5, 40_000, rate) <= sampled <= binom.ppf(1 - 1e-5, 40_000, rate)
    assert binom.ppf(1e-5, sampled, 0.4) <= twice <= binom.ppf(1 - 1e-5, sampled, 0.4)
    assert all(len(set(coders)) == len(coders) <= 2 for coders in by_post.values())
    assert {frozenset(c) for c in by_post.values() if len(c) == 2} == {
        frozenset(map(coder_name, pair)) for pair in combinations(range(4), 2)
    }


def test_two_coders_agree_as_often_as_their_errors_say() -> None:
    """Errors are independent given the truth: agreement is the sum of products of both rows."""
    posts = _posts()
    true = true_values(posts, "frame")
    table = coder_confusion(Annotation(), "frame")
    pairs: dict[int, list[Row]] = {}
    for line in _written()[CODINGS]:
        if line["variable"] == "frame":
            pairs.setdefault(_row(line), []).append(line)
    agreed, expected, variance = 0, 0.0, 0.0
    for row, lines in pairs.items():
        if len(lines) == 2:
            one, two = (int(line["coder"][-1]) - 1 for line in lines)
            chance = float(table[one, true[row]] @ table[two, true[row]])
            agreed += lines[0]["value"] == lines[1]["value"]
            expected, variance = expected + chance, variance + chance * (1 - chance)
    assert abs(agreed - expected) < 4 * np.sqrt(variance)


def test_stated_probabilities_boast_by_the_planted_factor() -> None:
    """Undone by the factor, they are calibrated: posts in each tenth are right as often."""
    posts = _posts()
    told, stated = labels(WORLD, posts, np.random.default_rng(2))
    right = told["sentiment"] == true_values(posts, "sentiment")
    odds = np.log(stated["sentiment"]) - np.log1p(-np.minimum(stated["sentiment"], 1 - 1e-12))
    honest = 1 / (1 + np.exp(-odds / Annotation().boast))
    for tenth in np.array_split(np.argsort(honest), 10):
        spread = np.sqrt((honest[tenth] * (1 - honest[tenth])).sum())
        assert abs(right[tenth].sum() - honest[tenth].sum()) < 4 * spread + 1e-6
    assert stated["sentiment"].mean() > right.mean() + 0.02


def test_without_errors_every_label_is_true() -> None:
    perfect = Annotation(accuracy=(1.0,) * 12, harder=0, stance=0, frame=0, coders=(1.0, 1.0))
    world = plan("annotation", size=2_000, Annotation=perfect)
    posts = _posts().take(np.arange(2_000))
    for lines in _files(world, posts).values():
        assert lines
        for line in lines:
            true = true_values(posts, line["variable"])[_row(line)]
            assert line["value"] == VALUES[line["variable"]][true]


def test_turned_off_there_are_no_labels() -> None:
    nobody = plan("annotation", size=2_000, Annotation=Annotation(coded=0, labelled=0))
    assert _files(nobody, _posts().take(np.arange(2_000))) == {LABELS: [], CODINGS: []}
    assert MECHANISM.change(WORLD, society(WORLD), PART, _posts()) is _posts()
    assert MECHANISM.parts(WORLD, society(WORLD)) == 0


def test_a_copy_is_labelled_like_what_it_copies() -> None:
    rows = 4_000
    posts = _posts().take(np.arange(rows))
    kind = np.arange(rows) % 2
    posts = posts.with_columns(
        relation=np.where(kind, SHARE, 0), parent=np.where(kind, np.arange(rows) - 1, -1)
    )
    told, stated = labels(WORLD, posts, np.random.default_rng(2))
    for name in VALUES:
        assert (told[name][1::2] == told[name][::2]).all()
        assert (stated[name][1::2] == stated[name][::2]).all()
    alike = {name: np.zeros(rows, int) for name in ("language", "sentiment", "stance", "frame")}
    recycled = posts.with_columns(recycled=np.arange(rows) % 40, **alike)
    for seed in (2, 3):
        told, _ = labels(WORLD, recycled, np.random.default_rng(seed))
        for name in VALUES:
            assert (told[name] == told[name][np.arange(rows) % 40]).all()
    world = plan("annotation", size=2_000)
    coded = {_row(line) % 2 for line in _files(world, posts)[CODINGS]}
    assert coded == {0}, "a share is not in the sample: its words are another's"


def test_posts_that_no_export_holds_have_no_label() -> None:
    posts = _posts().take(np.arange(3_000))
    posts = posts.with_columns(
        captured=np.arange(3_000) % 3 != 0, removed=np.where(np.arange(3_000) % 3 == 1, 9, 0)
    )
    written = _files(plan("annotation", size=2_000), posts)
    assert {_row(line) % 3 for lines in written.values() for line in lines} == {2}


def test_lines_name_platform_and_say_that_they_are_simulated() -> None:
    posts = _posts()
    for line in _written()[LABELS][:500]:
        assert line["platform"] == PLATFORMS[posts["platform"][_row(line)]]
        assert (line["coder"], line["coder_kind"], line["sample"]) == (MODEL, "model", "")
        assert 0 <= float(line["probability"]) <= 1
        assert "simulated" in line["codebook"]
    assert "simulated" in LABELS
    assert "simulated" in coder_name(0)


def test_the_table_of_truth_is_the_confusion() -> None:
    table = MECHANISM.tables(WORLD, society(WORLD))["confusion"].to_pylist()
    assert len(table) == (len(LANGUAGES) + 4) * (9 + 9 + 25)
    # English, sentiment: 0.88 - 0.06 on negative; 70 in 100 of its errors go to neutral.
    told = {
        (line["true"], line["told"]): line["share"]
        for line in table
        if (line["language"], line["variable"]) == ("en", "sentiment")
    }
    assert told["negative", "negative"] == pytest.approx(0.82)
    assert told["negative", "neutral"] == pytest.approx(0.126)
    assert told["negative", "positive"] == pytest.approx(0.054)
    assert told["neutral", "positive"] == pytest.approx(0.06)
    for name in VALUES:
        assert confusion(Annotation(), name).sum(axis=-1) == pytest.approx(1.0)
        assert (confusion(Annotation(), name) >= 0).all()


def test_the_same_seed_the_same_files() -> None:
    posts = _posts().take(np.arange(2_000))
    assert _files(WORLD, posts) == _files(WORLD, posts)
    assert _files(WORLD, posts) != _files(plan("annotation", size=40_000, seed=8), posts)
    assert _files(WORLD, posts) != _files(WORLD, posts, Part("background", 1))
