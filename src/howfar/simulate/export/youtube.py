"""Videos, comments and playlists on YouTube as pages of the Data API."""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring as quoted
from typing import Final

import numpy as np

from howfar.simulate.export.form import Form
from howfar.simulate.export.ids import codes, youtube_channels, youtube_posts
from howfar.simulate.export.rejects import json_damages
from howfar.simulate.export.scene import Rows, Scene, View, stamps, top
from howfar.simulate.export.x_api_v2 import figures
from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS
from howfar.simulate.posts import ORIGINAL, QUOTE, REPLY, SHARE

_PLATFORM = PLATFORMS.index("youtube")
_PAGE = 50
_TITLE = 100
_OTHER = '{"kind":"youtube#playlist","etag":"simulated","id":"PLsimulated","snippet":{}}'


def _form(kind: str, figure: str) -> Form:
    damages = {
        **json_damages("id", "publishedAt", "title" if kind == "video" else "textOriginal", figure),
        "playlist": ("not_a_post", lambda _: _OTHER),
    }
    begin = f'{{"kind":"youtube#{kind}ListResponse","etag":"simulated","items":['
    end = '],"pageInfo":{"resultsPerPage":50}}'
    return Form(damages, always="playlist", between=",\n", page=(begin, end, _PAGE))


VIDEOS: Final = _form("video", "viewCount")
_THREADS: Final = _form("commentThread", "likeCount")
_COMMENTS: Final = _form("comment", "likeCount")
_PLAYLISTS: Final = _form("playlistItem", "viewCount")
_CHANNELS: Final = _form("channel", "subscriberCount")


def records(scene: Scene, view: View) -> Mapping[str, tuple[Form, list[str]]]:
    """The posts of a part that a crawl of YouTube holds.

    Originals and quotes are videos, for YouTube knows no quotes; replies are comments; a share is
    a video that somebody took up in a playlist.
    """
    rows = view.rows(_PLATFORM)
    relation = view.relation[rows]
    # Nobody can answer an entry of a playlist: it is the video that is answered.
    answered = np.where(view.parent < 0, -1, view.shared[view.parent])
    above = view.relation[np.maximum(answered, 0)]
    is_video = (relation == ORIGINAL) | (relation == QUOTE)
    to_video = (above == ORIGINAL) | (above == QUOTE)
    below = np.isin(view.relation, (REPLY, SHARE))
    video = top(np.where(below, view.parent, np.arange(len(below))))
    opens = ~is_video & (relation != SHARE) & to_video[rows]
    inner = ~is_video & (relation != SHARE) & ~to_video[rows]
    return {
        "simulated_videos.json": (VIDEOS, _videos(scene, view, rows[is_video])),
        "simulated_threads.json": (_THREADS, _threads(scene, view, rows[opens], answered)),
        "simulated_comments.json": (
            _COMMENTS,
            _comments(scene, view, rows[inner], answered, video),
        ),
        "simulated_playlists.json": (
            _PLAYLISTS,
            _playlists(view, rows[relation == SHARE], video),
        ),
    }


def channel_records(scene: Scene) -> tuple[str, tuple[Form, list[str]]]:
    """The channels themselves with their subscribers."""
    own = [(n, c) for n, c in enumerate(scene.channels) if c.platform == _PLATFORM]
    lines = [
        f'{{"kind":"youtube#channel","etag":"simulated","id":"{id}","snippet":'
        f'{{"title":{quoted(channel.name)},"customUrl":"@{channel.channel}"}},"statistics":'
        f'{{"subscriberCount":"{channel.followers}","hiddenSubscriberCount":false}}}}'
        for id, (_, channel) in zip(
            youtube_channels(np.array([n for n, _ in own], np.int64)), own, strict=True
        )
    ]
    return "simulated_channels.json", (_CHANNELS, lines)


def _videos(scene: Scene, view: View, rows: Rows) -> list[str]:
    posts = view.posts
    account = posts["account"][rows]
    names = {"views": "viewCount", "likes": "likeCount", "comments": "commentCount"}
    columns = zip(
        youtube_posts(posts, view.relation, rows),
        stamps(posts["created"][rows], "s"),
        youtube_channels(account),
        scene.names(account),
        [_title(view.texts[n]) for n in rows.tolist()],
        [LANGUAGES[n] for n in posts["language"][rows].tolist()],
        figures(posts, rows, names, '"'),
        posts["paid"][rows].tolist(),
        posts["withheld"][rows].tolist(),
        strict=True,
    )
    return [
        f'{{"kind":"youtube#video","etag":"simulated","id":"{id}","snippet":{{'
        f'"publishedAt":"{at}Z","channelId":"{channel}",{title},"channelTitle":"{name}",'
        f'"liveBroadcastContent":"none","defaultLanguage":"{language}"}},'
        f'"statistics":{{{metrics}}},"status":{{"uploadStatus":"processed",'
        f'"privacyStatus":"public"}},"paidProductPlacementDetails":'
        f'{{"hasPaidProductPlacement":{"true" if paid else "false"}}},'
        f'"contentDetails":{{{_blocked(withheld)}}}}}'
        for id, at, channel, name, title, language, metrics, paid, withheld in columns
    ]


def _title(text: str) -> str:
    """Title and description: a long text is the description and its beginning the title."""
    if len(text) <= _TITLE:
        return f'"title":{quoted(text)},"description":""'
    return f'"title":{quoted(text[: _TITLE - 1] + "…")},"description":{quoted(text)}'


def _blocked(country: int) -> str:
    if country < 0:
        return ""
    return f'"regionRestriction":{{"blocked":["{COUNTRIES[country].code}"]}}'


def _comments(scene: Scene, view: View, rows: Rows, answered: Rows, video: Rows) -> list[str]:
    """Comments that answer others. video: (N,) rows of the videos under which posts stand."""
    posts = view.posts
    account = posts["account"][rows]
    likes = {"likes": "likeCount"}
    columns = zip(
        youtube_posts(posts, view.relation, rows),
        stamps(posts["created"][rows], "s"),
        youtube_channels(account),
        scene.society.handles(account),
        [quoted(view.texts[n]) for n in rows.tolist()],
        youtube_posts(posts, view.relation, answered[rows]),
        codes(posts["number"][video[rows]]),
        [f",{one}" if one else "" for one in figures(posts, rows, likes)],
        strict=True,
    )
    return [
        f'{{"kind":"youtube#comment","etag":"simulated","id":"{id}","snippet":{{'
        f'"videoId":"{film}","parentId":"{parent}","authorDisplayName":"@{handle}",'
        f'"authorChannelId":{{"value":"{author}"}},"textDisplay":{text},"textOriginal":{text},'
        f'"publishedAt":"{at}Z","updatedAt":"{at}Z"{metrics}}}}}'
        for id, at, author, handle, text, parent, film, metrics in columns
    ]


def _threads(scene: Scene, view: View, rows: Rows, answered: Rows) -> list[str]:
    """Comments that answer videos, each with what its thread tells."""
    posts = view.posts
    account, video = posts["account"][rows], answered[rows]
    columns = zip(
        youtube_posts(posts, view.relation, rows),
        stamps(posts["created"][rows], "s"),
        youtube_channels(account),
        scene.society.handles(account),
        [quoted(view.texts[n]) for n in rows.tolist()],
        codes(posts["number"][video]),
        youtube_channels(posts["account"][video]),
        [f",{one}" if one else "" for one in figures(posts, rows, {"likes": "likeCount"})],
        [f",{one}" if one else "" for one in figures(posts, rows, {"comments": "totalReplyCount"})],
        strict=True,
    )
    return [
        f'{{"kind":"youtube#commentThread","etag":"simulated","id":"{id}","snippet":{{'
        f'"channelId":"{owner}","videoId":"{film}","topLevelComment":{{"kind":"youtube#comment",'
        f'"etag":"simulated","id":"{id}","snippet":{{"channelId":"{owner}","videoId":"{film}",'
        f'"authorDisplayName":"@{handle}","authorChannelId":{{"value":"{author}"}},'
        f'"textDisplay":{text},"textOriginal":{text},'
        f'"publishedAt":"{at}Z","updatedAt":"{at}Z"{metrics}}}}},"canReply":true{replies},'
        f'"isPublic":true}}}}'
        for id, at, author, handle, text, film, owner, metrics, replies in columns
    ]


def _playlists(view: View, rows: Rows, video: Rows) -> list[str]:
    """Entries of playlists; of a comment that somebody shares it is the video that is kept."""
    posts = view.posts
    columns = zip(
        youtube_posts(posts, view.relation, rows),
        stamps(posts["created"][rows], "s"),
        youtube_channels(posts["account"][rows]),
        codes(posts["number"][video[rows]]),
        youtube_channels(posts["account"][video[rows]]),
        strict=True,
    )
    return [
        f'{{"kind":"youtube#playlistItem","etag":"simulated","id":"{id}","snippet":{{'
        f'"publishedAt":"{at}Z","channelId":"{channel}","title":"Simulated playlist entry",'
        f'"playlistId":"PL{channel}","position":0,"resourceId":{{"kind":"youtube#video",'
        f'"videoId":"{film}"}},"videoOwnerChannelId":"{owner}"}}}}'
        for id, at, channel, film, owner in columns
    ]
