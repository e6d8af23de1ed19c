"""How long platforms let their data be kept, counted from collection or the last refresh.

The clocks bind data that came through the named interface; a study on a published research data
set says so (retention_reason in study.toml). The table is a reading of public terms, no legal
advice: what could not be supported by a source reads "no published clock known".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

TABLE_DATE: Final = date(2026, 11, 22)
"""When the table was last gone through."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What a platform asks of those who keep its data.

    days: after so many days the data must be refreshed or deleted; null where no number of days
    is published. duty: what must be done. source: address of the terms.
    """

    platform: str
    interface: str
    days: int | None
    duty: str
    source: str


_TABLE: Final = (
    Clock(
        "youtube",
        "YouTube API Services",
        30,
        "refresh or delete stored data after 30 calendar days (Developer Policies III.E.4)",
        "https://developers.google.com/youtube/terms/developer-policies",
    ),
    Clock(
        "tiktok",
        "TikTok Research API",
        15,
        "refresh at least every 15 days and delete what is no longer available",
        "https://www.tiktok.com/legal/page/global/terms-of-service-research-api/en",
    ),
    Clock(
        "x",
        "X API",
        None,
        "no published clock known in days; deletions, protections and withholding must be honoured",
        "https://docs.x.com/developer-terms/policy",
    ),
    Clock(
        "reddit",
        "Reddit Data API",
        None,
        "no published clock known in days; content and accounts deleted there must be removed",
        "https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki",
    ),
)
CLOCKS: Final[dict[str, Clock]] = {clock.platform: clock for clock in _TABLE}


@dataclass(frozen=True, slots=True)
class Retention:
    """Where one platform's data of one study stand.

    overdue: whether the data are older than allowed. due: the moment at which they become so;
    null without a clock. reason: one sentence for status and report.
    """

    platform: str
    overdue: bool
    due: datetime | None
    reason: str
    clock: Clock | None


def overdue(platform: str, collected_at: datetime, now: datetime) -> Retention:
    """Whether data of a platform, collected or last refreshed at collected_at, are overdue at now.

    Both times carry a zone (ValueError else). Data are overdue from collection plus the clock's
    days on.
    """
    if collected_at.tzinfo is None or now.tzinfo is None:
        raise ValueError("retention needs times with a zone")
    clock = CLOCKS.get(platform)
    if clock is None:
        return Retention(platform, False, None, f"{platform}: no published clock known", None)
    if clock.days is None:
        return Retention(platform, False, None, f"{clock.interface}: {clock.duty}", clock)
    due = collected_at + timedelta(days=clock.days)
    late = now >= due
    verb = "was" if late else "is"
    reason = f"{clock.interface}: {clock.duty}; {verb} due on {due.date().isoformat()}"
    return Retention(platform, late, due, reason, clock)
