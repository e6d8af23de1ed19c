"""Panels for tests of synthetic controls: the Basque data, and planted worlds."""

import csv
from pathlib import Path

import numpy as np

from howfar.improve.synthetic_panel import Predictor, SynthPanel, parse_predictor

BASQUE = "Basque Country (Pais Vasco)"
SPAIN = "Spain (Espana)"
_MEANS = ("illit", "prim", "med", "high", "post.high")
_SECTORS = (
    "agriculture", "energy", "industry", "construction", "services.venta", "services.nonventa",
)  # fmt: skip


def basque_panel(shared: Path) -> tuple[SynthPanel, tuple[Predictor, ...]]:
    """The panel of oracle O13 and its predictors."""
    with (shared / "oracles" / "basque.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    units = tuple(dict.fromkeys(row["regionname"] for row in rows))
    times = tuple(sorted({int(float(row["year"])) for row in rows}))
    names = [name for name in rows[0] if name not in ("regionno", "regionname", "year")]
    columns = {name: np.full((len(units), len(times)), np.nan) for name in names}
    for row in rows:
        at = units.index(row["regionname"]), times.index(int(float(row["year"])))
        for name in names:
            if row[name]:
                columns[name][at] = float(row[name])
    told = [f"school.{one}@1964..1969" for one in _MEANS]
    told += ["invest@1964..1969", "gdpcap@1960..1969"]
    told += [f"sec.{one}@1961..1969/2" for one in _SECTORS]
    told += ["popdens@1969"]
    panel = SynthPanel(units, times, columns.pop("gdpcap"), columns)
    return panel, tuple(parse_predictor(text, times) for text in told)


def planted(
    rng: np.random.Generator,
    effect: float = 0.0,
    donors: int = 14,
    before: int = 40,
    after: int = 12,
    follows: float = 0.5,
) -> SynthPanel:
    """Units that share two wandering factors and a season; the first is changed at ``before``."""
    n = before + after
    factors = np.cumsum(rng.normal(size=(2, n)), axis=1) * 0.5
    factors += np.sin(np.arange(n) * 2 * np.pi / 12)
    loads = rng.dirichlet(np.ones(2), size=donors + 1) * 2
    noise = np.empty((donors + 1, n))
    noise[:, 0] = rng.normal(size=donors + 1)
    for t in range(1, n):
        new = rng.normal(size=donors + 1) * np.sqrt(1 - follows**2)
        noise[:, t] = follows * noise[:, t - 1] + new
    y = 50 + loads @ factors + noise
    y[0, before:] += effect
    return SynthPanel(tuple(f"u{n}" for n in range(donors + 1)), tuple(range(n)), y)
