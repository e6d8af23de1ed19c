"""Which units have enough data."""

import numpy as np
import pytest
from tests.assess.tables import table

from howfar.assess.recipe import Screen
from howfar.assess.screen import screen
from howfar.errors import StudyError

NAN = np.nan
# Shares present: 1, 3/4, 1/4, 1; of those not zero: 1, 2/3, 1, 1/4.
TABLE = table([[1, 2, 3, 4], [1, 0, 3, NAN], [NAN, NAN, NAN, 4], [0, 0, 0, 4]])


@pytest.mark.parametrize(
    ("spec", "stay"),
    [
        (Screen("none", 0.9), ["u0", "u1", "u2", "u3"]),
        (Screen("share", min_available=0.75), ["u0", "u1", "u3"]),
        (Screen("share", min_available=0.76), ["u0", "u3"]),
        (Screen("share", min_nonzero=0.5), ["u0", "u1", "u2"]),
        (Screen("share", min_nonzero=0.7), ["u0", "u2"]),
        (Screen("share", 0.75, 0.5), ["u0", "u1"]),
        (Screen("share", 0.76, keep=("u2",), drop=("u0",)), ["u2", "u3"]),
        (Screen("none", drop=("u3",)), ["u0", "u1", "u2"]),
    ],
)
def test_who_stays(spec: Screen, stay: list[str]) -> None:
    data, step, rows = screen(TABLE, spec)
    assert list(data.units) == stay
    assert [u for u, here in zip(TABLE.units, rows, strict=True) if here] == stay
    assert set(step.done["dropped"]) == set(TABLE.units) - set(stay)


def test_nobody_left_says_what_to_do() -> None:
    with pytest.raises(StudyError, match="lower min_available"):
        screen(TABLE.keep(np.array([False, False, True, False])), Screen("share", 0.5))


def test_unknown_unit() -> None:
    with pytest.raises(StudyError, match="no unit 'u9'"):
        screen(TABLE, Screen(keep=("u9",)))
