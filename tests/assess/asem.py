"""The reference index of 51 countries: its table, its tree and its recipe (oracle O1)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from howfar.assess.matrix import Matrix
from howfar.assess.recipe import Impute, Recipe, Screen, Treat
from howfar.assess.tree import Group, Indicator, Tree

DENOMINATORS = {
    "Population": ("Flights", "StMob", "Tourist", "MigStock", "NGOs"),
    "Area": ("Bord",),
    "Energy": ("Elec", "Gas"),
    "GDP": (
        "Goods",
        "Services",
        "FDI",
        "PRemit",
        "ForPort",
        "Research",
        "Pat",
        "CultServ",
        "CultGood",
    ),
}

RECIPE = Recipe(
    impute=Impute("group_mean"),
    screen=Screen("share", min_available=0.9),
    treat=Treat("winsorise"),
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def tree(shared: Path) -> Tree:
    by = {id: below for below, ids in DENOMINATORS.items() for id in ids}
    indicators, groups = [], [Group("Index", "Index", None)]
    for row in rows(shared / "oracles" / "coinr_ASEM_iMeta.csv"):
        id, name, parent = row["iCode"], row["iName"], row["Parent"]
        if row["Type"] == "Indicator":
            direction, weight = int(float(row["Direction"])), float(row["Weight"])
            target = float(row["Target"])
            indicators.append(
                Indicator(
                    id,
                    name,
                    parent,
                    direction,
                    weight,
                    row["Unit"],
                    target=target,
                    denominator=by.get(id),
                )
            )
        elif row["Type"] == "Aggregate" and row["Parent"]:
            groups.append(Group(id, name, parent, float(row["Weight"])))
    return Tree(tuple(indicators), tuple(groups))


def matrix(shared: Path) -> Matrix:
    table = rows(shared / "oracles" / "coinr_ASEM_iData.csv")
    columns = [*DENOMINATORS, *tree(shared).ids]
    values = [[float(row[id]) if row[id] else np.nan for id in columns] for row in table]
    return Matrix(
        tuple(row["uCode"] for row in table),
        tuple(columns),
        np.array(values),
        groups=tuple(row["EurAsia_group"] for row in table),
    )


def expected(shared: Path) -> dict[str, dict[str, str]]:
    return {row["uCode"]: row for row in rows(shared / "oracles" / "coinr_ASEM_scores.csv")}
