"""System files of SPSS (.sav), as survey institutes hand them over.

Written here and not by a library: those that write .sav stamp the machine's clock into the file,
and the same seed has to give the same bytes. The tests read the files with pyreadstat.
"""

from __future__ import annotations

import datetime as dt
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

_GREGORIAN = dt.date(1582, 10, 14)
_NUMBER, _TEXT, _DATE = 5, 1, 20
_LONGEST = 255
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UTF8 = 65001


@dataclass(frozen=True, slots=True)
class Variable:
    """One column. values: (N,) numbers, dates (datetime64) or texts of at most 255 bytes.

    labels: what codes mean. missing: codes that are no answer, at most three.
    """

    name: str
    label: str
    values: npt.NDArray[np.generic]
    labels: Mapping[int, str] = field(default_factory=dict)
    missing: tuple[int, ...] = ()
    decimals: int = 0

    @property
    def stored(self) -> npt.NDArray[np.generic]:
        """Values (N,) as the file holds them: doubles, or bytes of a multiple of eight."""
        if self.values.dtype.kind == "M":
            days = self.values.astype("datetime64[D]") - np.datetime64(_GREGORIAN)
            return days.astype(np.float64) * 86_400.0
        if self.values.dtype.kind != "U":
            return self.values.astype("<f8")
        told = np.char.encode(self.values.astype(np.str_), "utf-8")
        if told.dtype.itemsize > _LONGEST:
            raise ValueError(f"{self.name}: texts of more than {_LONGEST} bytes")
        width = -(-max(told.dtype.itemsize, 1) // 8) * 8
        return np.char.ljust(told.astype(f"S{width}"), width)

    @property
    def width(self) -> int:
        """Bytes of a text, a multiple of eight less what the format leaves; 0 for numbers."""
        kind = self.stored.dtype
        return min(kind.itemsize, _LONGEST) if kind.kind == "S" else 0


def sav(variables: Sequence[Variable], title: str, day: dt.date, weight: str = "") -> bytes:
    """A whole file, not compressed, in UTF-8.

    title: at most 64 bytes. day: when it says that it was made. weight: name of the variable that
    weights the cases.
    """
    rows = len(variables[0].values)
    places, place = {}, 1
    for variable in variables:
        places[variable.name] = place
        place += variable.stored.dtype.itemsize // 8
    made = f"{day.day:02} {_MONTHS[day.month - 1]} {day.year % 100:02}"
    head = struct.pack(
        "<4s60siiiiid9s8s64s3x",
        b"$FL2",
        _padded("@(#) SPSS DATA FILE howfar simulate", 60),
        *(2, place - 1, 0, places.get(weight, 0), rows),
        *(100.0, made.encode(), b"00:00:00", _padded(title, 64)),
    )
    names = {variable.name: f"V{n}" for n, variable in enumerate(variables, 1)}
    parts = [head, *(_variable(variable, names[variable.name]) for variable in variables)]
    parts += [_labels(variable, places[variable.name]) for variable in variables]
    parts += [
        _extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, _UTF8)),
        _extension(4, 8, struct.pack("<3d", -sys.float_info.max, sys.float_info.max, _lowest())),
        _extension(13, 1, "\t".join(f"{s}={n}" for n, s in names.items()).encode()),
        _extension(20, 1, b"UTF-8"),
        struct.pack("<ii", 999, 0),
    ]
    cases = np.empty(rows, [(v.name, v.stored.dtype) for v in variables])
    for variable in variables:
        cases[variable.name] = variable.stored
    return b"".join([*parts, cases.tobytes()])


def _variable(variable: Variable, name: str) -> bytes:
    text = variable.label.encode()
    width = variable.width
    if width:
        kind, shown, decimals = _TEXT, width, 0
    elif variable.values.dtype.kind == "M":
        kind, shown, decimals = _DATE, 11, 0
    else:
        kind, shown, decimals = _NUMBER, 8, variable.decimals
    form = kind << 16 | shown << 8 | decimals
    record = struct.pack("<6i8s", 2, width, 1, len(variable.missing), form, form, _padded(name, 8))
    record += struct.pack("<i", len(text)) + text.ljust(-(-len(text) // 4) * 4)
    record += struct.pack(f"<{len(variable.missing)}d", *variable.missing)
    further = variable.stored.dtype.itemsize // 8 - 1
    return record + further * struct.pack("<6i8s", 2, -1, 0, 0, 0, 0, b" " * 8)


def _labels(variable: Variable, place: int) -> bytes:
    if not variable.labels:
        return b""
    record = struct.pack("<ii", 3, len(variable.labels))
    for code, meaning in variable.labels.items():
        text = meaning.encode()
        record += struct.pack("<dB", code, len(text)) + text.ljust((len(text) // 8) * 8 + 7)
    return record + struct.pack("<iii", 4, 1, place)


def _extension(kind: int, size: int, content: bytes) -> bytes:
    return struct.pack("<4i", 7, kind, size, len(content) // size) + content


def _padded(text: str, width: int) -> bytes:
    told = text.encode()
    if len(told) > width:
        raise ValueError(f"{text!r} is longer than {width} bytes")
    return told.ljust(width)


def _lowest() -> float:
    return float(np.nextafter(-sys.float_info.max, 0.0))
