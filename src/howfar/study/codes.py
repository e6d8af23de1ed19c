"""Codes of countries, languages and time zones: checked, with the nearest right one named."""

from __future__ import annotations

import re
import zoneinfo
from datetime import timedelta, timezone, tzinfo
from functools import cache
from typing import Annotated

from babel import Locale
from pydantic import AfterValidator, Field

from howfar.study.problems import said, suggest

# CLDR also names regions that ISO 3166-1 does not list as countries.
_NO_COUNTRIES = {
    *("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"),
}
_COMMON_NAMES = {"UK": "GB", "EL": "GR", "USA": "US", "ENGLAND": "GB", "KOSOVO": "XK"}
_OFFSET = re.compile(r"^UTC([+-])(\d{2}):([0-5]\d)$")


@cache
def countries() -> dict[str, str]:
    """ISO 3166-1 alpha-2 codes (and XK, Kosovo, user-assigned) with their English names."""
    names = Locale("en").territories
    return {
        code: str(name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }


@cache
def languages() -> dict[str, str]:
    """Language subtags known to CLDR with their English names."""
    return {code: str(name) for code, name in Locale("en").languages.items() if "_" not in code}


def check_country(code: str) -> str:
    """The code itself; ValueError with a suggestion where it is no country."""
    known = countries()
    if code in known:
        return code
    by_name = {name.casefold(): key for key, name in known.items()}
    right = (
        code.upper() if code.upper() in known else _COMMON_NAMES.get(code.upper())
    ) or by_name.get(code.casefold())
    if right is None and len(code) > 3:
        near = suggest(code, by_name)
        right = by_name[near.split('"')[1]] if near else None
    hint = f'did you mean "{right}" ({known[right]})?' if right else ""
    raise ValueError(
        said(f'unknown country "{code}": ISO 3166-1 alpha-2 codes such as "DE" or "JP"', hint)
    )


def _language_fault(tag: str) -> str | None:
    primary, *rest = tag.split("-")
    if primary not in languages():
        return primary
    names = Locale("en")
    for part in rest:
        script = len(part) == 4 and part.title() == part and part in names.scripts
        region = part in names.territories
        variant = re.fullmatch(r"[0-9a-z]{5,8}|[0-9][0-9a-z]{3}", part) is not None
        if not (script or region or variant):
            return part
    return None


def check_language(tag: str) -> str:
    """The tag itself; ValueError with a suggestion where it is no BCP 47 language tag."""
    fault = _language_fault(tag)
    if fault is None:
        return tag
    by_name = {name.casefold(): key for key, name in languages().items()}
    tidy = tag.replace("_", "-")
    right = by_name.get(tag.casefold())
    if right is None:
        right = next((t for t in (tidy, tidy.lower()) if _language_fault(t) is None), None)
    if right is None and len(tag) > 3 and (near := suggest(tag, by_name, 0.75)):
        right = by_name[near.split('"')[1]]
    hint = f'did you mean "{right}"?' if right else ""
    raise ValueError(said(f'unknown language "{tag}": BCP 47 tags such as "en" or "zh-Hant"', hint))


def zone(name: str) -> tzinfo:
    """The time zone of an IANA name or a fixed offset such as UTC-05:00; ValueError if none."""
    if name == "UTC":
        return timezone.utc  # noqa: UP017 - one name for both kinds of zone below
    if offset := _OFFSET.match(name):
        hours, minutes = int(offset[2]), int(offset[3])
        if hours <= 14:
            size = timedelta(hours=hours, minutes=minutes)
            return timezone(size if offset[1] == "+" else -size, name)
    elif name in zoneinfo.available_timezones():
        return zoneinfo.ZoneInfo(name)
    raise ValueError(
        said(
            f'unknown time zone "{name}": an IANA name such as "Europe/Berlin", "UTC", or a '
            'fixed offset such as "UTC-05:00"',
            _zone_hint(name),
        )
    )


def _zone_hint(name: str) -> str:
    loose = re.fullmatch(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?", name, re.IGNORECASE)
    if loose and int(loose[2]) <= 14:
        return f'did you mean "UTC{loose[1]}{int(loose[2]):02d}:{loose[3] or "00"}"?'
    known = sorted(zoneinfo.available_timezones())
    city = name.rsplit("/", 1)[-1].replace(" ", "_").casefold()
    for candidate in known:
        if candidate.rsplit("/", 1)[-1].casefold() == city:
            return f'did you mean "{candidate}"?'
    return suggest(name, known)


def check_zone(name: str) -> str:
    """The name itself; ValueError with a suggestion where it is no time zone."""
    zone(name)
    return name


Country = Annotated[str, AfterValidator(check_country)]
Language = Annotated[str, AfterValidator(check_language)]
Zone = Annotated[str, AfterValidator(check_zone)]
Slug = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9_.-]*$",
        max_length=80,
        description="lower-case letters, digits, '-', '_' and '.', starting with a letter or digit",
    ),
]
