"""What the long run of interrupted series found.

The table names the hash of the code that it speaks of; no page quotes it, so an older one stays.
"""

import json
from typing import Any

import numpy as np
from benchmarks import interrupted_series as bench
from scipy import stats


def stored() -> dict[str, Any]:
    table = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    assert len(table["sources"]) == 64
    return table  # type: ignore[no-any-return]


def test_stored_worlds_hold_what_was_planted() -> None:
    table = stored()
    trials = table["trials"]
    least = stats.binom.ppf(0.0005, trials, 0.95) / trials
    short = [row for row in table["planted"] if row["coverage"] < least]
    assert not short, short
    nothing = [row["clear"] for row in table["planted"] if row["effect"] == 0]
    most = stats.binom.ppf(0.9995, trials * len(nothing), 0.05) / (trials * len(nothing))
    assert np.mean(nothing) <= most


def test_stored_placebo_dates_of_the_tone_are_quiet_beside_a_control() -> None:
    alone, beside = stored()["real_tone"]
    assert alone["dates"] == beside["dates"] == 50
    assert beside["clear"] <= 5
    assert beside["sound"] >= 40


def test_stored_placebo_dates_of_pages_are_quieter_where_checks_pass() -> None:
    """Pages' figures sink and rise with the news: alone they cannot be believed, and it is said."""
    for controls in (0, 2):
        rows = [row for row in stored()["real_pages"] if row["controls"] == controls]
        assert len(rows) == 14
        every, sound = (sum(row[key] for row in rows) for key in ("dates", "sound"))
        clear, kept = (sum(row[key] for row in rows) for key in ("clear", "clear_and_sound"))
        assert kept / sound < clear / every
