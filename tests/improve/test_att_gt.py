"""ATT(g, t): figures of the reference software, hand arithmetic, cleaning and the joint test."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from howfar.errors import StudyError
from howfar.improve.aggregate_att import aggregate_att
from howfar.improve.att_gt import att_gt, pre_trend
from howfar.improve.cohorts import cohorts

Columns = dict[str, npt.NDArray[np.float64]]

HERE = Path(__file__).parent
REFERENCE: dict[str, Any] = json.loads((HERE / "staggered_reference.json").read_text("utf-8"))

# did 2.x for R, bstrap = FALSE: never-treated controls without covariates (O12), ATT and its error.
DID = {
    (2004, 2004): (-0.0105032462209624, 0.0232510363681664),
    (2004, 2005): (-0.0704231581031467, 0.0309847667572767),
    (2004, 2006): (-0.137258738889403, 0.0364356642876865),
    (2004, 2007): (-0.100811363085404, 0.0343592258346732),
    (2006, 2004): (0.00652011242423301, 0.0233268051418047),
    (2006, 2005): (-0.00275081875051882, 0.0195585610358817),
    (2006, 2006): (-0.00459460695286304, 0.0177551966592763),
    (2006, 2007): (-0.0412244715462175, 0.0202291807041068),
    (2007, 2004): (0.0305066555832928, 0.01503356028013),
    (2007, 2005): (-0.00272589288611625, 0.0163958328955344),
    (2007, 2006): (-0.0310871193896889, 0.0178775113133435),
    (2007, 2007): (-0.0260544107191966, 0.0166554353492522),
}
# Its overall averages: never treated; not yet treated; never treated by regression on lpop.
DID_AVERAGES = {
    "never": {
        "simple": (-0.0399512751551763, 0.0120340127701854),
        "group": (-0.0310182822287484, 0.0124460593209979),
        "dynamic": (-0.0772398214573151, 0.0199649890618494),
        "calendar": (-0.0417004321312822, 0.01597185188456),
    },
    "not-yet": {
        "simple": (-0.0397636256230437, 0.0120524247873419),
        "group": (-0.030462228112565, 0.0125751201316818),
        "dynamic": (-0.0773993139705847, 0.0195601769463944),
        "calendar": (-0.0442670834758837, 0.0155709044211449),
    },
    "lpop": {
        "simple": (-0.0419686124215432, 0.0114448297682151),
        "group": (-0.0329292402290042, 0.0118603087662617),
        "dynamic": (-0.0807817453337615, 0.0187458547114755),
        "calendar": (-0.0445323313531745, 0.0148850278130483),
    },
}
DID_WALD = {"never": 7.79123662720035, "not-yet": 7.79092771882739, "lpop": 6.8612749537136}


@pytest.fixture(scope="module")
def mpdta(shared: Path) -> Columns:
    """County teen employment 2003-2007, with made-up weights, clusters and a covariate."""
    with (shared / "oracles" / "mpdta.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}
    county, year = found["countyreal"], found["year"]
    found["xtv"] = np.sin(county * 0.37) + 0.1 * (year - 2003) * np.cos(county)
    found["changing"] = 1 + (county % 7) / 5 + (year - 2003) * (county % 3) * 0.1
    found["cluster"] = county // 1000
    return found


def part(data: Columns, which: str) -> Columns:
    """All rows, without some, or only those of counties that begin at some time."""
    keep = np.ones(len(data["year"]), dtype=bool)
    if which == "holes":
        keep = (data["countyreal"] * 7 + data["year"] * 13) % 11 != 0
    if which == "begun":
        keep = data["first.treat"] > 0
    return {key: values[keep] for key, values in data.items()}


def test_o12_every_effect_and_error(mpdta: Columns) -> None:
    data = cohorts(mpdta["lemp"], mpdta["countyreal"], mpdta["year"], mpdta["first.treat"])
    found = att_gt(data)
    error = found.error(found.influence)
    seen = {
        (int(g), int(t)): (a, e)
        for g, t, a, e in zip(found.group, found.time, found.att, error, strict=True)
    }
    assert seen.keys() == DID.keys()
    for key, expected in DID.items():
        assert seen[key] == pytest.approx(expected, abs=1e-12), key


@pytest.mark.parametrize("case", ["never", "not-yet", "lpop"])
def test_o12_averages_and_pre_trend(mpdta: Columns, case: str) -> None:
    control = "not-yet" if case == "not-yet" else "never"
    data = cohorts(
        mpdta["lemp"],
        mpdta["countyreal"],
        mpdta["year"],
        mpdta["first.treat"],
        covariates=mpdta["lpop"] if case == "lpop" else None,
        control=control,
    )
    found = att_gt(data, control=control, method="reg")
    for kind, expected in DID_AVERAGES[case].items():
        one = aggregate_att(found, kind)  # type: ignore[arg-type]
        assert (one.overall, float(found.error(one.influence))) == pytest.approx(
            expected, abs=1e-12
        )
    wald = pre_trend(found)
    assert wald is not None
    assert wald.statistic == pytest.approx(DID_WALD[case], abs=1e-10)
    assert wald.df == 5


@pytest.mark.parametrize("case", [key for key in REFERENCE if key != "about"])
def test_options_give_what_the_reference_software_gives(mpdta: Columns, case: str) -> None:
    told = REFERENCE[case]
    rows = part(mpdta, told["data"])
    data = cohorts(
        rows["lemp"],
        rows["countyreal"],
        rows["year"],
        rows["first.treat"],
        covariates=np.column_stack([rows[x] for x in told["covariates"]])
        if told["covariates"]
        else None,
        weights=rows[told["weights"]] if "weights" in told else None,
        cluster=rows["cluster"] if "cluster" in told else None,
        **told["cohorts"],
    )
    found = att_gt(data, **told["att_gt"])
    cells = told["cells"]
    assert found.group.tolist() == cells["group"]
    assert found.time.tolist() == cells["year"]
    assert found.att == pytest.approx(cells["att"], abs=2e-8)
    error = found.error(found.influence)
    assert error == pytest.approx([e or 0.0 for e in cells["se"]], abs=2e-8)
    for expected in told["averages"]:
        one = aggregate_att(found, expected["kind"], **expected["window"])
        assert one.overall == pytest.approx(expected["overall"], abs=2e-8)
        assert float(found.error(one.influence)) == pytest.approx(expected["se"], abs=2e-8)
        if expected["egt"] is not None:
            assert one.keys.tolist() == expected["egt"]
            assert one.att == pytest.approx(expected["att"], abs=2e-8)
            parts = [e or 0.0 for e in expected["ses"]]
            assert found.error(one.parts) == pytest.approx(parts, abs=2e-8)


def table(rows: dict[str, list[float]], starts: dict[str, float]) -> tuple[Any, ...]:
    """Outcome, unit, period and start of a small panel with periods 1, 2, ..."""
    unit = [name for name, values in rows.items() for _ in values]
    time = [t + 1.0 for values in rows.values() for t in range(len(values))]
    y = [value for values in rows.values() for value in values]
    return y, unit, time, [starts.get(name, np.nan) for name in unit]


SMALL = {
    "a": [1.0, 2, 9, 9],
    "b": [3.0, 4, 13, 15],
    "c": [0.0, 1, 2, 10],
    "d": [5.0, 6, 8, 9],
    "e": [7.0, 8, 8, 11],
}
STARTS = {"a": 3.0, "b": 3.0, "c": 4.0}


def test_each_cell_is_a_difference_of_differences_by_hand() -> None:
    found = att_gt(cohorts(*table(SMALL, STARTS)))
    # Never changed d, e: mean changes 1 (1 to 2), 1 (2 to 3), 3 (2 to 4), 2 (3 to 4).
    by_hand = {
        (3, 2): 1 - 1,
        (3, 3): (7 + 9) / 2 - 1,
        (3, 4): (7 + 11) / 2 - 3,
        (4, 2): 1 - 1,
        (4, 3): 1 - 1,
        (4, 4): 8 - 2,
    }
    cells = zip(found.group, found.time, found.att, strict=True)
    assert {(int(g), int(t)): pytest.approx(a) for g, t, a in cells} == by_hand
    late = att_gt(cohorts(*table(SMALL, STARTS)), control="not-yet")
    # In period 3 unit c has not begun either: its change of 1 joins those of d and e.
    at = (late.group == 3) & (late.time == 3)
    assert late.att[at] == pytest.approx((7 + 9) / 2 - (1 + 2 + 0) / 3)


def test_a_universal_base_compares_all_with_one_period() -> None:
    found = att_gt(cohorts(*table(SMALL, STARTS)), base="universal")
    assert found.base[found.group == 4].tolist() == [3, 3, 3, 3]
    assert found.att[(found.group == 4) & (found.time == 3)] == 0.0
    # c from 3 back to 1: 0 - 2; d, e: (5 - 8) and (7 - 8), mean -2.
    assert found.att[(found.group == 4) & (found.time == 1)] == pytest.approx(-2 + 2)
    assert not found.known[(found.group == 4) & (found.time == 3)][0]


def test_anticipation_moves_the_base_back() -> None:
    data = cohorts(*table(SMALL, STARTS), anticipation=1)
    found = att_gt(data, anticipation=1)
    late = found.group == 4
    assert found.base[late].tolist() == [1, 2, 2]
    # c from 2 to 4: 9; d, e: 3.
    assert found.att[late & (found.time == 4)] == pytest.approx(9 - 3)


def test_what_is_left_out_is_said() -> None:
    rows = {**SMALL, "f": [1.0, 2, 3, 4], "g": [1.0, 2, np.nan, 4]}
    data = cohorts(*table(rows, {**STARTS, "f": 1.0}))
    assert data.names == ("a", "b", "c", "d", "e")
    assert len(data.notes) == 3
    kept = cohorts(*table(rows, {**STARTS, "f": 1.0}), layout="unbalanced")
    assert kept.names == ("a", "b", "c", "d", "e", "g")
    assert kept.layout == "unbalanced"


def test_pairs_use_whoever_is_there_in_both_periods() -> None:
    rows = {**SMALL, "d": [5.0, 6, np.nan, 9]}
    data = cohorts(*table(rows, STARTS), layout="pairs")
    found = att_gt(data)
    at = {(int(g), int(t)): a for g, t, a in zip(found.group, found.time, found.att, strict=True)}
    # Without d in period 3: from 2 to 3 only e can be compared with, from 2 to 4 both.
    assert at[3, 3] == pytest.approx((7 + 9) / 2 - 0)
    assert at[3, 4] == pytest.approx((7 + 11) / 2 - 3)
    assert at[4, 4] == pytest.approx(8 - 3)
    # Without c in period 3, it is compared with the period before.
    gone = att_gt(cohorts(*table({**SMALL, "c": [0.0, 1, np.nan, 10]}, STARTS), layout="pairs"))
    late = (gone.group == 4) & (gone.time == 4)
    assert gone.base[late] == 2
    assert gone.att[late] == pytest.approx(9 - 3)


def test_where_nobody_never_begins_the_last_are_the_comparison() -> None:
    some = {key: SMALL[key] for key in "abc"}
    with pytest.raises(StudyError, match="no unit never has it"):
        cohorts(*table(some, STARTS))
    data = cohorts(*table(some, STARTS), control="not-yet")
    assert data.times.tolist() == [1, 2, 3]
    assert data.cohorts.tolist() == [3]
    found = att_gt(data, control="not-yet")
    assert found.att[found.time == 3] == pytest.approx((7 + 9) / 2 - 1)


def test_zero_means_never_only_where_no_period_is_zero() -> None:
    y, unit, time, _ = table(SMALL, {})
    first = [{"a": 3.0, "b": 3.0}.get(name, 0.0) for name in unit]
    assert np.isinf(cohorts(y, unit, time, first).first).sum() == 3
    early = [t - 1 for t in time]
    with pytest.raises(StudyError, match="no unit never has it"):
        cohorts(y, unit, early, first)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time": [1.0, 1, 3, 4] + [1.0, 2, 3, 4] * 4}, "unit a has two rows in period 1"),
        ({"first": [3.0, 3, 3, 4] + [np.nan] * 16}, "changes within 1 units, first a"),
        ({"first": [np.nan] * 20}, "no unit begins"),
        ({"weights": [-1.0] * 20}, "below 0"),
        ({"cluster": ["x", "y", "x", "x"] + ["z"] * 16}, "the cluster changes within"),
        ({"outcome": [np.nan] * 20}, "no row has"),
        ({"time": ["now"] * 20}, "not a column of numbers"),
    ],
)
def test_tables_that_cannot_be_read_say_why(change: dict[str, Any], said: str) -> None:
    y, unit, time, first = table(SMALL, STARTS)
    given = {"outcome": y, "unit": unit, "time": time, "first": first} | change
    with pytest.raises(StudyError, match=said):
        cohorts(**given)


def test_a_cell_that_cannot_be_estimated_has_a_reason() -> None:
    y, unit, time, first = table(SMALL, STARTS)
    same = [1.0 if name in "ab" else 0.0 for name in unit]
    found = att_gt(cohorts(y, unit, time, first, covariates=same))
    lost = found.group == 3
    assert np.isnan(found.att[lost]).all()
    assert all(why for why, gone in zip(found.why, lost, strict=True) if gone)
    assert np.isfinite(found.att[~lost]).all()
    assert aggregate_att(found, "simple").overall == pytest.approx(8 - 2)


def test_the_joint_test_finds_what_went_before() -> None:
    rng = np.random.default_rng(5)
    n, periods = 120, 6
    y = rng.normal(size=(n, 1)) + rng.normal(size=(n, periods))
    first = np.where(np.arange(n) < 60, 5.0, np.nan)
    unit, time = np.divmod(np.arange(n * periods), periods)

    def p(outcome: npt.NDArray[np.float64]) -> float:
        found = pre_trend(att_gt(cohorts(outcome.ravel(), unit, time + 1.0, first[unit])))
        assert found is not None
        return found.p_small

    assert p(y) > 0.05
    drifted = y.copy()
    drifted[:60, :4] += np.arange(4) * 1.0
    assert p(drifted) < 0.001
