"""Dated happenings that the study names."""

from __future__ import annotations

from datetime import datetime, tzinfo

from howfar.study.base import Moment, Part, Text
from howfar.study.codes import Slug
from howfar.study.window import instant


class Event(Part):
    """Something dated: an announcement, a disaster, a visit, a rule that changed."""

    id: Slug
    """Short name of the event."""
    start: Moment
    """When it began (onset): a date or a time; without offset in the window's time zone."""
    end: Moment | None = None
    """When it was over, exclusive."""
    title: Text
    """What happened, in a few words; printed above charts."""
    category: str | None = None
    """Kind of event, where results are to be grouped by it."""
    evidence: str | None = None
    """Address of a source for the date."""

    def bounds(self, tz: tzinfo) -> tuple[datetime, datetime | None]:
        """Onset and, where given, end (exclusive) in UTC."""
        return instant(self.start, tz), instant(self.end, tz) if self.end else None
