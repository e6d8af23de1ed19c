"""Weights of every method against the library pysyncon, and properties by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pysyncon import AugSynth, Dataprep, PenalizedSynth, RobustSynth
from tests.improve.synthetic_panels import BASQUE, SPAIN, basque_panel

from howfar.errors import StudyError
from howfar.improve.synthetic_build import build_case
from howfar.improve.synthetic_case import Case
from howfar.improve.synthetic_panel import SynthPanel, parse_predictor, predictor_matrix
from howfar.improve.synthetic_weights import Fitting, UnitData, fit_weights


def basque_case(shared: Path, how: Fitting, predictors: bool = True) -> Case:
    panel, given = basque_panel(shared)
    donors = [u for u in panel.units if u not in (BASQUE, SPAIN)]
    return build_case(
        panel, [BASQUE], 1970, donors, given if predictors else (), None, None, "average",
        "gdpcap", how,
    )  # fmt: skip


def library_table(case: Case) -> Dataprep:
    """The same data for the library, which takes a long table and whole numbers as periods."""
    data = case.units[0]
    names = ["t", *case.donors]
    y = np.column_stack([data.y1, data.y0])
    x = np.column_stack([data.x1, data.x0])
    rows = [
        {"unit": name, "time": t, "y": y[t, u], **{f"x{k}": x[k, u] for k in range(len(x))}}
        for u, name in enumerate(names)
        for t in range(len(y))
    ]
    before = list(range(case.start))
    return Dataprep(
        foo=pd.DataFrame(rows), predictors=[f"x{k}" for k in range(len(x))], predictors_op="mean",
        dependent="y", unit_variable="unit", time_variable="time", treatment_identifier="t",
        controls_identifier=list(case.donors), time_predictors_prior=before,
        time_optimize_ssr=before,
    )  # fmt: skip


@pytest.mark.parametrize("ridge", [None, 0.3])
@pytest.mark.parametrize("kind", ["outcomes", "covariates", "residualise"])
def test_augmented_is_that_of_the_library(shared: Path, ridge: float | None, kind: str) -> None:
    # As many covariates as the library can invert: four.
    panel, given = basque_panel(shared)
    donors = [u for u in panel.units if u not in (BASQUE, SPAIN)]
    how = Fitting(method="augmented", ridge=ridge, residualise=kind == "residualise")
    case = build_case(
        panel, [BASQUE], 1970, donors, () if kind == "outcomes" else given[5:9], None, None,
        "average", "gdpcap", how,
    )  # fmt: skip
    theirs = AugSynth()
    theirs.fit(
        library_table(case), lambda_=ridge, use_covariates=kind != "outcomes",
        residualize=kind == "residualise",
    )  # fmt: skip
    ours = case.fitted[0]
    assert ours.chosen["ridge"] == pytest.approx(theirs.lambda_, rel=1e-9)
    assert ours.weights == pytest.approx(np.asarray(theirs.W), abs=2e-4)


@pytest.mark.parametrize("penalty", [0.01, 0.3])
def test_penalised_is_that_of_the_library(shared: Path, penalty: float) -> None:
    case = basque_case(shared, Fitting(method="penalised", penalty=penalty))
    theirs = PenalizedSynth()
    theirs.fit(dataprep=library_table(case), lambda_=penalty)
    assert case.fitted[0].weights == pytest.approx(np.asarray(theirs.W), abs=5e-3)


def test_robust_is_that_of_the_library(shared: Path) -> None:
    case = basque_case(shared, Fitting(method="robust", ridge=0.1, singular_values=2), False)
    theirs = RobustSynth()
    theirs.fit(library_table(case), lambda_=0.1, sv_count=2)
    assert case.fitted[0].weights == pytest.approx(np.asarray(theirs.W), abs=1e-6)


def test_the_penalty_is_paid_for_distance() -> None:
    # Treated 2 = mean of 0 and 4, or of 1.9 alone: without a penalty any mixture that gives 2,
    # with a large one the near donor.
    data = UnitData(
        np.array([2.0, 2.0, 2.0]),
        np.array([[0.0, 1.9, 4.0], [0.0, 1.9, 4.0], [0.0, 1.9, 4.0]]),
        np.array([True, True, False]),
        np.empty(0),
        np.empty((0, 3)),
    )
    near = fit_weights(data, Fitting(method="penalised", penalty=10.0)).weights
    assert near == pytest.approx([0, 1, 0], abs=1e-6)
    free = fit_weights(data, Fitting(method="penalised", penalty=0.0)).weights
    assert data.y0[0] @ free == pytest.approx(2)


def test_the_chosen_penalty_predicts_donors_and_placebos_use_it(shared: Path) -> None:
    case = basque_case(shared, Fitting(method="penalised"))
    assert case.fitted[0].chosen["penalty"] in (0, 0.001, 0.01, 0.03, 0.1, 0.3, 1)
    assert case.again[0].penalty == case.fitted[0].chosen["penalty"]


def test_ridge_without_limit_is_the_method_before_it() -> None:
    rng = np.random.default_rng(1)
    y0 = rng.normal(size=(12, 5))
    data = UnitData(y0 @ rng.dirichlet(np.ones(5)) + 0.3, y0, np.arange(12) < 9, np.empty(0),
                    np.empty((0, 5)))  # fmt: skip
    plain = fit_weights(data, Fitting()).weights
    assert fit_weights(data, Fitting(method="augmented", ridge=1e12)).weights == pytest.approx(
        plain, abs=1e-6
    )
    assert fit_weights(data, Fitting(method="ridge", ridge=1e12)).weights == pytest.approx(
        [0.2] * 5
    )


def test_units_of_the_outcome_do_not_change_weights(shared: Path) -> None:
    case = basque_case(shared, Fitting(optimisers=("Nelder-Mead",), starts=("equal",)))
    data = case.units[0]
    tiny = UnitData(data.y1 * 1e-5, data.y0 * 1e-5, data.fit, data.x1, data.x0)
    assert fit_weights(tiny, case.how).weights == pytest.approx(case.fitted[0].weights, abs=1e-6)


def test_importance_can_be_given(shared: Path) -> None:
    found = basque_case(shared, Fitting())
    importance = found.fitted[0].importance
    assert importance is not None
    again = basque_case(shared, Fitting(importance=tuple(importance)))
    assert again.fitted[0].weights == pytest.approx(found.fitted[0].weights, abs=1e-9)
    with pytest.raises(StudyError, match="2 figures for 14 predictors"):
        _ = basque_case(shared, Fitting(importance=(1.0, 2.0))).fitted


def test_settings_that_mean_nothing_are_refused() -> None:
    for wrong in (
        {"method": "magic"}, {"importance": "some"}, {"starts": ("zero",)}, {"ridge": -1.0},
        {"singular_values": 0},
    ):  # fmt: skip
        with pytest.raises(StudyError):
            Fitting(**wrong)  # type: ignore[arg-type]


def test_predictors_are_read_and_taken() -> None:
    times = (2001, 2002, 2003, 2004, 2005)
    y = np.arange(10.0).reshape(2, 5)
    x = y.copy()
    x[0, 1] = np.nan
    panel = SynthPanel(("a", "b"), times, y, {"x.1": x})
    told = ["x.1@2001..2003", "x.1@2001..2005/2:sum", "y@2004", "x.1@2002,2005:max"]
    found = [parse_predictor(text, times) for text in told]
    assert [one.times for one in found] == [
        (2001, 2002, 2003), (2001, 2003, 2005), (2004,), (2002, 2005),
    ]  # fmt: skip
    matrix, labels = predictor_matrix(panel, found, "y")
    # A cell without a figure is left out: (0 + 2) / 2, 0 + 2 + 4, 3, 4.
    assert matrix[:, 0] == pytest.approx([1, 6, 3, 4])
    assert matrix[:, 1] == pytest.approx([6, 21, 8, 9])
    assert labels[0] == "x.1, mean of 2001..2003"
    assert parse_predictor("x.1", times).times == times
    for wrong in ("@2001", "x.1@1999", "x.1@2001:mode", "x.1@2003..2001"):
        with pytest.raises(StudyError):
            parse_predictor(wrong, times)
