"""Ids of simulated accounts and posts, in the form that each platform gives them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.posts import ORIGINAL, QUOTE, SHARE, Posts

Numbers = npt.NDArray[np.int64]

X_POST: Final = 1_700_000_000_000_000_000
X_USER: Final = 1_400_000_000_000_000_000
MASTODON_STATUS: Final = 111_000_000_000_000_000
MASTODON_ACCOUNT: Final = 110_000_000_000_000_000
FACEBOOK_PAGE: Final = 100_000_000_000_000
FACEBOOK_POST: Final = 900_000_000_000_000
TELEGRAM_CHANNEL: Final = 1_500_000_000
TELEGRAM_GROUP: Final = 1_900_000_000
TELEGRAM_USER: Final = 6_000_000_000
TELEGRAM_MARKED: Final = -(10**12)

_LETTERS = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", np.uint8
)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_CODE = 11


def codes(numbers: Numbers) -> list[str]:
    """Eleven letters for each number (N,), different for different ones, without visible order."""
    # Multiplied by an odd number: one to one among numbers of 64 bits.
    mixed = numbers.astype(np.uint64) * _SPREAD
    shifts = np.arange(6 * (_CODE - 1), -1, -6, dtype=np.uint64)
    places = ((mixed[:, None] >> shifts) & np.uint64(63)).astype(np.intp)
    letters = np.ascontiguousarray(_LETTERS[places])
    told: list[str] = letters.view(f"S{_CODE}").ravel().astype(f"U{_CODE}").tolist()
    return told


def youtube_channels(accounts: Numbers) -> list[str]:
    """Ids (N,) of accounts on YouTube: UC and 22 letters."""
    return [f"UC{code}simulated00" for code in codes(accounts)]


def youtube_posts(posts: Posts, relation: npt.NDArray[np.uint8], rows: Numbers) -> list[str]:
    """Ids of posts in these rows (M,): videos, comments, or entries of playlists for shares."""
    form = {ORIGINAL: "{}", QUOTE: "{}", SHARE: "UEx{}"}
    kinds = relation[rows].tolist()
    told = codes(posts["number"][rows])
    return [
        form.get(kind, "Ugx{}4AaABAg").format(code) for kind, code in zip(kinds, told, strict=True)
    ]


def telegram_chats(posts: Posts, channels: int, rows: Numbers) -> Numbers:
    """Bare numbers (M,) of the chats: a channel's own, or for persons the group of a language."""
    account, language = posts["account"][rows], posts["language"][rows].astype(np.int64)
    return np.where(account < channels, TELEGRAM_CHANNEL + account, TELEGRAM_GROUP + language)
