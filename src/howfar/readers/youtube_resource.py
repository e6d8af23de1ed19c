"""One resource of the YouTube Data API as raw rows: videos, comments and what stands for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from typing import Any

from howfar.readers.api_answers import author_needed
from howfar.readers.json_values import (
    BadPostError,
    Object,
    figure,
    identifier,
    name_of,
    obj,
    text,
    texts,
    truth_of,
)
from howfar.readers.youtube_comment import comment_row, comments_of

Row = dict[str, Any]

KNOWN_FIELDS = frozenset(
    (
        *("kind", "etag", "id", "snippet", "statistics", "contentDetails", "status", "player"),
        *("topicDetails", "recordingDetails", "fileDetails", "processingDetails", "suggestions"),
        *("liveStreamingDetails", "localizations", "monetizationDetails", "replies"),
        *("paidProductPlacementDetails", "brandingSettings", "contentOwnerDetails", "auditDetails"),
        "ageGating",
        *("snippet.publishedAt", "snippet.channelId", "snippet.title", "snippet.description"),
        *("snippet.thumbnails", "snippet.channelTitle", "snippet.tags", "snippet.categoryId"),
        *("snippet.liveBroadcastContent", "snippet.defaultLanguage", "snippet.localized"),
        *("snippet.defaultAudioLanguage", "snippet.publishTime", "snippet.playlistId"),
        *("snippet.position", "snippet.resourceId", "snippet.videoOwnerChannelTitle"),
        *("snippet.videoOwnerChannelId", "snippet.type", "snippet.groupId", "snippet.customUrl"),
        *("snippet.country", "snippet.authorDisplayName", "snippet.authorProfileImageUrl"),
        *("snippet.authorChannelUrl", "snippet.authorChannelId", "snippet.textDisplay"),
        *("snippet.textOriginal", "snippet.parentId", "snippet.videoId", "snippet.canRate"),
        *("snippet.viewerRating", "snippet.likeCount", "snippet.moderationStatus"),
        *("snippet.updatedAt", "snippet.topLevelComment", "snippet.canReply", "snippet.isPublic"),
        *("snippet.totalReplyCount", "snippet.imageUrl"),
        *("statistics.viewCount", "statistics.likeCount", "statistics.dislikeCount"),
        *("statistics.favoriteCount", "statistics.commentCount", "statistics.subscriberCount"),
        *("statistics.hiddenSubscriberCount", "statistics.videoCount"),
    )
)
"""Parts of a resource that the documentation names, and the members of snippet and statistics."""

OTHER_KINDS = {
    "youtube#channel": "channels without figures",
    "youtube#playlist": "playlists",
    "youtube#subscription": "subscriptions",
    "youtube#videoCategory": "categories of videos",
    "youtube#caption": "captions",
    "youtube#videoGetRatingResponse": "ratings that the asking account gave",
    "youtube#i18nRegion": "regions",
    "youtube#i18nLanguage": "languages",
    "youtube#liveChatMessage": "messages of a live chat",
}
"""What else the API gives, for messages."""

# What a list shows in the place of a video's own title and description.
_PRIVATE = ("Private video", "This video is private.")
_REMOVED = ("Deleted video", "This video is unavailable.")
_COUNTS = {"viewCount": "views", "subscriberCount": "followers", "videoCount": "posts"}
_PICTURE = re.compile(r"https://i[0-9]*\.ytimg\.com/vi/([A-Za-z0-9_-]{11})/")


def is_resource(value: Any) -> bool:
    """Whether a value is a resource of its own, not a part of one or a page of them."""
    if not isinstance(value, dict):
        return False
    kind = value.get("kind")
    if not isinstance(kind, str) or not kind.startswith("youtube#") or "items" in value:
        return False
    # A search result's id and a playlist item's resourceId have a kind as well.
    return "etag" in value or "snippet" in value or "statistics" in value


def posts_of(resource: Object) -> list[Callable[[], Row]] | str:
    """The posts that a resource holds, or what it is if it holds none, in our words.

    Each is called for its row; BadPostError where it is damaged or not public.
    """
    kind = resource.get("kind")
    if kind == "youtube#commentThread":
        return comments_of(resource)
    if kind == "youtube#comment":
        return [partial(comment_row, resource, {}, {})]
    if kind in ("youtube#video", "youtube#videoStats"):
        return [partial(_video, resource)]
    if kind == "youtube#playlistItem":
        return [partial(_playlist_video, resource)]
    if kind == "youtube#searchResult":
        if obj(resource, "id").get("kind") == "youtube#video":
            return [partial(_search_result, resource)]
        return "channels or playlists that a search found"
    if kind == "youtube#activity":
        if obj(resource, "snippet").get("type") == "upload":
            return [partial(_upload, resource)]
        return "activities other than uploads"
    if isinstance(kind, str) and kind in OTHER_KINDS:
        return OTHER_KINDS[kind]
    return "errors of the API" if "error" in resource else "something else"


def _video(resource: Object) -> Row:
    snippet = obj(resource, "snippet")
    status = obj(resource, "status")
    if text(status, "privacyStatus") == "private":
        raise BadPostError("not_public", "privacyStatus: expected a video that is not private")
    figures = obj(resource, "statistics")
    likes = figure(figures, "likeCount", as_text=True)
    row = {
        "post_id": identifier(resource, "id", required=True),
        "created_at": text(snippet, "publishedAt") or text(snippet, "publishTime"),
        "language": text(snippet, "defaultLanguage") or text(snippet, "defaultAudioLanguage"),
        "views": figure(figures, "viewCount", as_text=True),
        "reactions": likes,
        "reaction_like": likes,
        # Dislikes, public until 2021, are kept apart: likes alone are what later exports give.
        "reaction_other": figure(figures, "dislikeCount", as_text=True),
        "comments": figure(figures, "commentCount", as_text=True),
        **_about(snippet),
        **_where(obj(obj(resource, "contentDetails"), "regionRestriction")),
    }
    if "liveStreamingDetails" in resource:
        row["kind"] = "live"
    if text(status, "uploadStatus") in ("deleted", "rejected"):
        row["availability"] = "removed"
    if truth_of(obj(resource, "paidProductPlacementDetails"), "hasPaidProductPlacement"):
        row["exposure"] = "paid"
    return row


def _about(snippet: Object, read: Callable[[str], str] = str) -> Row:
    """Author, text and kind of a video; title and description are its text."""
    lines = [text(snippet, name, empty="") for name in ("title", "description")]
    given = [read(line) for line in lines if line is not None]
    broadcast = text(snippet, "liveBroadcastContent")
    return {
        "platform": "youtube",
        "author_id": identifier(snippet, "channelId"),
        "author_name": name_of(snippet, "channelTitle"),
        "relation": "original",
        "kind": "live" if broadcast in ("live", "upcoming") else "video",
        "text": "\n\n".join(line for line in given if line) if given else None,
    }


def _where(restriction: Object) -> Row:
    """Where a video is kept from: named countries, or all but those in which it is allowed."""
    blocked = texts(restriction, "blocked")
    withheld = bool(blocked) or "allowed" in restriction
    return {
        "availability": "withheld" if withheld else None,
        "withheld_in": blocked or None,
    }


def _search_result(resource: Object) -> Row:
    snippet = obj(resource, "snippet")
    return {
        # The search escapes texts for web pages, other answers do not.
        **_about(snippet, unescape),
        "post_id": identifier(obj(resource, "id"), "videoId", required=True),
        "created_at": text(snippet, "publishedAt"),
    }


def _upload(resource: Object) -> Row:
    snippet = obj(resource, "snippet")
    video = identifier(obj(obj(resource, "contentDetails"), "upload"), "videoId")
    return {
        **_about(snippet),
        "post_id": video or _pictured(snippet),
        "created_at": text(snippet, "publishedAt"),
    }


def _pictured(snippet: Object) -> str:
    """The video's id, which the address of its picture holds."""
    for picture in obj(snippet, "thumbnails").values():
        address = picture.get("url") if isinstance(picture, dict) else None
        found = _PICTURE.match(address) if isinstance(address, str) else None
        if found:
            return found[1]
    raise BadPostError("id", "contentDetails: expected the id of the uploaded video")


def _in_uploads(resource: Object) -> bool:
    """Whether the playlist is the list of all that its channel uploaded."""
    snippet = obj(resource, "snippet")
    playlist, channel = identifier(snippet, "playlistId"), identifier(snippet, "channelId")
    return bool(playlist and channel) and playlist == "UU" + str(channel)[2:]


def _playlist_video(resource: Object) -> Row:
    snippet, details = obj(resource, "snippet"), obj(resource, "contentDetails")
    owner = identifier(snippet, "videoOwnerChannelId")
    name = name_of(snippet, "videoOwnerChannelTitle")
    if owner is None and _in_uploads(resource):
        owner, name = identifier(snippet, "channelId"), name_of(snippet, "channelTitle")
    if text(obj(resource, "status"), "privacyStatus") == "private":
        raise BadPostError("not_public", "privacyStatus: expected a video that is not private")
    placeholder = (text(snippet, "title"), text(snippet, "description"))
    if placeholder == _PRIVATE:
        raise BadPostError("not_public", "title: expected a video that is not private")
    if owner is None:
        raise author_needed("videoOwnerChannelId")
    return {
        **_about(snippet),
        **({"text": None, "availability": "removed"} if placeholder == _REMOVED else {}),
        "author_id": owner,
        "author_name": name,
        "post_id": identifier(details, "videoId")
        or identifier(obj(snippet, "resourceId"), "videoId", required=True),
        "created_at": text(details, "videoPublishedAt") or text(snippet, "publishedAt"),
    }


def playlist_share(resource: Object) -> Row | None:
    """That a channel took up a video in a playlist, for shares; the time is still text.

    Null for other resources, and where the video's own time is told: then it is a post. Of a
    playlist that is no list of uploads, snippet.publishedAt is when the video was taken up.
    """
    if (
        resource.get("kind") != "youtube#playlistItem"
        or "videoPublishedAt" in obj(resource, "contentDetails")
        or _in_uploads(resource)
    ):
        return None
    snippet = obj(resource, "snippet")
    return {
        "platform": "youtube",
        "account_id": identifier(snippet, "channelId", required=True),
        "object": identifier(obj(snippet, "resourceId"), "videoId", required=True),
        "object_kind": "post",
        "post_id": identifier(resource, "id", required=True),
        "shared_at": text(snippet, "publishedAt"),
    }


def channel_figures(resource: Object) -> list[Row]:
    """Followers, views and videos of a channel, for account_counts; hidden ones are left out."""
    if resource.get("kind") != "youtube#channel":
        return []
    figures = obj(resource, "statistics")
    handle = text(obj(resource, "snippet"), "customUrl")
    hidden = truth_of(figures, "hiddenSubscriberCount")
    account = {
        "platform": "youtube",
        "account_id": identifier(resource, "id", required=True),
        # Older custom addresses are no handles: the same word may be another channel's handle.
        "account_handle": handle if handle and handle.startswith("@") else None,
    }
    values = {_COUNTS[name]: figure(figures, name, as_text=True) for name in _COUNTS}
    if hidden:
        values["followers"] = None
    return [
        {**account, "metric": metric, "value": value}
        for metric, value in values.items()
        if value is not None
    ]
