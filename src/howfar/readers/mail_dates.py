"""Times as mail and RSS write them (RFC 822 and 2822), turned into ISO 8601; none is guessed."""

from __future__ import annotations

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"(?:[A-Za-z]{2,9}\.?,?\s+)?([0-9]{1,2})[\s-]+([A-Za-z]{3,9})\.?[\s-]+([0-9]{4}|[0-9]{2})"
    r",?\s+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\.[0-9]+)?"
    r"\s*(?:([+-][0-9]{2}):?([0-9]{2})|([A-Za-z]{1,5}))?(?:\s*\([^()]*\))?"
)
# The names that RFC 822 defines. Others (IST, BST, ...) mean different zones to different people.
_ZONES = {
    **dict.fromkeys(("GMT", "UT", "UTC", "Z"), "+00:00"),
    **{"EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00"},
    **{"MST": "-07:00", "MDT": "-06:00", "PST": "-08:00", "PDT": "-07:00"},
}


def iso_of_mail_date(text: str) -> str | None:
    """'Sat, 07 Sep 2002 00:00:01 GMT' as '2002-09-07T00:00:01+00:00'; null for other forms.

    The result has no zone where the text has none, or a name that RFC 822 does not define: the
    study must then declare it. Whether the day exists is for the reader of the result to judge.
    The name of the weekday is not looked at. Years of two digits are of 1969 to 2068.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year, hour, minute, second, hours, minutes, name = found.groups()
    place = month[:3].lower()
    if place not in _MONTHS:
        return None
    if len(year) == 2:
        year = ("19" if int(year) >= 69 else "20") + year
    zone = f"{hours}:{minutes}" if hours else _ZONES.get((name or "").upper(), "")
    return (
        f"{year}-{_MONTHS.index(place) + 1:02}-{int(day):02}"
        f"T{int(hour):02}:{minute}:{second or '00'}{zone}"
    )
