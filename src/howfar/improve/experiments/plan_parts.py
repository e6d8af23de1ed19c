"""The parts of an experiment's file: outcome, columns, lot, test, power, cost, delivery."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from howfar.stats.assignment import Lot
from howfar.stats.randomised import Side
from howfar.study.base import Day, Part, Text, Texts

Kind = Literal["posts", "switchback", "clusters", "geo"]
Scale = Literal["difference", "ratio", "log"]
Arm = Literal["control", "change"]
ARMS: Final[tuple[Arm, Arm]] = ("control", "change")
Whole = Annotated[int, Field(ge=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]


class Outcome(Part):
    """What is counted."""

    column: Text
    """Column of the data."""
    name: Text | None = None
    """Name as printed; the column where not given."""
    unit: Text = "a unit of the lot"
    """Unit of the figure, as "reactions a post"."""
    scale: Scale | None = None
    """difference: in units; ratio: of means (zeros welcome); log: of what is typical (all > 0).

    Not given: log for clusters, which are of unlike sizes, else ratio.
    """
    cap: Amount | None = None
    """Figures above it count as it, so that one post does not make the result; set beforehand."""

    @property
    def label(self) -> str:
        """The name as printed."""
        return self.name or self.column


class Columns(Part):
    """Columns of the past and of the data that come back."""

    unit: Text = "unit"
    """Unit: id of the slot of a post, channel, country."""
    time: Text = "time"
    """Period."""
    stratum: Text | None = None
    """Of the past of posts: column within which the lot is drawn, the channel for example."""
    arm: Text = "arm"
    """Of the data: what was really done, control or change."""
    covariates: Texts = ()
    """Known before the lot; they sharpen the comparison."""
    audience: Texts = ()
    """Of the data: persons reached by group (all groups together are everyone), for the check."""


class LotPart(Part):
    """What the lot is drawn over."""

    strata: dict[str, Whole] = Field(default_factory=dict)
    """posts: how many posts of each stratum."""
    block: Whole = 4
    """posts: the lot is even within so many posts in a row of a stratum."""
    units: Texts = ()
    """switchback: channels that switch. clusters, geo: countries or languages."""
    start: Text | None = None
    """First period, in the notation of the data."""
    blocks: Whole | None = None
    """switchback: number of blocks of time."""
    length: Whole | None = None
    """Periods of a block (switchback) or of the whole test (clusters, geo)."""
    washout: Annotated[int, Field(ge=0)] = 0
    """Periods left out at the start of each block or of the test, while the old wears off."""
    before: Whole | None = None
    """clusters: periods before the start to compare with; twice the length where not given."""
    pairs: bool = True
    """switchback: neighbouring blocks are pairs; clusters: those most alike in the past are."""
    share: Share = 0.5
    """Part that gets the change, where there are no pairs."""
    drawn: Lot = "complete"
    """complete: an exact number gets the change; free: each unit by itself."""
    treat: Whole | None = None
    """geo: how many units get the change by lot."""
    treated: Texts = ()
    """geo: units that get it by choice; then nothing is random, and the grade is B at most."""


class Test(Part):
    """How it will be judged."""

    confidence: Share = 0.95
    """Level of intervals; 1 - confidence is the level of the test."""
    side: Side = "two-sided"
    """greater, less: only an effect in that direction counts."""
    draws: Annotated[int, Field(ge=199, le=100_000)] = 1999
    """Assignments that the test goes through."""
    seed: Annotated[int, Field(ge=0)] = 1
    """Seed of the test."""
    ridge: bool = False
    """geo: augmented by a ridge regression."""
    fixed_effects: bool = True
    """geo: units are compared net of their own means before."""
    permutations: Literal["block", "iid"] = "block"
    """geo: how periods are exchanged; iid ignores that neighbouring days are alike."""


class PowerPart(Part):
    """What the plan hopes to see, and what the promise rests on."""

    effect: Annotated[float, Field(gt=-1, allow_inf_nan=False)] = 0.1
    """The smallest relative effect worth having: 0.1 is 10 % more."""
    target: Share = 0.8
    """Power wanted at that effect."""
    simulations: Annotated[int, Field(ge=100, le=100_000)] = 500
    """Experiments simulated on the past."""


class CostPart(Part):
    """What the experiment costs."""

    currency: Text
    """One currency; amounts of several are never added."""
    fixed: Amount = 0.0
    """Once."""
    per_change: Amount = 0.0
    """For each unit, or cluster and period, that gets the change."""
    per_period: Amount = 0.0
    """For each period that the experiment lasts."""


class Delivery(Part):
    """Who decides which persons see which arm."""

    by: Literal["lot", "platform"] = "lot"
    """lot: all who follow see both, at times or places drawn by lot. platform: its split test."""
    tolerance: Share = 0.05
    """platform: how far shares of audience groups may differ between arms that count as even."""


class Registered(Part):
    """What `howfar experiment register` added; nobody else writes it."""

    on: Day
    """Day of registration."""
    howfar: Text
    """Version of the program."""
    seed: Annotated[int, Field(ge=0)]
    """Seed of the lot."""
    past_sha256: Text | None = None
    """Hash of the table of the past."""
    promised_effect: float | None = None
    """Effect at which the power was promised."""
    promised_power: float | None = None
    """Power promised at that effect."""


def lot_problems(design: Kind, lot: LotPart) -> list[str]:
    """What the lot lacks, or has too much of, for a design."""
    needed: dict[Kind, tuple[str, ...]] = {
        "posts": ("strata",),
        "switchback": ("units", "start", "blocks", "length"),
        "clusters": ("units", "start", "length"),
        "geo": ("units", "start", "length"),
    }
    found = [f"lot.{name} is needed for {design}" for name in needed[design]
             if not getattr(lot, name)]  # fmt: skip
    if design == "posts" and lot.block < 2:
        found.append("lot.block: at least 2 posts, so that both arms can occur")
    if lot.length is not None and lot.washout >= lot.length:
        found.append("lot.washout leaves nothing of lot.length")
    if design == "switchback" and lot.pairs and lot.blocks and lot.blocks % 2:
        found.append("lot.blocks: an even number where neighbouring blocks are pairs")
    if design == "clusters" and lot.pairs and len(lot.units) % 2:
        found.append("lot.units: an even number where they are paired, or pairs = false")
    if design == "geo":
        if bool(lot.treated) == (lot.treat is not None):
            found.append("lot.treat (how many, by lot) or lot.treated (which, by choice), not both")
        found += [f'lot.treated: "{name}" is not among lot.units' for name in lot.treated
                  if name not in lot.units]  # fmt: skip
        if len(lot.units) - (lot.treat or len(lot.treated)) < 2:
            found.append("lot.units: at least two must stay as they are, to compare with")
    return found
