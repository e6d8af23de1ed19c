"""Where and in which tongue: platforms, countries and languages of simulated worlds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PLATFORMS: Final = ("x", "youtube", "telegram", "mastodon", "facebook")
"""As in the study's tables; each has an export format of its own."""

LANGUAGES: Final = ("en", "fr", "es", "pt", "ar", "zh", "hi", "ru", "sw", "id", "de", "hi-Latn")
"""BCP 47; the last is Hindi and English mixed, in Latin letters."""


@dataclass(frozen=True, slots=True)
class Place:
    """A country: its weight among persons, its offset from UTC in hours, its languages."""

    code: str
    weight: float
    offset: float
    languages: tuple[str, ...]


COUNTRIES: Final = (
    Place("US", 12.0, -5.0, ("en", "es")),
    Place("IN", 14.0, 5.5, ("hi-Latn", "hi", "en")),
    Place("BR", 8.0, -3.0, ("pt",)),
    Place("ID", 8.0, 7.0, ("id", "en")),
    Place("NG", 6.0, 1.0, ("en",)),
    Place("PK", 5.0, 5.0, ("en",)),
    Place("RU", 5.0, 3.0, ("ru",)),
    Place("MX", 5.0, -6.0, ("es",)),
    Place("EG", 5.0, 2.0, ("ar", "en")),
    Place("DE", 4.0, 1.0, ("de", "en")),
    Place("GB", 4.0, 0.0, ("en",)),
    Place("FR", 4.0, 1.0, ("fr", "en")),
    Place("KE", 3.0, 3.0, ("sw", "en")),
    Place("TZ", 2.0, 3.0, ("sw",)),
    Place("SA", 3.0, 3.0, ("ar",)),
    Place("ES", 3.0, 1.0, ("es",)),
    Place("CN", 2.0, 8.0, ("zh",)),
    Place("SG", 1.0, 8.0, ("zh", "en")),
    Place("SN", 1.0, 0.0, ("fr",)),
    Place("AR", 3.0, -3.0, ("es",)),
)
"""Twenty; weights are of this world and describe no real one."""

TOPICS: Final = ("trade", "culture", "climate", "health", "security", "sport")

FRAMES: Final = ("economic", "conflict", "morality", "human_interest", "responsibility")
"""Generic news frames: Semetko and Valkenburg 2000, 10.1111/j.1460-2466.2000.tb02843.x."""
