"""The ten steps of the OECD/JRC Handbook, filled in from what was done.

Source: OECD/JRC 2008, Handbook on Constructing Composite Indicators (doi 10.1787/9789264043466-en),
table 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from howfar.assess.correlate import FEW
from howfar.assess.denominate import LOST
from howfar.assess.index import Index
from howfar.assess.recipe import Step
from howfar.study.index_part import IndexPart

State = Literal["done", "partly", "not"]

_MAKES_UP = {
    "arithmetic": "a low figure on one can be made up by a high one on another, in full",
    "geometric": "a low figure is made up only in part, the less the lower it is",
    "harmonic": "a low figure weighs heavily and is hardly made up",
    "median": "the middle figure decides, extremes are without effect",
    "copeland": "units are compared pair by pair; nothing is made up, and distances do not count",
    "outranking": "units are compared pair by pair; nothing is made up, and distances do not count",
}
_WEIGHTS = {
    "equal": "the same weight for all",
    "given": "the weights of the tree",
    "ahp": "weights from experts' comparisons in pairs (AHP)",
    "entropy": "weights from the data (entropy): for sensitivity, not for judgement",
    "critic": "weights from the data (CRITIC): for sensitivity, not for judgement",
    "pca": "weights from the first principal component: for sensitivity, not for judgement",
    "optimised": "weights optimised so that correlations with the index are as aimed at",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One step: its number and title, whether it was done, what was done, where to see it."""

    number: int
    title: str
    state: State
    said: str
    see: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the steps after the building found, for the checklist to tell."""

    called: str
    missing: int
    redundant: int
    counter: int
    chance: bool
    variants: int
    declared: bool
    left_out: int
    verdict: str
    gaps: int
    links: Sequence[str] = ()


def checklist(part: IndexPart, index: Index, facts: Facts) -> tuple[Check, ...]:
    """The ten steps in their order."""
    log = {step.verb: step for step in index.log}
    return (
        _framework(part, index, facts),
        _selection(part, index, facts),
        _imputation(index, log, facts),
        _relations(index, facts),
        _scale(index, log),
        _weights(index, log),
        _doubts(facts),
        _back(facts),
        _links(facts),
        _presentation(facts),
    )


def _framework(part: IndexPart, index: Index, facts: Facts) -> Check:
    groups = len(index.tree.groups) - 1
    shape = f"{len(index.tree.ids)} indicators" + (f" in {groups} groups" if groups else "")
    levels = ", ".join(dict.fromkeys(one.level for one in index.tree.indicators))
    told = f"{shape}, of level {levels}; called {facts.called}, which the program decides. "
    if part.framework:
        return Check(1, "Theoretical framework", "done", told + part.framework, "index")
    return Check(
        1,
        "Theoretical framework",
        "not",
        told + "Why these and no others is not said: add framework to the index.",
        "index",
    )


def _selection(part: IndexPart, index: Index, facts: Facts) -> Check:
    measured = sum(one.measure is not None for one in part.indicators)
    own = len(part.indicators) - measured
    told = []
    if measured:
        told.append(f"{measured} indicators are declared measures, with formula, source and n")
    if own:
        told.append(f"{own} come from the table that was brought; its quality is not known here")
    told.append(f"{len(index.units)} units; {facts.missing} figures missing")
    if index.dropped:
        told.append(f"dropped for want of data: {', '.join(index.dropped)}")
    state: State = "partly" if own else "done"
    return Check(2, "Selection of data", state, "; ".join(told) + ".", "index-made")


def _imputation(index: Index, log: Mapping[str, Step], facts: Facts) -> Check:
    step = log["impute"]
    left = int(np.isnan(index.steps["normalise"].values).sum())
    lost = any(log["denominate"].done[LOST].values())
    if not (facts.missing or step.done["filled"] or lost):
        return Check(3, "Missing data", "done", "Nothing was missing.", "index-made")
    told = step.said + f" ({step.arguments['method']})."
    if left:
        told += (
            f" {left} figures are still missing; the other weights of their group were raised in "
            "proportion, which takes a missing figure for the mean of those that are there."
        )
    return Check(3, "Missing data", "partly" if left else "done", told, "index-made")


def _relations(index: Index, facts: Facts) -> Check:
    if len(index.units) < FEW:
        told = f"{len(index.units)} units are too few for correlations."
        return Check(4, "Relations between indicators", "not", told)
    told = (
        "Correlations of all indicators with one another, with their groups and with the index: "
        f"{facts.redundant} pairs say nearly the same, {facts.counter} indicators run against "
        "the whole or their part of it."
    )
    few = len(index.units) < 3 * len(index.tree.ids)
    if few:
        told += (
            f" {len(index.units)} units are few for {len(index.tree.ids)} indicators: "
            "correlations are rough."
        )
    return Check(4, "Relations between indicators", "done", told, "index-weights")


def _scale(index: Index, log: Mapping[str, Step]) -> Check:
    treat, normalise = index.recipe.treat, index.recipe.normalise
    told = f"Common scale: {normalise.method}. "
    told += (
        "Outliers were not looked for."
        if treat.method == "none"
        else f"Outliers: {log['treat'].said} ({treat.method}, else {treat.otherwise})."
    )
    state: State = "partly" if treat.method == "none" else "done"
    return Check(5, "Common scale and outliers", state, told, "index-made")


def _weights(index: Index, log: Mapping[str, Step]) -> Check:
    weigh, aggregate = index.recipe.weigh, index.recipe.aggregate
    methods = aggregate.by_height or (aggregate.method,)
    told = f"Weights: {_WEIGHTS[weigh.method]}."
    for name, done in log["weigh"].done.items():
        if isinstance(done, Mapping) and "consistency ratio" in done:
            told += f" Consistency ratio of {name}: {done['consistency ratio']:.3f}"
            told += " (above 0.1: inconsistent)." if done["inconsistent"] else "."
    for method in dict.fromkeys(methods):
        told += f" Put together by {method}: {_MAKES_UP[method]}."
    return Check(6, "Weights and putting together", "done", told, "index-weights")


def _doubts(facts: Facts) -> Check:
    done = facts.chance, facts.variants > 0, facts.left_out > 0
    told = "Chance: "
    told += "rank sets from the figures' own uncertainty. " if done[0] else "not known here. "
    which = "declared alternatives" if facts.declared else "usual ones, since none were declared"
    told += (
        f"Choices: {facts.variants:,} indices made at random from the {which}. "
        if done[1]
        else "Choices: none were tried. "
    )
    told += f"Left out in turn: {facts.left_out} indicators and groups. {facts.verdict}"
    state: State = "done" if all(done) else "partly" if any(done) else "not"
    return Check(7, "Uncertainty and sensitivity", state, told.strip(), "index-sure")


def _back(facts: Facts) -> Check:
    told = "Every score can be followed to its indicators; "
    if not facts.gaps:
        told += "no gap between two units could be split into what each indicator adds."
        return Check(8, "Back to the data", "partly", told, "index")
    told += f"{facts.gaps} gaps between two units are split into what each indicator adds, exactly."
    return Check(8, "Back to the data", "done", told, "index-gap-1")


def _links(facts: Facts) -> Check:
    if facts.links:
        return Check(9, "Links to other figures", "done", "; ".join(facts.links) + ".", "index")
    told = (
        "No figure outside the index was named to compare it with, so nothing shows that the index "
        "goes with anything but its own parts: add links to the index."
    )
    return Check(9, "Links to other figures", "not", told)


def _presentation(facts: Facts) -> Check:
    parts = [
        "Scores with intervals" if facts.chance else "Scores, without intervals",
        "the indicators behind them",
        "places with what cannot be ruled out" if facts.chance else "places over other choices",
        "weights against influence",
    ]
    parts += ["the parts of a gap"] if facts.gaps else []
    told = f"{', '.join(parts[:-1])} and {parts[-1]}; every chart has its table."
    return Check(10, "Presentation", "done", told, "index")
