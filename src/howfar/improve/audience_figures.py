"""Which audiences the measures tell apart, and their figures of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

from howfar.assess.declared import declared_of
from howfar.assess.tree import Indicator
from howfar.improve.gap import Audience
from howfar.schema.comparable import Ground
from howfar.schema.estimate import Result
from howfar.schema.measure import registry
from howfar.study.comparison import Indicator as Asked
from howfar.study.index_part import Figure, IndexGroup, IndexIndicator, IndexPart

_ROOT = "all"
_SPLITS = ("language", "country")
_OTHER: Final = re.compile(r"[^A-Za-z0-9_.-]+")


def audiences(
    part: IndexPart,
    held: Ground,
    given: Mapping[str, Sequence[Result]],
    wanted: Collection[str] = (),
) -> list[Audience]:
    """All that is put together, each platform, and what measures tell apart on each.

    wanted: languages and countries of the objectives; where there are any, only those. The whole
    is left out where it is one platform, or where channels of several are not set side by side.
    """
    platforms = sorted({p for _, p in held.compared if p and part.platform in (None, p)})
    found = [Audience(platform=platform) for platform in platforms]
    if len(platforms) > 1 and part.units != "channel":
        found.insert(0, Audience())
    split = {
        (str(dims.get("platform")), key, str(dims[key]))
        for results in given.values()
        for dims in (_dims(one) for one in results if one.estimate.status == "measured")
        for key in _SPLITS
        if dims.get("channel") and key in dims and sum(other in dims for other in _SPLITS) == 1
    }
    for platform, key, value in sorted(split):
        if platform in platforms and (not wanted or value in wanted):
            language, country = (value if key == one else None for one in _SPLITS)
            found.append(Audience(country, language, platform))
    return found


def of_audience(results: Sequence[Result], audience: Audience) -> list[Result]:
    """Results of one audience, without the dimensions that say so, as ``figures_of`` reads them."""
    wanted = {"country": audience.country, "language": audience.language}
    return [
        Result(
            one.estimate,
            {k: v for k, v in one.dims.items() if k not in wanted},
            one.replicates,
            one.largest,
            one.coverage,
        )
        for one in results
        if all(one.dims.get(k) == v for k, v in wanted.items())
        and audience.platform in (None, one.dims.get("platform"))
    ]


def figures_for(given: Mapping[str, Sequence[Result]], audience: Audience) -> list[Asked]:
    """Figures that measures give of channels for one language or country."""
    found: dict[tuple[str, str], Asked] = {}
    for measure, results in given.items():
        for one in of_audience(results, audience):
            dims = _dims(one)
            if dims.get("channel") and not set(dims) - {"channel", "platform", "category"}:
                category = dims.get("category")
                found[measure, str(category)] = Asked(measure=measure, category=category)
    return [found[key] for key in sorted(found)]


def listed(asked: Sequence[Asked]) -> IndexPart:
    """Figures side by side, put together in no index; those that may be compared between units."""
    known = registry()
    figures: dict[str, Asked] = {}
    for one in asked:
        if one.measure in known and known[one.measure].declaration.peer_comparable:
            figures.setdefault(figure_id(one), one)
    return IndexPart(
        units="organisation",
        groups=(IndexGroup(id=_ROOT),),
        indicators=tuple(
            IndexIndicator(
                id=id, parent=_ROOT, measure=one.measure, category=one.category, params=one.params
            )
            for id, one in figures.items()
        ),
    )


def figure_id(one: Asked) -> str:
    """The id of a figure, the same for every audience and in every run.

    Measure, category and parameters, as engagement.reactions.quantile-0.5. Where more than = and :
    had to give way, a digest of the whole keeps two figures apart.
    """
    params = (f"{name}={value}" for name, value in sorted(one.params.items()))
    whole = ".".join([one.measure, *([one.category] if one.category else []), *params])
    plain = _OTHER.sub("-", whole)
    if plain == re.sub("[=:]", "-", whole):
        return plain
    return f"{plain.strip('-')}-{blake2b(whole.encode(), digest_size=4).hexdigest()}"


def leaf_of(one: IndexIndicator) -> Indicator:
    """The figure as an indicator of no tree: nobody said which way is better (direction 0).

    Of its distance to a target the objective says it.
    """
    figure = Figure(measure=str(one.measure), category=one.category, params=one.params)
    declared = declared_of(figure, "the gaps")
    name = f"{declared.title}: {one.category}" if one.category else declared.title
    return Indicator(one.id, name, one.parent, 0, unit=declared.unit, level=declared.level)


def _dims(one: Result) -> dict[str, Any]:
    return {key: value for key, value in one.dims.items() if value is not None}
