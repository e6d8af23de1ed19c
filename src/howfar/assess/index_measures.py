"""What the two measures of an index declare: the index itself, and how sure it is."""

from __future__ import annotations

from typing import Any, Final

from howfar.schema.measure import Declaration, Example

FIGURES: Final[list[dict[str, Any]]] = [
    {"unit": "a", "reactions": 10.0, "talk": 4.0},
    {"unit": "b", "reactions": 20.0, "talk": 1.0},
    {"unit": "c", "reactions": 40.0, "talk": 2.0},
]
"""Three units with two indicators, for the worked examples."""

PERFORMANCE = Declaration(
    id="performance_index",
    number="37",
    title="Index of performance",
    asks="What does one honest index say, beside the profile that makes it?",
    level="activity",
    formula="sum(w * 100 * (x - low) / (high - low)) / sum(w)",
    parts={
        "x": "the unit's figures, one an indicator",
        "low": "the least of each indicator among the units",
        "high": "the greatest of each indicator among the units",
        "w": "weights of the indicators",
    },
    unit="points of the index",
    source="OECD/JRC Handbook on Constructing Composite Indicators 2008 (doi "
    "10.1787/9789264043466-en)",
    uncertainty="bootstrap: draws of the figures carried through every step; bounds of figures "
    "taken as known; a range over the choices that were declared",
    needs=("peers", "index"),
    min_posts=0,
    rules="The formula is that of a one-level index with the common scale min_max and an "
    "arithmetic mean; study.toml, [index], declares the tree and every step, and the report prints "
    "them as they were carried out. The level of a figure is the lowest that feeds it. It is "
    "called communication effectiveness only where an outcome or impact with a basis feeds the "
    "index of every unit, else communication performance. Draws are shared by all figures, so that "
    "what moves two figures in the same weeks is not counted as chance twice.",
    beware="Never the figure alone: the profile, the places that chance and choices leave open and "
    "the ten steps stand beside it. Scores say where a unit stands among those compared, not how "
    "good it is; other units give other scores.",
    example=Example(
        rows={"figures": FIGURES},
        where={"category": "node: index"},
        value=50.0 / 3,
        interval=(50.0 / 3, 50.0 / 3),
        parts={"x": [20, 1], "low": [10, 1], "high": [40, 4], "w": [1, 1]},
    ),
)

ROBUSTNESS = Declaration(
    id="index_robustness",
    number="38",
    title="Robustness of the index",
    asks="Would other fair choices, or other weeks, change the places?",
    level="activity",
    formula="mean(abs(rank - without))",
    parts={
        "rank": "places in the index",
        "without": "places in the index without one indicator or group",
    },
    unit="places",
    source="Saisana, Saltelli & Tarantola 2005 (doi 10.1111/j.1467-985X.2005.00350.x); rank sets: "
    "Mogstad, Romano, Shaikh & Wilhelm 2024 (doi 10.1093/restud/rdad006); sensitivity: Saltelli "
    "et al. 2010 (doi 10.1016/j.cpc.2009.09.018), Jansen 1999 (doi 10.1016/S0010-4655(98)00154-4)",
    uncertainty="bootstrap for sensitivity; simultaneous confidence sets for places by chance; a "
    "range over choices and over what is left out; bounds of what is counted",
    needs=("peers", "index"),
    min_posts=0,
    rules="Chance: every two units are compared, and a place is ruled out only where the "
    "comparison is clear with the stated confidence for all comparisons together; units that no "
    "comparison tells apart are tied. Choices: indices made at random from all combinations of the "
    "declared alternatives; the middle nine tenths of the places are a range. The formula is "
    "that of leaving one out.",
    beware="A range over choices is no confidence interval: nobody can say how likely each choice "
    "is, and choices that were not declared were not tried.",
    example=Example(
        rows={"figures": FIGURES},
        where={"category": "without: talk"},
        value=2.0 / 3,
        interval=(0.0, 1.0),
        parts={"rank": [2, 3, 1], "without": [3, 2, 1]},
    ),
)
