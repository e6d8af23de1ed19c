"""Scales and ticks: few, round, and labelled in full."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from howfar.report.charts.scene import Scale, Spec

_SHORT_DAYS = 60
_LABEL_PIXELS = 46


@dataclass(frozen=True, slots=True)
class Axis:
    """A domain with the ticks that it shows, as figures and as labels."""

    scale: Scale
    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def spec(self, width: float | None = None) -> Spec:
        """The scale as Vega-Lite; width is the range in pixels where it is not the panel's."""
        spec: Spec = {"type": self.scale, "domain": [self.low, self.high], "nice": False}
        if self.scale == "linear":
            spec["zero"] = False
        return spec | ({"range": [0, width]} if width is not None else {})

    def axis(self, **more: Any) -> Spec:
        """The axis as Vega-Lite: exactly these ticks under exactly these labels."""
        pairs = zip(self.ticks, self.labels, strict=True)
        # Compared with a tolerance: a tick comes back from the scale with its last digit changed.
        told = "".join(
            f"abs(datum.value - {t!r}) < {abs(t) * 1e-9!r} + 1e-12 ? '{s}' : " for t, s in pairs
        )
        return {
            "values": list(self.ticks),
            "labelExpr": f"{told}''",
            "labelFlush": False,
            "labelOverlap": "greedy",
            "title": None,
        } | more


def axis(
    figures: Iterable[float],
    *,
    scale: Scale = "linear",
    zero: bool = True,
    percent: bool = False,
    reference: float | None = None,
    ticks: int = 3,
    whole: bool = False,
) -> Axis:
    """A domain that holds all finite figures, with about that many round ticks.

    whole: ticks at whole numbers only, for counts and places.
    """
    usable = [x for x in figures if math.isfinite(x) and (scale == "linear" or x > 0)]
    usable += [] if reference is None else [reference]
    low, high = (min(usable), max(usable)) if usable else (1.0, 10.0) if scale == "log" else (0, 1)
    if scale == "log":
        return _log(low, high, percent, ticks)
    low, high = (min(low, 0), max(high, 0)) if zero else (low, high)
    if high == low:
        high = low + (abs(low) or 1)
    step = _round_step((high - low) / ticks)
    step = max(1.0, float(round(step))) if whole else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    # The last tick need not be reached: a domain that ends at the figures wastes no room.
    marks = [k * step for k in range(first, last + 1) if low <= k * step <= high]
    marks = [0.0 if abs(m) < step / 1e6 else _clean(m) for m in marks]
    return Axis("linear", low, high, tuple(marks), tuple(_label(m, percent) for m in marks))


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw))
    return next(f for f in (1, 2, 2.5, 5, 10) if f * power >= raw * 0.999) * power


def _clean(x: float) -> float:
    return float(f"{x:.10g}")


def _log(low: float, high: float, percent: bool, ticks: int) -> Axis:
    low, high = low / 1.05, high * 1.05
    for steps in ((1, 1.2, 1.5, 2, 3, 5, 7), (1, 1.5, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        marks = [
            _clean(step * 10.0**power)
            for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            for step in steps
            if low <= step * 10.0**power <= high
        ]
        if len(marks) <= ticks + 1:
            break
    if len(marks) > ticks + 1:
        marks = marks[:: math.ceil(len(marks) / (ticks + 1))]
    if len(marks) < 2:
        marks = [_clean(float(f"{m:.2g}")) for m in (low * 1.05, high / 1.05)]
        marks = [m for m in dict.fromkeys(marks) if low <= m <= high]
    return Axis("log", low, high, tuple(marks), tuple(_label(m, percent) for m in marks))


def _label(x: float, percent: bool) -> str:
    if percent:
        return f"{_clean(x * 100):g} %".replace("-", "−")
    if abs(x) >= 1e6:
        return f"{_clean(x / 1e6):g}M".replace("-", "−")
    if abs(x) >= 1e4:
        return f"{_clean(x / 1e3):g}k".replace("-", "−")
    return (f"{x:,.0f}" if abs(x) >= 1000 else f"{x:g}").replace("-", "−")


def milliseconds(moment: datetime) -> int:
    """An instant as the number that Vega takes for a time."""
    return round(moment.timestamp() * 1000)


def time_axis(start: datetime, end: datetime, months: str, pixels: float) -> Spec:
    """The x channel of a time axis in UTC: months, or weeks and years where those fit better.

    Times are milliseconds on a linear scale under ticks made here: no time zone of a browser can
    move them.
    """
    ticks = _time_ticks(start.astimezone(UTC), end.astimezone(UTC), months.split(), pixels)
    told = "".join(f"datum.value == {at} ? '{label}' : " for at, label in ticks)
    return {
        "type": "quantitative",
        "scale": {
            "type": "linear",
            "domain": [milliseconds(start), milliseconds(end)],
            "nice": False,
            "zero": False,
        },
        "axis": {
            "values": [at for at, _ in ticks],
            "labelExpr": f"{told}''",
            "labelFlush": False,
            "labelOverlap": "greedy",
            "grid": False,
            "title": None,
        },
    }


def _time_ticks(
    start: datetime, end: datetime, months: list[str], pixels: float
) -> list[tuple[int, str]]:
    days = (end - start).total_seconds() / 86_400
    found: list[tuple[datetime, str]] = []
    if days <= _SHORT_DAYS:
        step = next(s for s in (1, 2, 7, 14) if days / s * _LABEL_PIXELS <= pixels or s == 14)
        at = start.replace(hour=0, minute=0, second=0, microsecond=0)
        at += timedelta(days=at < start)
        while at < end:
            found.append((at, f"{at.day} {months[at.month - 1]}"))
            at += timedelta(days=step)
    else:
        fits = (1, 2, 3, 6, 12, 24, 60, 120)
        step = next(
            s for s in fits if days / 30.4 / s * _LABEL_PIXELS * 0.8 <= pixels or s == fits[-1]
        )
        count = start.year * 12 + start.month - 1
        while (at := datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)) < end:
            # January tells the year, so that a window over two years cannot be misread.
            if at >= start and count % step == 0:
                found.append((at, str(at.year) if at.month == 1 else months[at.month - 1]))
            count += 1
    return [(milliseconds(at), label) for at, label in found]
