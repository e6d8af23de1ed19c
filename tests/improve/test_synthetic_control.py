"""Synthetic control: the published figures, hand arithmetic, planted effects, placebos."""

from pathlib import Path

import numpy as np
import pytest
from tests.improve.synthetic_panels import BASQUE, SPAIN, basque_panel, planted

from howfar.errors import StudyError
from howfar.improve.effect import Effect
from howfar.improve.evidence import Check
from howfar.improve.lexicon import causal_words
from howfar.improve.synthetic_control import synthetic_control
from howfar.improve.synthetic_panel import Predictor, SynthPanel, parse_predictor
from howfar.improve.synthetic_weights import Fitting


def check(effect: Effect, name: str) -> Check:
    return next(one for one in effect.checks if one.id == name)


def by_hand() -> SynthPanel:
    """Treated = .25 a + .75 b before; since then 2 more, then 4 more."""
    a = np.array([1.0, 2, 4, 3, 5, 6, 4, 8])
    b = np.array([5.0, 3, 6, 2, 7, 5, 6, 4])
    c = np.array([9.0, 9, 8, 9, 9, 9, 8, 9])
    t = 0.25 * a + 0.75 * b + np.array([0, 0, 0, 0, 0, 0, 2, 4])
    return SynthPanel(("t", "a", "b", "c"), tuple("12345678"), np.stack([t, a, b, c]))


@pytest.mark.parametrize("with_spain", [True, False])
def test_o13_the_basque_country(shared: Path, with_spain: bool) -> None:
    panel, predictors = basque_panel(shared)
    donors = [u for u in panel.units if u != BASQUE and (with_spain or u != SPAIN)]
    effect = synthetic_control(
        panel, [BASQUE], 1975, donors=donors, predictors=predictors,
        fit_over=range(1960, 1970), average_over=range(1975, 1998), checks=False, outcome="gdpcap",
    )  # fmt: skip
    weights = effect.details["weights"][BASQUE]
    assert round(weights["Cataluna"], 3) == 0.851
    assert round(weights["Madrid (Comunidad De)"], 3) == 0.149
    assert sum(weights.values()) == pytest.approx(1)
    assert effect.average.value is not None
    assert round(effect.average.value, 4) == -0.6996
    # 16 or 17 donors cannot give 95 %: the level that ranks reach is said.
    n = len(donors)
    assert effect.average.confidence == pytest.approx(n / (n + 1))
    assert effect.details["balance"][BASQUE]["popdens, mean of 1969"]["treated"] == pytest.approx(
        246.89, abs=0.01
    )


def test_importance_is_learnt_earlier_and_held(shared: Path) -> None:
    panel, _ = basque_panel(shared)
    late = [parse_predictor(f"{x}@1966..1969", panel.times) for x in ("gdpcap", "invest")]
    early = [parse_predictor(f"{x}@1964..1965", panel.times) for x in ("gdpcap", "invest")]
    shared_arguments = {"checks": False, "outcome": "gdpcap", "fit_over": range(1960, 1970)}
    before = synthetic_control(
        panel, [BASQUE], 1970, predictors=early, checks=False, outcome="gdpcap",
        fit_over=range(1960, 1966),
    )  # fmt: skip
    learnt = tuple(before.details["importance"][BASQUE].values())
    by_hand = synthetic_control(
        panel, [BASQUE], 1970, predictors=late, how=Fitting(importance=learnt), **shared_arguments
    )  # type: ignore[arg-type]
    found = synthetic_control(
        panel, [BASQUE], 1970, predictors=late, learn_predictors=early,
        learn_over=range(1960, 1966), **shared_arguments,
    )  # type: ignore[arg-type]  # fmt: skip
    assert found.average == by_hand.average
    assert found.arguments["importance"] == pytest.approx(learnt)
    with pytest.raises(StudyError, match="1 predictors to learn from for 2"):
        synthetic_control(panel, [BASQUE], 1970, predictors=late, learn_predictors=early[:1])


def test_weights_and_effects_by_hand() -> None:
    effect = synthetic_control(by_hand(), ["t"], "7", interval="placebo", unit="posts")
    weights = effect.details["weights"]["t"]
    assert [weights[u] for u in "abc"] == pytest.approx([0.25, 0.75, 0], abs=1e-9)
    assert effect.average.value == pytest.approx(3)
    assert effect.cumulative.value == pytest.approx(6)
    assert [p.relative for p in effect.periods] == [-6, -5, -4, -3, -2, -1, 0, 1]
    assert [p.effect.value for p in effect.periods] == pytest.approx([0] * 6 + [2, 4], abs=1e-9)
    # Observed after: 7.5 and 9; expected 5.5 and 5.
    assert effect.relative.value == pytest.approx(16.5 / 10.5 - 1)
    assert effect.compared == ("a", "b", "c")
    # Three donors: no rank among them tells one in ten apart, so never grade B.
    assert check(effect, "placebo-space").passed is None
    assert effect.average.confidence == pytest.approx(3 / 4)
    assert effect.grade == "C"


def test_levels_do_not_matter_once_means_are_taken_off() -> None:
    panel = by_hand()
    moved = panel.outcomes.copy()
    moved[0] += 100
    far = SynthPanel(panel.units, panel.times, moved)
    plain = synthetic_control(far, ["t"], "7", checks=False, interval="placebo")
    free = synthetic_control(
        far, ["t"], "7", how=Fitting(demean=True), checks=False, interval="placebo"
    )
    assert plain.average.value is not None
    assert plain.average.value > 90
    assert check(plain, "fit-before").passed is False
    assert free.average.value == pytest.approx(3)
    assert check(free, "fit-before").passed is True


def test_two_units_together_and_apart() -> None:
    panel = by_hand()
    t = panel.outcomes[0]
    second = 0.5 * panel.outcomes[1] + 0.5 * panel.outcomes[2]
    second[6:] += 1
    both = SynthPanel(
        ("t", "s", "a", "b", "c"), panel.times, np.stack([t, second, *panel.outcomes[1:]])
    )
    for combine in ("average", "separate"):
        effect = synthetic_control(
            both, ["t", "s"], "7", combine=combine, checks=False, interval="placebo"
        )  # type: ignore[arg-type]
        # (3 + 1) / 2 a unit and period; two units, two periods: 8.
        assert effect.average.value == pytest.approx(2)
        assert effect.cumulative.value == pytest.approx(8)
        assert effect.compared == ("a", "b", "c")


def test_units_that_began_apart_are_counted_from_their_start() -> None:
    panel = by_hand()
    second = 0.5 * panel.outcomes[1] + 0.5 * panel.outcomes[2]
    second[5:] += 1
    both = SynthPanel(
        ("t", "s", "a", "b", "c"),
        panel.times,
        np.stack([panel.outcomes[0], second, *panel.outcomes[1:]]),
    )
    effect = synthetic_control(
        both, ["t", "s"], {"t": "7", "s": "6"}, checks=False, interval="placebo"
    )
    assert [p.period for p in effect.periods] == [str(n) for n in range(-5, 2)]
    assert [p.effect.value for p in effect.periods[-2:]] == pytest.approx([1.5, 2.5])


def test_a_planted_effect_is_found_and_graded() -> None:
    effect = synthetic_control(planted(np.random.default_rng(2), 5.0), ["u0"], 40)
    assert effect.average.low is not None
    assert effect.average.high is not None
    assert effect.average.low < 5 < effect.average.high
    assert effect.clear
    assert effect.grade == "B"
    assert [one.id for one in effect.checks] == [
        "fit-before", "pre-trend", "placebo-time", "placebo-space", "leave-one-out", "other-method",
    ]  # fmt: skip
    assert effect.details["p_of_no_effect"] <= 0.05
    for one in effect.checks:
        assert causal_words(one.asks + " " + one.said) == ()


def test_a_change_before_the_date_given_lowers_the_grade() -> None:
    panel = planted(np.random.default_rng(3), 6.0, before=28, after=24)
    effect = synthetic_control(panel, ["u0"], 40, placebo_dates=[28])
    assert check(effect, "placebo-time").passed is False
    assert effect.grade == "C"


@pytest.mark.parametrize("interval", ["conformal", "placebo"])
@pytest.mark.parametrize("method", ["classic", "augmented"])
def test_intervals_hold_what_was_planted(interval: str, method: str) -> None:
    rng = np.random.default_rng(11)
    held = 0
    runs, least = (60, 52) if method == "classic" else (25, 20)
    for _ in range(runs):
        effect = synthetic_control(
            planted(rng, 2.0, before=30, after=8), ["u0"], 30,
            interval=interval, checks=False, how=Fitting(method=method, ridge=500.0),
        )  # type: ignore[arg-type]  # fmt: skip
        assert effect.average.low is not None
        assert effect.average.high is not None
        held += effect.average.low <= 2 <= effect.average.high
    # 95 % (14 donors: 93 %): of 60, 52 or more hold it with a probability above 95 %, as do 20 or
    # more of 25.
    assert held >= least


def test_random_orders_are_drawn_from_the_generator_given() -> None:
    panel = planted(np.random.default_rng(4), 3.0)
    first, again = (
        synthetic_control(
            panel, ["u0"], 40, interval="conformal", permutations=200,
            rng=np.random.default_rng(1), checks=False,
        )
        for _ in range(2)
    )  # fmt: skip
    assert first.average == again.average
    with pytest.raises(ValueError, match="Generator"):
        synthetic_control(panel, ["u0"], 40, permutations=200)


def test_missing_figures_are_left_out_and_named() -> None:
    panel = planted(np.random.default_rng(5), 3.0)
    holes = panel.outcomes.copy()
    holes[0, 7] = np.nan
    holes[3, 45] = np.nan
    effect = synthetic_control(
        SynthPanel(panel.units, panel.times, holes), ["u0"], 40, checks=False, interval="placebo"
    )
    assert "u3" not in effect.compared
    assert any("u3" in note for note in effect.notes)
    assert any("1 periods without" in note for note in effect.notes)
    assert len(effect.periods) == 51
    assert effect.periods[7].period == "8"


def test_what_does_not_fit_is_refused_with_reasons() -> None:
    panel = by_hand()
    with pytest.raises(StudyError, match="no unit 'x'"):
        synthetic_control(panel, ["x"], "7")
    with pytest.raises(StudyError, match="no period '9'"):
        synthetic_control(panel, ["t"], "9")
    with pytest.raises(StudyError, match="0 periods to fit over"):
        synthetic_control(panel, ["t"], "1")
    with pytest.raises(StudyError, match="not before the change"):
        synthetic_control(panel, ["t"], "7", fit_over=["6", "7"])
    with pytest.raises(StudyError, match="changed and compared"):
        synthetic_control(panel, ["t"], "7", donors=["t", "a"])
    with pytest.raises(StudyError, match="no column 'gdp'"):
        synthetic_control(panel, ["t"], "7", predictors=[Predictor("gdp", ("1",))])
    with pytest.raises(StudyError, match="placebo date"):
        synthetic_control(panel, ["t"], "7", placebo_dates=["8"])
