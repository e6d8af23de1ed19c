"""The time that a study speaks of: start inclusive, end exclusive, in a declared time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from typing import Self

from pydantic import model_validator

from howfar.study.base import Moment, Part
from howfar.study.codes import Zone, zone


def instant(moment: date | datetime, tz: tzinfo) -> datetime:
    """A date (its first moment) or time as an instant in UTC; a time without offset is in tz."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), tz)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=tz)
    return moment.astimezone(UTC)


class Window(Part):
    """The study's window."""

    start: Moment
    """First moment, inclusive: a date means its first moment."""
    end: Moment
    """Last moment, exclusive: the date after the last full day."""
    timezone: Zone = "UTC"
    """IANA name or fixed offset in which dates and days of this study are meant."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start_utc >= self.end_utc:
            raise ValueError(
                f"the window ends ({self.end}) before it starts ({self.start}); the end is "
                "exclusive, so one day is start = 2024-03-01, end = 2024-03-02"
            )
        return self

    @property
    def zone(self) -> tzinfo:
        """The window's time zone."""
        return zone(self.timezone)

    @property
    def start_utc(self) -> datetime:
        """First instant, inclusive, in UTC."""
        return instant(self.start, self.zone)

    @property
    def end_utc(self) -> datetime:
        """Last instant, exclusive, in UTC."""
        return instant(self.end, self.zone)


class Span(Part):
    """A stretch of time in the time zone of the window."""

    start: Moment
    """First moment, inclusive."""
    end: Moment
    """Last moment, exclusive."""

    def bounds(self, tz: tzinfo) -> tuple[datetime, datetime]:
        """Start (inclusive) and end (exclusive) in UTC."""
        return instant(self.start, tz), instant(self.end, tz)
