"""A channel: an account or outlet that the study's registry names."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from howfar.study.base import Day, Languages, Part, Text
from howfar.study.codes import Country, Slug
from howfar.study.handles import tidy_handle, unsafe_reason
from howfar.study.problems import said, suggest
from howfar.study.taxonomy import Basis, Path, Role

PLATFORMS = (
    *("x", "facebook", "instagram", "threads", "youtube", "tiktok", "telegram", "mastodon"),
    *("bluesky", "reddit", "linkedin", "whatsapp", "weibo", "wechat", "douyin", "bilibili"),
    *("kuaishou", "xiaohongshu", "vk", "ok", "line", "kakaotalk", "viber", "discord", "twitch"),
    *("rumble", "gab", "truthsocial", "parler", "gettr", "koo", "sharechat", "quora", "medium"),
    *("snapchat", "pinterest", "tumblr", "naver", "web", "feed", "other"),
)
_RENAMED = {
    "twitter": "x",
    "fb": "facebook",
    "ig": "instagram",
    "meta": "facebook",
    "vkontakte": "vk",
}


def check_platform(name: str) -> str:
    """The platform's id; ValueError with a suggestion where howfar does not know it."""
    if name in PLATFORMS:
        return name
    renamed = _RENAMED.get(name.casefold())
    hint = f'did you mean "{renamed}"?' if renamed else suggest(name, PLATFORMS)
    known = ", ".join(PLATFORMS)
    raise ValueError(said(f'unknown platform "{name}": one of {known}', hint))


Platform = Annotated[str, AfterValidator(check_platform)]


class Channel(Part):
    """One row of channels.csv: a channel as it was during its validity."""

    channel: Slug
    """Short name of the channel; rows that share it are one channel at different times."""
    name: Text
    """Name as printed."""
    organisation: Text
    """Whose channel it is."""
    platform: Platform
    """Platform id, x or facebook for example."""
    handle: Text | None = None
    """Handle on the platform, without @."""
    account_id: Text | None = None
    """The platform's own id of the account."""
    country: Country | None = None
    """Country it speaks from: ISO 3166-1 alpha-2."""
    languages: Languages = ()
    """Languages it publishes in: BCP 47, separated by semicolons."""
    paths: Annotated[tuple[Path, ...], Field(strict=False, min_length=1)]
    """Paths of communication it serves, separated by semicolons."""
    role: Role
    """ours, peer or other."""
    declared_owner: str | None = None
    """Owner, where the channel declares one."""
    basis: Basis | None = None
    """Why it may be named."""
    evidence: str | None = None
    """Address that shows the basis."""
    valid_from: Day | None = None
    """First day on which the row holds."""
    valid_to: Day | None = None
    """Last day on which the row holds."""

    @field_validator("handle")
    @classmethod
    def _plain_handle(cls, handle: str | None) -> str | None:
        if handle is None:
            return None
        tidy = tidy_handle(handle)
        if not tidy:
            raise ValueError("the handle is empty")
        if reason := unsafe_reason(tidy):
            raise ValueError(f"the handle holds {reason}; copy it from the account's own page")
        return tidy

    @field_validator("evidence")
    @classmethod
    def _address(cls, evidence: str | None) -> str | None:
        if evidence is not None and not evidence.startswith(("https://", "http://")):
            raise ValueError(f'"{evidence}" is no address; it starts with https://')
        return evidence

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} lies before valid_from {self.valid_from}")
        return self

    @property
    def named(self) -> bool:
        """Whether it may be named: only with a basis and evidence, else it stays a pseudonym."""
        return self.basis is not None and self.evidence is not None

    def holds(self, day: date) -> bool:
        """Whether the row holds on a day."""
        return not (
            (self.valid_from and day < self.valid_from) or (self.valid_to and day > self.valid_to)
        )

    def overlaps(self, other: Channel) -> bool:
        """Whether two rows hold on a common day."""
        return (self.valid_from or date.min) <= (other.valid_to or date.max) and (
            other.valid_from or date.min
        ) <= (self.valid_to or date.max)
