"""Every mechanism there is, in the order in which they change posts."""

from __future__ import annotations

from typing import Final

from howfar.simulate.agenda import MECHANISM as AGENDA
from howfar.simulate.annotation import MECHANISM as ANNOTATION
from howfar.simulate.answers import MECHANISM as ANSWERS
from howfar.simulate.availability import MECHANISM as AVAILABILITY
from howfar.simulate.background import MECHANISM as BACKGROUND
from howfar.simulate.capture import MECHANISM as CAPTURE
from howfar.simulate.claims import MECHANISM as CLAIMS
from howfar.simulate.costs import MECHANISM as COSTS
from howfar.simulate.counts import MECHANISM as COUNTS
from howfar.simulate.crisis import MECHANISM as CRISIS
from howfar.simulate.graph import MECHANISM as GRAPH
from howfar.simulate.insights import MECHANISM as INSIGHTS
from howfar.simulate.lookalikes import MECHANISM as LOOKALIKES
from howfar.simulate.maturation import MECHANISM as MATURATION
from howfar.simulate.news import MECHANISM as NEWS
from howfar.simulate.opinions import MECHANISM as OPINIONS
from howfar.simulate.paid import MECHANISM as PAID
from howfar.simulate.parts import Mechanism
from howfar.simulate.practice import MECHANISM as PRACTICE
from howfar.simulate.recycling import MECHANISM as RECYCLING
from howfar.simulate.rejects import MECHANISM as REJECTS
from howfar.simulate.snowball import MECHANISM as SNOWBALL
from howfar.simulate.spread import MECHANISM as SPREAD
from howfar.simulate.star import MECHANISM as STAR
from howfar.simulate.stories import MECHANISM as STORIES
from howfar.simulate.surveys import MECHANISM as SURVEYS
from howfar.simulate.synchrony import MECHANISM as SYNCHRONY

MECHANISMS: Final[tuple[Mechanism, ...]] = (
    # Makers of posts, and what adds posts to theirs.
    NEWS,
    BACKGROUND,
    SPREAD,
    SYNCHRONY,
    LOOKALIKES,
    STORIES,
    SNOWBALL,
    RECYCLING,
    ANSWERS,
    CLAIMS,
    # What posts say and show. Topics first: opinions depend on them.
    AGENDA,
    OPINIONS,
    # Figures, and what moves them.
    PAID,
    COUNTS,
    PRACTICE,
    CRISIS,
    MATURATION,
    # What happens to posts afterwards, and what exports hold of them.
    AVAILABILITY,
    STAR,
    REJECTS,
    CAPTURE,
    # What comes beside the posts.
    GRAPH,
    ANNOTATION,
    SURVEYS,
    INSIGHTS,
    COSTS,
)


def named(name: str) -> Mechanism:
    """The mechanism of a name; KeyError where there is none."""
    return {mechanism.name: mechanism for mechanism in MECHANISMS}[name]
