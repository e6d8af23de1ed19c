"""The largest of many tests along a line, such as a step at each of many dates."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from howfar.stats.blocks import FloatArray


def path_maximum_p(directions: FloatArray, largest: float, degrees: float = math.inf) -> float:
    """Upper bound of P(max_j |T_j| >= largest) where no test has an effect.

    T_j = u_j'z / s with unit vectors u_j, z standard normal, s^2 of ``degrees`` degrees of freedom.
    Neighbouring tests share most of their data, so that the number of tests says little; what
    counts is the way that the u_j travel:

        p <= 2 P(t > c) + L / pi (1 + c^2 / degrees)^(-degrees / 2),  L = sum arccos |u_j'u_(j+1)|

    and, by Bonferroni, p <= 2 m P(t > c); the smaller one is given, at most 1. Exact for one test,
    never too small.

    Parameters
    ----------
    directions : (m, n) rows of any length above 0, in the order of the tests. largest : c.

    Source: Davies 1987 (doi 10.1093/biomet/74.1.33); Johansen & Johnstone 1990 (doi
    10.1214/aos/1176347620).
    """
    if len(directions) == 0 or not math.isfinite(largest):
        return 1.0 if len(directions) == 0 or largest != math.inf else 0.0
    u = directions / np.sqrt((directions**2).sum(axis=1, keepdims=True))
    cosines = np.clip(np.abs((u[1:] * u[:-1]).sum(axis=1)), 0.0, 1.0)
    length = float(np.arccos(cosines).sum())
    if math.isinf(degrees):
        tail, crossing = float(stats.norm.sf(largest)), math.exp(-(largest**2) / 2.0)
    else:
        tail = float(stats.t.sf(largest, degrees))
        crossing = (1.0 + largest**2 / degrees) ** (-degrees / 2.0)
    one, many = 2.0 * tail, 2.0 * len(u) * tail
    return min(1.0, many, one + length / math.pi * crossing)
