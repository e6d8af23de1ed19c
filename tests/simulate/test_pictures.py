"""Generated pictures: what was made of the same one looks alike, others do not."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from tests.simulate.hand import plan

from howfar.simulate.pictures import SIDE, VARIANTS, Image, changed, image, png, scaled

WORLD = plan("recycling")


def _read(data: bytes) -> tuple[Image, dict[bytes, bytes]]:
    """A PNG file read by its specification: 8 bits a colour, three colours, no filter."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        (check,) = struct.unpack(">I", data[at + 8 + size : at + 12 + size])
        assert check == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + size
    assert list(chunks) == [b"IHDR", b"tEXt", b"IDAT", b"IEND"]
    width, height, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert form == [8, 2, 0, 0, 0]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(height, width, 3), chunks


def _look(picture: Image) -> np.ndarray:
    """What a viewer remembers: 16 x 16 mean greys, their mean and spread taken off."""
    grey = scaled(picture, 96).astype(float).mean(axis=2).reshape(16, 6, 16, 6).mean(axis=(1, 3))
    return (grey - grey.mean()) / grey.std()


def _unlike(one: Image, other: Image) -> float:
    """Half of the mean squared difference of two looks: 0 the same, about 1 unrelated."""
    return float(((_look(one) - _look(other)) ** 2).mean() / 2)


def test_changed_pictures_look_like_their_own_and_unlike_others() -> None:
    rng = np.random.default_rng(1)
    numbers = range(40)
    whole = [image(WORLD, number) for number in numbers]
    for number in numbers:
        for variant in VARIANTS:
            made = changed(whole[number], variant, rng)
            distance = [_unlike(made, other) for other in whole]
            assert int(np.argmin(distance)) == number, variant
            assert distance[number] < 0.3, variant


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_changes_the_file_but_as_is(variant: str) -> None:
    original = image(WORLD, 3)
    made = changed(original, variant, np.random.default_rng(4))
    assert (png(made) == png(original)) == (variant == "as_is")
    assert made.dtype == np.uint8
    wide = made.shape == original.shape
    assert wide == (variant in ("as_is", "brighter", "recompressed"))


def test_a_file_holds_the_picture_and_says_that_it_is_simulated() -> None:
    for variant in VARIANTS:
        picture = changed(image(WORLD, 5), variant, np.random.default_rng(2))
        read, chunks = _read(png(picture))
        assert np.array_equal(read, picture)
        assert chunks[b"tEXt"].startswith(b"Comment\x00Simulated picture")


def test_a_number_is_one_picture_in_a_world() -> None:
    assert np.array_equal(image(WORLD, 9), image(WORLD, 9))
    assert not np.array_equal(image(WORLD, 9), image(plan("recycling", seed=8), 9))
    assert image(WORLD, 9).shape == (SIDE, SIDE, 3)
