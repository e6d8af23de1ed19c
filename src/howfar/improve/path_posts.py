"""Our channels' own posts, one by one, as the path reads them."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import StudyError
from howfar.improve.association import Associations
from howfar.improve.associations import associations
from howfar.improve.own_posts import in_order
from howfar.improve.post_table import post_table

OUTCOME = "reactions"
"""What posts are compared by: the figure that most platforms give."""
PROPERTIES = ("kind", "language", "reply", "source_given", "hour", "weekday", "length")
"""The declared family: what is known of every post. Path is who speaks, not how."""


def settled_in_order(rows: pa.Table) -> pa.Table:
    """Settled posts that no money carried, by channel and time; ids decide equal times."""
    paid = pc.equal(pc.fill_null(rows["exposure"], "unknown"), "paid")
    return in_order(rows.filter(pc.invert(pc.or_(rows["young"], paid))))


def post_associations(rows: pa.Table, confidence: float, zone: dt.tzinfo) -> Associations | None:
    """Which properties of our own posts go with more reactions; null where there are too few."""
    try:
        return associations(
            post_table(rows, OUTCOME, zone=zone), properties=PROPERTIES, confidence=confidence
        )
    except StudyError:
        return None
