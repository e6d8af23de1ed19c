"""Which runs of digits in a text are taken for telephone numbers.

In doubt they are: a lost figure costs little, a number that reaches the tables may cost a person
a lot. Left alone are dates, years, grouped thousands, amounts of money and short numbers.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

# Spaces, dashes, dots, slashes, brackets and the invisible marks of bidirectional text.
_GAP = (
    r"[ \t\u00a0\u2000-\u200f\u202a-\u202f\u2060\u2066-\u2069\u3000"
    r"().\-/·•‐-―－．／（）]"
)
RUN: Final = re.compile(rf"[+＋]?[(（]?\d(?:{_GAP}{{0,3}}\d)++")
# What every number has and most texts do not: tried first.
MANY_DIGITS: Final = re.compile(rf"\d(?:{_GAP}{{0,3}}\d){{6}}")
_CURRENCY_BEFORE: Final = re.compile(r"[$€£¥₹₽₩₺₪₫₦₴]\s?$")
_CURRENCY_AFTER: Final = re.compile(r"\s?[$€£¥₹₽₩₺₪₫₦₴%٪]")
_DATE = r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))"
_DATE_FIRST: Final = re.compile(rf"^{_DATE}(?!\d)")
_DATE_LAST: Final = re.compile(rf"(?<!\d){_DATE}$")
_YEARS: Final = re.compile(r"(?:1[5-9]|20|21)\d\d(?:\s*[-–—/.]\s*(?:1[5-9]|20|21)\d\d){1,2}")
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}")
_SPACED_THOUSANDS: Final = re.compile(r"[1-9]\d?(?:[ \u00a0\u202f]\d{3}){2}|[1-9] \d{3} \d{3}")
_DECIMAL: Final = re.compile(r"(?:0|[1-9]\d?)\.\d+")
_FEWEST = 7


def is_phone(run: re.Match[str], text: str) -> bool:
    """Whether a run of digits (a match of RUN in text) is taken for a telephone number."""
    found = _ascii_digits(run[0])
    digits = re.sub(r"\D", "", found)
    if len(digits) < _FEWEST:
        return False
    if found[0] == "+" or digits.startswith("00"):
        return True
    if _CURRENCY_BEFORE.search(text[max(0, run.start() - 2) : run.start()]):
        return False
    if _CURRENCY_AFTER.match(text, run.end()):
        return False
    without_dates = _DATE_LAST.sub("", _DATE_FIRST.sub("", found))
    if without_dates != found:
        return sum(c.isdigit() for c in without_dates) >= _FEWEST
    if digits == found and len(digits) == 8 and _is_day(digits):
        return False
    return not any(
        shape.fullmatch(found) for shape in (_YEARS, _THOUSANDS, _SPACED_THOUSANDS, _DECIMAL)
    )


def _ascii_digits(run: str) -> str:
    """The run with decimal digits of every script as 0-9 and full-width signs as plain ones."""
    if run.isascii():
        return run
    plain = "".join(str(int(c)) if c.isdecimal() else c for c in run)
    return plain.translate(str.maketrans("＋－．／（）", "+-./()"))


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1500 <= day.year < 2200
