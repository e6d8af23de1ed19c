"""How long platforms let their data be kept, counted from collection or the last refresh.

The clocks bind data that came through the named interface; a study on a published research data
set says so (retention_reason in study.toml). The table is a reading of public terms, no legal
advice: what could not be supported by a source reads "no published clock known", and platforms
that are not in it were not looked into.
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
    # As reported of the terms of 2023; those of October 2024 could not be read to the end.
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
        "no published clock known in days; deletions, protections and withholding must be "
        "honoured (batch compliance jobs tell them: howfar forget --posts-file)",
        "https://docs.x.com/developer-terms/policy",
    ),
    Clock(
        "reddit",
        "Reddit Data API",
        None,
        "no published clock known in days; content and accounts deleted there must be removed",
        "https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki",
    ),
    Clock(
        "facebook",
        "Meta Content Library",
        None,
        "no published clock known for files taken out; inside Meta's own research environment "
        "query results are deleted every 30 days",
        "https://developers.facebook.com/docs/content-library-and-api/content-library-api/"
        "guides/data-deletion",
    ),
    Clock(
        "instagram",
        "Meta Content Library",
        None,
        "no published clock known for files taken out; inside Meta's own research environment "
        "query results are deleted every 30 days",
        "https://developers.facebook.com/docs/content-library-and-api/content-library-api/"
        "guides/data-deletion",
    ),
    Clock(
        "threads",
        "Meta Content Library",
        None,
        "no published clock known for files taken out",
        "https://transparency.meta.com/researchtools/product-terms-meta-research",
    ),
    Clock(
        "linkedin",
        "LinkedIn Marketing API",
        None,
        "no published clock known for all data: the terms give a duration for each kind of data; "
        "state yours with retention_reason",
        "https://learn.microsoft.com/en-us/linkedin/marketing/data-storage-requirements",
    ),
    Clock(
        "telegram",
        "Telegram API",
        None,
        "no published clock known; self-destructing content must not be kept",
        "https://core.telegram.org/api/terms",
    ),
    Clock(
        "bluesky",
        "Bluesky (AT Protocol)",
        None,
        "no published clock known; services must be able to delete what a person asks to delete",
        "https://docs.bsky.app/docs/support/developer-guidelines",
    ),
    Clock(
        "mastodon",
        "Mastodon API",
        None,
        "no published clock known; each server has terms of its own",
        "https://docs.joinmastodon.org/api/guidelines/",
    ),
    Clock(
        "vk",
        "VK API",
        None,
        "no published clock known",
        "https://vk.com/dev/rules",
    ),
)
CLOCKS: Final[dict[str, Clock]] = {clock.platform: clock for clock in _TABLE}


@dataclass(frozen=True, slots=True)
class Retention:
    """Where one platform's data of one study stand.

    overdue: whether the data are older than allowed. due: the moment at which they become so;
    null without a clock or a time of collection. reason: one sentence for status and report.
    """

    platform: str
    overdue: bool
    due: datetime | None
    reason: str
    clock: Clock | None


def overdue(platform: str, collected_at: datetime | None, now: datetime) -> Retention:
    """Whether data of a platform, collected or last refreshed at collected_at, are overdue at now.

    Both times carry a zone (ValueError else). Data are overdue from collection plus the clock's
    days on, and also where a clock runs and nobody said when they were collected.
    """
    if now.tzinfo is None or (collected_at is not None and collected_at.tzinfo is None):
        raise ValueError("retention needs times with a zone")
    clock = CLOCKS.get(platform)
    if clock is None:
        return Retention(platform, False, None, f"{platform}: no published clock known", None)
    if clock.days is None:
        return Retention(platform, False, None, f"{clock.interface}: {clock.duty}", clock)
    if collected_at is None:
        reason = f"{clock.interface}: {clock.duty}; nothing says when they were collected"
        return Retention(platform, True, None, reason, clock)
    due = collected_at + timedelta(days=clock.days)
    late = now >= due
    verb = "was" if late else "is"
    reason = f"{clock.interface}: {clock.duty}; {verb} due on {due.date().isoformat()}"
    return Retention(platform, late, due, reason, clock)
