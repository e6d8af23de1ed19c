"""Surveys: stratified samples of several countries in waves, where opinions move as is known."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.parts import Quiet
from howfar.simulate.plan import Plan
from howfar.simulate.sav import Variable, sav
from howfar.simulate.society import Society

AGES: Final = ("18-34", "35-54", "55+")
AREAS: Final = ("urban", "rural")
NO_ANSWER: Final = 9
_ANSWERS: Final = {0: "no", 1: "yes", NO_ANSWER: "no answer"}


@dataclass(frozen=True, slots=True)
class Question:
    """A yes-or-no question: share of yes at first, and what each wave adds where it moves."""

    id: str
    wording: str
    at_first: float
    moves: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SurveySettings:
    """Parameters of the surveys.

    directions: of opinions by country, in the order of countries: a question's moves count once,
    not at all, or against it. waves: begin of fieldwork, parts of the window. invited: persons by
    stratum (an age band in an area), the same in each, so that small strata weigh less. answering:
    rates by age and area. age_gap, area_gap, country_gap: what separates shares of yes of
    neighbouring ages, areas, countries. cluster_spread: clusters of a stratum differ by up to
    this, evenly. silent: part without an answer to a question, of all alike.
    """

    countries: tuple[str, ...] = ("US", "IN", "BR", "NG", "DE", "EG")
    directions: tuple[int, ...] = (1, 0, -1, 1, 0, -1)
    waves: tuple[float, ...] = (0.05, 0.45, 0.85)
    fieldwork: int = 7
    questions: tuple[Question, ...] = (
        Question("aware", "Have you heard of the (simulated) programme?", 0.45, (0.0, 0.06, 0.12)),
        Question("favourable", "Is your view of it favourable?", 0.50, (0.0, 0.04, -0.04)),
        Question("trust", "Do you trust what it says?", 0.40, (0.0, 0.0, 0.0)),
    )
    invited: int = 200
    clusters: int = 8
    ages: tuple[float, ...] = (0.40, 0.35, 0.25)
    areas: tuple[float, ...] = (0.60, 0.40)
    answering: tuple[tuple[float, ...], ...] = ((0.35, 0.45), (0.50, 0.55), (0.65, 0.70))
    age_gap: float = 0.08
    area_gap: float = 0.06
    country_gap: float = 0.03
    cluster_spread: float = 0.10
    silent: float = 0.04


def yes(settings: SurveySettings) -> npt.NDArray[np.float64]:
    """Share of yes (countries, waves, questions, ages, areas) in the population."""
    direction = np.array(settings.directions)
    at_first = np.array([question.at_first for question in settings.questions])
    moves = np.array([question.moves for question in settings.questions])
    country = settings.country_gap * (np.arange(len(direction)) - (len(direction) - 1) / 2)
    age = settings.age_gap * (1 - np.arange(len(AGES)))
    area = settings.area_gap * (0.5 - np.arange(len(AREAS)))
    made: npt.NDArray[np.float64] = (
        at_first[None, None, :, None, None]
        + (direction[:, None, None] * moves.T[None])[..., None, None]
        + country[:, None, None, None, None]
        + age[None, None, None, :, None]
        + area[None, None, None, None, :]
    )
    return made


def population(settings: SurveySettings) -> npt.NDArray[np.float64]:
    """Part (ages, areas) that each stratum has of a country's adults; sums to 1."""
    return np.outer(settings.ages, settings.areas)


def opinion(settings: SurveySettings) -> npt.NDArray[np.float64]:
    """Share of yes (countries, waves, questions) among all adults: what a survey estimates."""
    made: npt.NDArray[np.float64] = (yes(settings) * population(settings)).sum(axis=(3, 4))
    return made


def plain_mean(settings: SurveySettings) -> npt.NDArray[np.float64]:
    """What a mean without weights tends to, (countries, waves, questions): not the opinion."""
    answering = np.array(settings.answering)
    made: npt.NDArray[np.float64] = (yes(settings) * answering).sum(axis=(3, 4)) / answering.sum()
    return made


def wave(plan: Plan, number: int) -> dict[str, npt.NDArray[Any]]:
    """Columns of one wave, (N,) each: who answered, by country, stratum and cluster."""
    settings = plan.of(SurveySettings)
    rng = plan.generator("surveys", number)
    shape = (len(settings.countries), len(AGES), len(AREAS), settings.invited)
    answers = rng.random(shape) < np.array(settings.answering)[None, :, :, None]
    country, age, area, person = np.nonzero(answers)
    cluster = person % settings.clusters
    spread = rng.uniform(
        -settings.cluster_spread,
        settings.cluster_spread,
        (*shape[:3], settings.clusters, len(settings.questions)),
    )
    share = yes(settings)[country, number, :, age, area] + spread[country, age, area, cluster]
    said = (rng.random(share.shape) < share).astype(np.int64)
    said[rng.random(share.shape) < settings.silent] = NO_ANSWER
    # Adults of the stratum over those who answered, scaled so that a country's weights average 1.
    answered = answers.sum(axis=3)
    weights = population(settings) / answered * answered.sum(axis=(1, 2), keepdims=True)
    stratum = age * len(AREAS) + area
    first = plan.start + dt.timedelta(int(settings.waves[number] * plan.days))
    day = np.datetime64(first) + rng.integers(0, settings.fieldwork, len(country))
    return {
        "respondent": np.array([f"sim_r{number + 1}_{n:05}" for n in range(len(country))]),
        "wave": np.full(len(country), number + 1),
        "day": day,
        "country": np.array(settings.countries)[country],
        "age": np.array(AGES)[age],
        "area": np.array(AREAS)[area],
        "stratum": stratum + 1,
        "cluster": (country * len(AGES) * len(AREAS) + stratum) * settings.clusters + cluster + 1,
        "weight": weights[country, age, area],
        **{q.id: said[:, n] for n, q in enumerate(settings.questions)},
    }


class Surveys(Quiet):
    """Surveys in waves, stratified and weighted; opinions move by known amounts.

    Each wave as .sav and as CSV, and a codebook; respondents are nobody of the posts.
    """

    name = "surveys"

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Opinion by country, wave and question, and what a mean without weights would say."""
        settings = plan.of(SurveySettings)
        return {
            "waves": len(settings.waves),
            "countries": list(settings.countries),
            "questions": {question.id: question.wording for question in settings.questions},
            "directions": list(settings.directions),
            "moves": {question.id: list(question.moves) for question in settings.questions},
            "unit": "share of yes among all adults, 0 to 1",
            "not_answering": "depends on age and area only, not on the opinion",
            "no_answer_to_a_question": settings.silent,
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """Opinion by country, wave and question."""
        settings = plan.of(SurveySettings)
        true, plain = opinion(settings), plain_mean(settings)
        rows = [
            {
                "country": country,
                "wave": number + 1,
                "question": question.id,
                "share": float(true[c, number, q]),
                "moved": settings.directions[c] * question.moves[number],
                "without_weights": float(plain[c, number, q]),
            }
            for c, country in enumerate(settings.countries)
            for number in range(len(settings.waves))
            for q, question in enumerate(settings.questions)
        ]
        return {"surveys": pa.Table.from_pylist(rows)}

    def files(self, plan: Plan, society: Society) -> Iterator[tuple[str, bytes]]:
        """surveys/wave_1.sav, surveys/wave_1.csv, ..., surveys/codebook.csv."""
        settings = plan.of(SurveySettings)
        for number in range(len(settings.waves)):
            columns = wave(plan, number)
            title = f"simulated survey, wave {number + 1}"
            first = columns["day"].min().astype("datetime64[D]").item()
            variables = [_variable(settings, name, told) for name, told in columns.items()]
            yield f"surveys/wave_{number + 1}.sav", sav(variables, title, first, "weight")
            told = [[f"{w:.6f}" for w in v] if n == "weight" else v for n, v in columns.items()]
            yield f"surveys/wave_{number + 1}.csv", _csv(columns, zip(*told, strict=True))
        yield "surveys/codebook.csv", _codebook(settings)


def _labels(settings: SurveySettings) -> dict[str, tuple[str, dict[int, str]]]:
    """What each variable is, and what its codes mean."""
    strata = [f"{age}, {area}" for age in AGES for area in AREAS]
    return {
        "respondent": ("Simulated respondent", {}),
        "wave": ("Wave", {}),
        "day": ("Day of the interview", {}),
        "country": ("Country, ISO 3166-1", {}),
        "age": ("Age band", {}),
        "area": ("Area", {}),
        "stratum": ("Stratum: age band in an area", dict(enumerate(strata, 1))),
        "cluster": ("Primary sampling unit", {}),
        "weight": ("Weight: design, corrected for those who did not answer", {}),
        **{q.id: (q.wording, _ANSWERS) for q in settings.questions},
    }


def _variable(settings: SurveySettings, name: str, values: npt.NDArray[Any]) -> Variable:
    label, codes = _labels(settings)[name]
    missing = (NO_ANSWER,) if codes is _ANSWERS else ()
    return Variable(name, label, values, codes, missing, 6 if name == "weight" else 0)


def _codebook(settings: SurveySettings) -> bytes:
    rows: list[tuple[str, ...]] = []
    for name, (label, codes) in _labels(settings).items():
        rows += [(name, label, str(code), meaning) for code, meaning in codes.items()]
        if not codes:
            rows.append((name, label, "", ""))
    return _csv(("variable", "label", "code", "meaning"), rows)


def _csv(header: Any, rows: Any) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


MECHANISM = Surveys()
