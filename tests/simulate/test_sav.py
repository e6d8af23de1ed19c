"""System files: what another program reads out of them."""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from howfar.simulate.sav import Variable, sav

DAY = dt.date(2024, 3, 9)


def variables() -> list[Variable]:
    return [
        Variable("respondent", "Who", np.array(["a", "Größe 九十九", ""])),
        Variable("weight", "Weight", np.array([0.5, 1.25, 2.0]), decimals=6),
        Variable("day", "Day", np.array(["2024-03-09", "1999-12-31", "2024-02-29"], "M8[D]")),
        Variable("answer", "Yes?", np.array([1, 0, 9]), {1: "yes", 0: "no", 9: "none"}, (9,)),
    ]


def read(content: bytes, folder: Path, **how: Any) -> tuple[dict[str, Any], Any]:
    pyreadstat = pytest.importorskip("pyreadstat")
    path = folder / "told.sav"
    path.write_bytes(content)
    return pyreadstat.read_sav(str(path), output_format="dict", **how)


def test_another_program_reads_the_values(tmp_path: Path) -> None:
    content = sav(variables(), "simulated: größer", DAY, "weight")
    told, about = read(content, tmp_path, user_missing=True)
    assert list(told["respondent"]) == ["a", "Größe 九十九", ""]
    assert list(told["weight"]) == [0.5, 1.25, 2.0]
    assert [str(day)[:10] for day in told["day"]] == ["2024-03-09", "1999-12-31", "2024-02-29"]
    assert list(told["answer"]) == [1, 0, 9]
    assert about.column_names_to_labels == {
        "respondent": "Who",
        "weight": "Weight",
        "day": "Day",
        "answer": "Yes?",
    }
    assert about.variable_value_labels == {"answer": {0: "no", 1: "yes", 9: "none"}}
    assert about.missing_ranges == {"answer": [{"lo": 9, "hi": 9}]}
    assert (about.file_label, about.file_encoding) == ("simulated: größer", "UTF-8")
    assert str(about.creation_time) == "2024-03-09 00:00:00"


def test_a_code_that_is_no_answer_is_missing(tmp_path: Path) -> None:
    told, _ = read(sav(variables(), "", DAY), tmp_path)
    answers = [None if one is None or one != one else one for one in told["answer"]]
    assert answers == [1, 0, None]


def test_which_variable_weights_the_cases() -> None:
    # Layout: 4 + 60 bytes, then layout code, size of a case, compression, weight, cases.
    header = struct.unpack_from("<5i", sav(variables(), "", DAY, "weight"), 64)
    # Twelve bytes of text need two places, then weight, day and answer.
    texts = len("Größe 九十九".encode())
    assert header == (2, -(-texts // 8) + 3, 0, -(-texts // 8) + 1, 3)
    assert struct.unpack_from("<5i", sav(variables(), "", DAY), 64)[3] == 0


@pytest.mark.parametrize("length", [1, 8, 9, 248, 249, 255])
def test_texts_of_any_length(tmp_path: Path, length: int) -> None:
    told, _ = read(
        sav(
            [
                Variable("text", "Text", np.array(["x" * length, "y"])),
                Variable("after", "After", np.array([1.5, 2.5])),
            ],
            "",
            DAY,
        ),
        tmp_path,
    )
    assert list(told["text"]) == ["x" * length, "y"]
    assert list(told["after"]) == [1.5, 2.5]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 255 bytes"):
        sav([Variable("text", "", np.array(["x" * 256]))], "", DAY)
    with pytest.raises(ValueError, match="longer than 64 bytes"):
        sav(variables(), "t" * 65, DAY)
