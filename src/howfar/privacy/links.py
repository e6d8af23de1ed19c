"""Which links in a text lead to a person's profile or post."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

# The first part of the path names the account, unless it is one of the site's own pages.
_ACCOUNT_FIRST: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        ("x.com", "twitter.com"),
        frozenset({"hashtag", "search", "i", "home", "explore", "share", "intent", "tos"}),
    ),
    **dict.fromkeys(
        ("facebook.com", "fb.com", "fb.me"),
        frozenset(
            {"watch", "groups", "events", "hashtag", "sharer", "sharer.php", "share.php", "help"}
            | {"share", "dialog", "ads", "business", "policies", "marketplace", "photo"}
            | {"photo.php", "reel", "video.php"}
        ),
    ),
    **dict.fromkeys(
        ("instagram.com", "instagr.am"), frozenset({"p", "reel", "reels", "tv", "explore"})
    ),
    **dict.fromkeys(
        ("t.me", "telegram.me", "telegram.dog"), frozenset({"joinchat", "addstickers", "share"})
    ),
    "youtube.com": frozenset(
        {"watch", "playlist", "shorts", "live", "embed", "results", "feed", "hashtag", "v", "clip"}
    ),
    **dict.fromkeys(
        ("vk.com", "vk.ru"), frozenset({"feed", "video", "wall", "search", "share.php"})
    ),
    "weibo.com": frozenset({"search", "hot", "ttarticle", "tv"}),
    "ok.ru": frozenset({"video", "group", "topic", "live"}),
    "twitch.tv": frozenset({"directory", "videos", "p"}),
    "pinterest.com": frozenset({"pin", "search", "ideas"}),
    "gab.com": frozenset({"explore", "hashtag", "groups"}),
    **dict.fromkeys(("m.me", "wa.me", "api.whatsapp.com", "patreon.com"), frozenset({""})),
    "space.bilibili.com": frozenset({""}),
}
# A part of the path after which the account stands.
_ACCOUNT_AFTER: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(("facebook.com", "fb.com", "x.com", "twitter.com"), frozenset({"user"})),
    "linkedin.com": frozenset({"in", "pub"}),
    "reddit.com": frozenset({"user", "u"}),
    "snapchat.com": frozenset({"add"}),
    "bsky.app": frozenset({"profile"}),
    "gettr.com": frozenset({"user"}),
    "douyin.com": frozenset({"user"}),
    "quora.com": frozenset({"profile"}),
    "zhihu.com": frozenset({"people"}),
    "ok.ru": frozenset({"profile"}),
    # A link shortener under the domain of another site: leads to no account.
    "on.fb.me": frozenset(),
}
# First parts that only announce the account.
_PREFIXES: Final = frozenset(
    {"s", "u", "n", "c", "user", "channel", "people", "profile", "stories"}
)
_ACCOUNT_IN_QUERY: Final = frozenset({"facebook.com", "fb.com", "x.com", "twitter.com"})
_QUERY: Final = re.compile(r"(?:^|&)(?:id|user_id|screen_name)=")
# How servers of the Fediverse address an account and its posts.
_FEDERATED_PATH: Final = re.compile(r"/(?:ap/)?users/([^/?#]+)(?:/statuses/.*|/?)$")
_HANDLE_PART: Final = re.compile(r"/(?:[@＠﹫]|%)")
_ACCOUNT_AS_HOST: Final = (
    *(".t.me", ".tumblr.com", ".bsky.social", ".livejournal.com"),
    *(".substack.com", ".wordpress.com", ".blogspot.com"),
)
# x.com/i/web/status/ID: the post's own address, which platforms append to texts they cut.
_POST_OF_ANYBODY: Final = frozenset({"x.com", "twitter.com"})

HOSTS: Final = tuple(sorted({*_ACCOUNT_FIRST, *_ACCOUNT_AFTER}))
HOST_ENDINGS: Final = _ACCOUNT_AS_HOST

_END = r"\s<>\"“”«»⟨⟩"
LINK: Final = re.compile(
    r"(?:(?<![A-Za-z])https?://|(?<![A-Za-z0-9_.@＠﹫/-]))"
    rf"((?:[A-Za-z0-9_-]++\.)++[A-Za-z]{{2,24}})(?::\d{{1,5}})?(/[^{_END}]*+)?"
)


def account_of(link: re.Match[str]) -> str | None:
    """The account that a link (a match of LINK) leads to, or null where it leads to none."""
    host, rest = link[1].casefold(), link[2] or ""
    if host.endswith(_ACCOUNT_AS_HOST) and not host.startswith("www."):
        return host.rsplit(".", 3)[-3]
    site = _site(host)
    if site is None and not _HANDLE_PART.search(rest):
        federated = _FEDERATED_PATH.match(rest)
        return unquote(federated[1]) if federated else None
    path, _, query = rest.partition("?")
    parts = [unquote(part).strip(".,;:!)]}'") for part in path.split("#")[0].split("/")[1:]]
    parts = [part for part in parts if part]
    for part in parts:
        if part[0] in "@＠﹫":
            return part[1:] or None
    if site is None:
        return None
    after = _ACCOUNT_AFTER.get(site, ())
    for marker, name in pairwise(parts):
        if marker.casefold() in after:
            return name
    if site in _ACCOUNT_IN_QUERY and _QUERY.search(query):
        return query
    if site in _POST_OF_ANYBODY and parts[:1] == ["i"] and "status" in parts[:-1]:
        return parts[-1]
    own = _ACCOUNT_FIRST.get(site)
    if own is None:
        return None
    names = parts[1:] if len(parts) > 1 and parts[0].casefold() in _PREFIXES else parts
    if not names or names[0].casefold() in own:
        return None
    return names[0]


def _site(host: str) -> str | None:
    """The site of the table that a host belongs to."""
    labels = host.rsplit(".", 3)[-3:]
    for domain in (".".join(labels), ".".join(labels[-2:])):
        if domain in _ACCOUNT_FIRST or domain in _ACCOUNT_AFTER:
            return domain
    return None
