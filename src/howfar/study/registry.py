"""Which account is which channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from howfar.study.channel import Channel
from howfar.study.handles import handle_key, tidy_handle
from howfar.study.lookalikes import skeleton
from howfar.study.taxonomy import Role


@dataclass(frozen=True)
class Registry:
    """The rows of channels.csv, latest row of each channel last."""

    channels: tuple[Channel, ...] = ()
    _by_id: dict[tuple[str, str], list[Channel]] = field(init=False, repr=False, compare=False)
    _by_handle: dict[tuple[str, str], list[Channel]] = field(init=False, repr=False, compare=False)
    _by_skeleton: dict[tuple[str, str], list[Channel]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        by_id, by_handle, by_skeleton = defaultdict(list), defaultdict(list), defaultdict(list)
        for row in sorted(self.channels, key=lambda c: c.valid_from or date.min):
            if row.account_id:
                by_id[row.platform, row.account_id].append(row)
            if row.handle and (key := handle_key(row.handle)):
                by_handle[row.platform, key].append(row)
                by_skeleton[row.platform, skeleton(tidy_handle(row.handle))].append(row)
        object.__setattr__(self, "_by_id", dict(by_id))
        object.__setattr__(self, "_by_handle", dict(by_handle))
        object.__setattr__(self, "_by_skeleton", dict(by_skeleton))

    def __len__(self) -> int:
        return len(self.channels)

    def __iter__(self) -> Iterator[Channel]:
        return iter(self.channels)

    def match(
        self,
        platform: str,
        account_id: str | None,
        handle: str | None,
        day: date | None = None,
    ) -> Channel | None:
        """The channel that an account is, or null for a person.

        The platform's account id decides where both sides have one; else the handles must be
        equal but for case. A handle with invisible or look-alike characters matches nothing (see
        `lookalike`). With a day only rows that hold on it count; without, the latest row.
        A match may be `named=False`: then the account stays a pseudonym.
        """
        rows = self._by_id.get((platform, account_id), []) if account_id else []
        if not rows and handle and (key := handle_key(handle)):
            rows = [
                row
                for row in self._by_handle.get((platform, key), [])
                if not (account_id and row.account_id)
            ]
        if day is not None:
            rows = [row for row in rows if row.holds(day)]
        return rows[-1] if rows else None

    def lookalike(self, platform: str, handle: str) -> Channel | None:
        """The channel whose handle this one resembles without being equal; for reports only."""
        key = handle_key(handle)
        if key is not None and (platform, key) in self._by_handle:
            return None
        rows = self._by_skeleton.get((platform, skeleton(tidy_handle(handle))), [])
        return rows[-1] if rows else None

    def skeletons(self, platform: str) -> frozenset[str]:
        """What the handles of a platform's channels look like (see study/lookalikes.py)."""
        return frozenset(shape for known, shape in self._by_skeleton if known == platform)

    @property
    def account_ids(self) -> frozenset[str]:
        """Account ids of all rows, of whatever platform."""
        return frozenset(account for _, account in self._by_id)

    @property
    def handle_keys(self) -> frozenset[str]:
        """Case-folded handles of all rows, of whatever platform."""
        return frozenset(key for _, key in self._by_handle)

    def rows(self, channel: str) -> tuple[Channel, ...]:
        """The rows of one channel in order of validity; empty where it is not registered."""
        rows = [row for row in self.channels if row.channel == channel]
        return tuple(sorted(rows, key=lambda c: c.valid_from or date.min))

    def get(self, channel: str, day: date | None = None) -> Channel | None:
        """The channel's row on a day, or its latest row."""
        rows = [row for row in self.rows(channel) if day is None or row.holds(day)]
        return rows[-1] if rows else None

    @property
    def ids(self) -> tuple[str, ...]:
        """Channel ids in the order of the file."""
        return tuple(dict.fromkeys(row.channel for row in self.channels))

    def with_role(self, *roles: Role) -> tuple[str, ...]:
        """Ids of the channels that have one of the roles in any of their rows."""
        return tuple(dict.fromkeys(row.channel for row in self.channels if row.role in roles))

    @property
    def ours(self) -> tuple[str, ...]:
        """Ids of our own channels."""
        return self.with_role("ours")

    @property
    def peers(self) -> tuple[str, ...]:
        """Ids of the peers."""
        return self.with_role("peer")

    @property
    def handles(self) -> dict[str, frozenset[str]]:
        """Case-folded handles of named channels by platform: those that redaction keeps."""
        kept: dict[str, set[str]] = defaultdict(set)
        for (platform, key), rows in self._by_handle.items():
            if any(row.named for row in rows):
                kept[platform].add(key)
        return {platform: frozenset(keys) for platform, keys in kept.items()}
