"""Small-cell protection over all estimates of a run at once; channels have names and are exempt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace

from howfar.privacy.small_cells import Group, suppress
from howfar.publish.results import Measured
from howfar.schema.estimate import Result

_MEMBERS = ("channel", "organisation", "path", "country", "platform")


def protect_persons(measured: Sequence[Measured], minimum: int) -> list[Measured]:
    """The results with every cell suppressed that would tell of fewer than ``minimum`` persons.

    Cells that add up are protected together: those of one figure over channels, paths, countries
    and platforms, and those of one channel over the members of a mix (``category`` 'kind=video',
    or a language) with their total.
    """
    flat = [(n, result) for n, one in enumerate(measured) for result in one.results]
    reasons = suppress(
        _groups(measured, flat),
        [result.estimate.n_persons for _, result in flat],
        [result.estimate.value for _, result in flat],
        [result.largest for _, result in flat],
        minimum,
    )
    shown: dict[int, list[Result]] = defaultdict(list)
    for (n, result), reason in zip(flat, reasons, strict=True):
        if reason:
            result = replace(
                result, estimate=result.estimate.suppressed(reason), replicates=None, largest=None
            )
        shown[n].append(result)
    return [replace(one, results=tuple(shown[n])) for n, one in enumerate(measured)]


def _groups(measured: Sequence[Measured], flat: Sequence[tuple[int, Result]]) -> list[Group]:
    across: dict[Hashable, list[int]] = defaultdict(list)
    within: dict[Hashable, list[int]] = defaultdict(list)
    totals: dict[Hashable, int] = {}
    for index, (n, result) in enumerate(flat):
        dims = {k: v for k, v in result.dims.items() if v is not None}
        fixed = frozenset((k, v) for k, v in dims.items() if k not in _MEMBERS)
        across[n, fixed].append(index)
        category, language = dims.pop("category", None), dims.pop("language", None)
        whole = (n, frozenset(dims.items()))
        if category is None and language is None:
            totals[whole] = index
        else:
            facet = "language" if category is None else str(category).partition("=")[0]
            within[whole, facet].append(index)
    groups = [Group(tuple(cells)) for cells in across.values() if len(cells) > 1]
    groups += [
        Group(tuple(cells), totals.get(key[0]))  # type: ignore[index]
        for key, cells in within.items()
    ]
    return groups
