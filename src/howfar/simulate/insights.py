"""Exports of insights: views by country and age as YouTube Studio gives them to an owner."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xlsxwriter

from howfar.simulate.parts import Quiet
from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.plan import Plan
from howfar.simulate.society import SimulatedChannel, Society

FORMAT: Final = "youtube-studio"
"""The reader that takes the files."""
ZONE: Final = "America/Los_Angeles"
"""Of YouTube's days; the files give no day."""
_GEOGRAPHY: Final = ("Geography", "Views", "Watch time (hours)", "Average view duration")
_AGE: Final = ("Viewer age", "Views (%)", "Average view duration")
_BANDS: Final = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")


@dataclass(frozen=True, slots=True)
class InsightsSettings:
    """Parameters of audiences.

    views: of a channel in the window, in middle views of one of its posts; videos from before the
    window are among them. at_home, same_language: how many times as likely a view is in the
    channel's country, or where one of its languages is spoken, as its number of people says.
    unplaced: part of the views of which the platform gives no country; it rises evenly from the
    first to the second over the countries in the order of places.COUNTRIES, so that leaving those
    views out shifts the shares. ages: shares of views by age band.
    """

    views: float = 400.0
    at_home: float = 8.0
    same_language: float = 3.0
    unplaced: tuple[float, float] = (0.05, 0.35)
    ages: tuple[float, ...] = (0.22, 0.31, 0.20, 0.13, 0.09, 0.05)
    hours_a_view: float = 0.05


@dataclass(frozen=True, slots=True)
class Audience:
    """Views (20,) of one channel by country, all and those with a country; share: expected."""

    share: npt.NDArray[np.float64]
    views: npt.NDArray[np.int64]
    placed: npt.NDArray[np.int64]

    @property
    def unplaced(self) -> int:
        """Views without a country."""
        return int(self.views.sum() - self.placed.sum())


def exporting(society: Society) -> list[SimulatedChannel]:
    """Channels with insights: ours on YouTube, since only an owner sees them."""
    on = PLATFORMS.index("youtube")
    return [c for c in society.channels if c.platform == on and c.role == "ours"]


def paths(society: Society) -> dict[str, tuple[str, ...]]:
    """The files of each channel, in the study folder."""
    return {
        c.channel: tuple(f"insights/{c.channel}.{what}.xlsx" for what in ("geography", "age"))
        for c in exporting(society)
    }


def unplaced(settings: InsightsSettings) -> npt.NDArray[np.float64]:
    """Part (20,) of each country's views that comes without a country."""
    return np.linspace(*settings.unplaced, len(COUNTRIES))


def audience(plan: Plan, channel: SimulatedChannel) -> Audience:
    """Who watched a channel."""
    settings = plan.of(InsightsSettings)
    tongues = {LANGUAGES[n] for n in channel.languages}
    weight = np.array(
        [
            place.weight
            * (settings.at_home if n == channel.country else 1.0)
            * (settings.same_language if tongues & set(place.languages) else 1.0)
            for n, place in enumerate(COUNTRIES)
        ]
    )
    share = weight / weight.sum()
    rng = plan.generator("insights", channel.channel)
    views = rng.multinomial(int(settings.views * channel.reach), share)
    return Audience(share, views, rng.binomial(views, 1.0 - unplaced(settings)))


class Insights(Quiet):
    """Exports of insights of our YouTube channels, with a part of unknown place.

    Two workbooks a channel: by geography, with a row that has no place, and by viewer age.
    """

    name = "insights"

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Channels, ages, and how much comes without a country."""
        settings = plan.of(InsightsSettings)
        return {
            "channels": [channel.channel for channel in exporting(society)],
            "unit": "share of a channel's views, 0 to 1",
            "views": "of the whole channel in the window, videos from before it among them",
            "without_a_country": {
                place.code: round(float(part), 6)
                for place, part in zip(COUNTRIES, unplaced(settings), strict=True)
            },
            "ages": dict(zip(_BANDS, settings.ages, strict=True)),
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """Views by channel and country: expected share, all, and those that the export places."""
        made = {channel.channel: audience(plan, channel) for channel in exporting(society)}
        several = list(made.values())
        return {
            "insights": pa.table(
                {
                    "channel": pa.array(np.repeat(list(made), len(COUNTRIES)), pa.string()),
                    "country": [place.code for place in COUNTRIES] * len(made),
                    "share": _joined([one.share for one in several], np.float64),
                    "views": _joined([one.views for one in several], np.int64),
                    "views_placed": _joined([one.placed for one in several], np.int64),
                }
            )
        }

    def files(self, plan: Plan, society: Society) -> Iterator[tuple[str, bytes]]:
        """insights/CHANNEL.geography.xlsx and insights/CHANNEL.age.xlsx."""
        settings = plan.of(InsightsSettings)
        named = paths(society)
        for channel in exporting(society):
            told = audience(plan, channel)
            total = int(told.views.sum())
            largest_first = np.argsort(-told.placed, kind="stable")
            counts = [("Total", total)]
            counts += [(COUNTRIES[n].code, int(told.placed[n])) for n in largest_first]
            counts.append(("Unknown region", told.unplaced))
            hours = settings.hours_a_view
            places = [(name, n, round(n * hours, 4), "0:03:00") for name, n in counts]
            geography, age = named[channel.channel]
            yield geography, _workbook(plan, _GEOGRAPHY, places)
            rng = plan.generator("insights", "age", channel.channel)
            seen = rng.multinomial(total, settings.ages) / total
            ages = [
                (f"{band} years", round(100.0 * float(part), 2), "0:03:00")
                for band, part in zip(_BANDS, seen, strict=True)
            ]
            yield age, _workbook(plan, _AGE, ages)


def _workbook(plan: Plan, header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    # Without these the file tells the clock of the machine.
    made = dt.datetime.combine(plan.start + dt.timedelta(plan.days), dt.time())
    book.set_properties({"title": "simulated", "comments": "simulated data", "created": made})
    sheet = book.add_worksheet("Table data")
    for number, row in enumerate([header, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return content.getvalue()


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type[np.generic]) -> npt.NDArray[Any]:
    return np.concatenate([np.empty(0, kind), *parts])


MECHANISM = Insights()
