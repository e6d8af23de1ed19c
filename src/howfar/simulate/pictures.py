"""Generated pictures, and what becomes of them when they are passed on."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.plan import Plan

Image = npt.NDArray[np.uint8]

SIDE: Final = 96
"""Pixels of a picture's sides before it is changed."""

VARIANTS: Final = ("as_is", "scaled", "cropped", "brighter", "recompressed")

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def image(plan: Plan, number: int) -> Image:
    """The picture (96, 96, 3) of a number in this world: shaded ground, discs and bars."""
    rng = plan.generator("picture", number)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1)
    ends = rng.uniform(0, 255, (2, 3))
    turn = rng.uniform(0, 2 * np.pi)
    slope = (np.cos(turn) * (x - 0.5) + np.sin(turn) * (y - 0.5)) / 1.5 + 0.5
    drawn = ends[0] + slope[:, :, None] * (ends[1] - ends[0])
    for _ in range(int(rng.integers(4, 8))):
        across, down, size = rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.08, 0.3)
        if rng.random() < 0.5:
            inside = (x - across) ** 2 + (y - down) ** 2 < size**2
        else:
            inside = (abs(x - across) < size) & (abs(y - down) < rng.uniform(0.08, 0.3))
        drawn[inside] = rng.uniform(0, 255, 3)
    return _whole(drawn)


def changed(picture: Image, variant: str, rng: np.random.Generator) -> Image:
    """The picture after one of VARIANTS was done to it.

    scaled: to between half and all of its size. cropped: up to 6 % off each side. brighter: by up
    to 12 % or darker. recompressed: blocks of 2 x 2 pixels with colours in steps of 16.
    """
    if variant == "scaled":
        return scaled(picture, int(rng.integers(SIDE // 2, SIDE)))
    if variant == "cropped":
        up, down, left, right = rng.integers(1, 7, 4) * SIDE // 100
        return np.ascontiguousarray(picture[up : SIDE - down, left : SIDE - right])
    if variant == "brighter":
        return _whole(picture * rng.uniform(0.88, 1.12))
    if variant == "recompressed":
        coarse = np.repeat(np.repeat(picture[::2, ::2], 2, axis=0), 2, axis=1)
        return _whole(coarse // 16 * 16.0 + 8)
    return picture


def scaled(picture: Image, side: int) -> Image:
    """The picture with another number of pixels to a side, each the nearest one."""
    rows = np.arange(side) * picture.shape[0] // side
    columns = np.arange(side) * picture.shape[1] // side
    return np.ascontiguousarray(picture[rows][:, columns])


def png(picture: Image) -> bytes:
    """A picture (height, width, 3) as a PNG file that says that it is simulated."""
    height, width, _ = picture.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    # Each line begins with the number of its filter: 0, none.
    lines = np.zeros((height, 1 + 3 * width), np.uint8)
    lines[:, 1:] = picture.reshape(height, -1)
    told = b"Comment\x00Simulated picture made by howfar simulate; it shows nothing real."
    return _SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"tEXt", told),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _whole(colours: npt.NDArray[np.floating]) -> Image:
    cut: Image = np.clip(colours, 0, 255).astype(np.uint8)
    return cut


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
