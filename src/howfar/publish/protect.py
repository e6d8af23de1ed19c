"""Small-cell protection over all estimates of a run at once; channels have names and are exempt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace

from howfar.privacy.small_cells import COMPLEMENTARY, Group, suppress
from howfar.publish.results import Measured
from howfar.schema.estimate import Result

_MEMBERS = ("channel", "organisation", "path", "country", "platform")
_PERIOD = ("period_start", "period_end")
_SOURCE = "source="


def protect_persons(measured: Sequence[Measured], minimum: int) -> list[Measured]:
    """The results with every cell suppressed that would tell of fewer than ``minimum`` persons.

    Cells that add up are protected together: those of one figure over paths, countries
    and platforms, and over the paths of one platform; those of one channel over the members of a
    mix (``category`` 'kind=video', or a language) with their total; the periods of a series, whose
    total is published elsewhere; and the sources (``params`` 'source=a') with the figure over all
    of them. Where a figure stands again under other params (bounds of a share beside the share),
    it is hidden there too.
    """
    flat = [(n, result) for n, one in enumerate(measured) for result in one.results]
    reasons = suppress(
        _groups(measured, flat),
        [result.estimate.n_persons for _, result in flat],
        [result.estimate.value for _, result in flat],
        [result.largest for _, result in flat],
        minimum,
    )
    for index in _hidden_shares(flat, reasons):
        reasons[index] = reasons[index] or COMPLEMENTARY
    shown: dict[int, list[Result]] = defaultdict(list)
    hidden = {
        _same(n, result)
        for (n, result), reason in zip(flat, reasons, strict=True)
        if reason and result.dims.get("params") is None
    }
    for (n, result), why in zip(flat, reasons, strict=True):
        again = result.estimate.value is not None and _same(n, result) in hidden
        reason = why or (COMPLEMENTARY if again else None)
        if reason:
            result = replace(
                result, estimate=result.estimate.suppressed(reason), replicates=None, largest=None
            )
        shown[n].append(result)
    return [replace(one, results=tuple(shown[n])) for n, one in enumerate(measured)]


def _days(flat: Sequence[tuple[int, Result]]) -> list[Group]:
    """Posts of persons by day, with what adds them to those of channels, which are public.

    That is, by source and over all sources, the number of distinct posts; and of one day what the
    platform itself counted.
    """
    days: dict[Hashable, list[int]] = defaultdict(list)
    totals: dict[Hashable, int] = {}
    for index, (n, result) in enumerate(flat):
        dims = {k: v for k, v in result.dims.items() if v is not None}
        source, day = dims.get("params"), dims.get("period_start")
        exact = result.estimate.low_kind != "confidence"
        if dims.get("category") == "posts by day" and "channel" not in dims:
            for key in ((n, None, None), (n, source, None), (n, source, day)):
                days[key].append(index)
        elif dims.get("category") in ("distinct posts", "expected by day") and exact:
            totals[n, source, day] = index
    return [
        Group(tuple(cells), totals[key], again=True) for key, cells in days.items() if key in totals
    ]


def _hidden_shares(flat: Sequence[tuple[int, Result]], reasons: Sequence[str | None]) -> set[int]:
    """Shares of posts beside a hidden one of persons on the same platform.

    The posts of a path's channels are public: one share that is shown tells how many posts there
    are in all, and these less those of the channels are the persons'.
    """
    found: dict[Hashable, list[int]] = defaultdict(list)
    for index, (n, result) in enumerate(flat):
        dims = {k: v for k, v in result.dims.items() if v is not None}
        if dims.get("category") == "posts" and "path" in dims and "channel" not in dims:
            found[n, dims.get("platform")].append(index)
    return {
        index
        for cells in found.values()
        if any(reasons[i] and flat[i][1].estimate.n_persons for i in cells)
        for index in cells
    }


def _same(n: int, result: Result) -> Hashable:
    """A figure apart from its params: what two rows share that say the same."""
    dims = frozenset((k, v) for k, v in result.dims.items() if v is not None and k != "params")
    return n, dims, result.estimate.value


def _groups(measured: Sequence[Measured], flat: Sequence[tuple[int, Result]]) -> list[Group]:
    across: dict[Hashable, list[int]] = defaultdict(list)
    within: dict[tuple[Hashable, str], list[int]] = defaultdict(list)
    totals: dict[Hashable, int] = {}
    shares: dict[Hashable, list[int]] = defaultdict(list)
    series: dict[Hashable, list[int]] = defaultdict(list)
    sources: dict[Hashable, list[int]] = defaultdict(list)
    over_all: dict[Hashable, int] = {}
    for index, (n, result) in enumerate(flat):
        dims = {k: v for k, v in result.dims.items() if v is not None}
        fixed = frozenset((k, v) for k, v in dims.items() if k not in _MEMBERS)
        if "channel" not in dims:
            # Named channels are public: whoever can see them can count them, so that hiding their
            # figures would protect nobody. Sums over them and persons are what is hidden instead.
            across[n, fixed].append(index)
            # Shares of paths add up to 1 on each platform by itself.
            shares[n, fixed, dims.get("platform")].append(index)
        if dims.keys() & set(_PERIOD):
            alike = frozenset((k, v) for k, v in dims.items() if k not in _PERIOD)
            series[n, alike].append(index)
        elif str(dims.get("params", "")).startswith(_SOURCE):
            sources[n, frozenset((k, v) for k, v in fixed if k != "params")].append(index)
        elif fixed == frozenset(dims.items()):
            over_all[n, fixed] = index
        category, language = dims.pop("category", None), dims.pop("language", None)
        whole = (n, frozenset(dims.items()))
        if category is None and language is None:
            totals[whole] = index
        else:
            facet = "language" if category is None else str(category).partition("=")[0]
            within[whole, facet].append(index)
    groups = [Group(tuple(cells)) for cells in (*across.values(), *shares.values())]
    groups += [Group(tuple(cells), again=True) for cells in series.values()]
    groups += _days(flat)
    groups += [Group(tuple(cells), over_all.get(key)) for key, cells in sources.items()]
    groups += [Group(tuple(cells), totals.get(whole)) for (whole, _), cells in within.items()]
    # One cell beside nothing tells of no other.
    return [group for group in groups if len(group.members) > 1]
