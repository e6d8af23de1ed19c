"""The hash of code sees what a program does, and not what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from howfar.validate.sources import code_of

CODE = '''"""Sums."""


def total(values: list[float]) -> float:
    """Their sum."""
    found = 0.0
    for value in values:
        found += value
        found *= 2  # twice
    return found
'''


def code(text: str, folder: Path) -> str:
    path = folder / "code.py"
    path.write_text(text, encoding="utf-8")
    return code_of(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("        found *= 2", "    found *= 2"),
        ("    return", "        return"),
        ("+=", "-="),
        ("    found = 0.0\n", ""),
    ],
)
def test_what_the_code_does_changes_it(before: str, after: str, tmp_path: Path) -> None:
    assert before in CODE
    assert code(CODE.replace(before, after), tmp_path) != code(CODE, tmp_path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  # twice", "  # two times"),
        ("  # twice", ""),
        ('"""Sums."""', '"""Totals."""'),
        ('    """Their sum."""\n', '    """The sum.\n\n    Of all.\n    """\n'),
        ('    """Their sum."""\n', ""),
        ("    for", "\n    # each\n    for"),
        ("    return", "\n    return"),
    ],
)
def test_prose_and_layout_do_not(before: str, after: str, tmp_path: Path) -> None:
    assert before in CODE
    assert code(CODE.replace(before, after), tmp_path) == code(CODE, tmp_path)


def test_a_string_that_is_a_value_is_code(tmp_path: Path) -> None:
    assert code("x = 'a'\n", tmp_path) != code("x = 'b'\n", tmp_path)
