"""The objects of the X API v2 as typed structures, for decoding many posts at once.

Every field that the documentation or the tool names is here, read or not, so that a decoded line
can be compared with its text: what is missing here sends the line to the careful path.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

from howfar.readers.fields import MOST

Text = str | UnsetType | None
Count = Annotated[int, Meta(ge=0, lt=MOST)] | UnsetType | None
Number = int | float | UnsetType | None
Flag = bool | UnsetType | None


class Image(Struct, gc=False):
    url: Text = UNSET
    width: Number = UNSET
    height: Number = UNSET


class Url(Struct, gc=False):
    start: Number = UNSET
    end: Number = UNSET
    url: Text = UNSET
    expanded_url: Text = UNSET
    display_url: Text = UNSET
    unwound_url: Text = UNSET
    title: Text = UNSET
    description: Text = UNSET
    status: int | str | UnsetType | None = UNSET
    images: list[Image] | UnsetType | None = UNSET
    media_key: Text = UNSET


class Tag(Struct, gc=False):
    start: Number = UNSET
    end: Number = UNSET
    tag: Text = UNSET


class Annotation(Struct, gc=False):
    start: Number = UNSET
    end: Number = UNSET
    probability: Number = UNSET
    type: Text = UNSET
    normalized_text: Text = UNSET


class ProfileMention(Struct, gc=False):
    start: Number = UNSET
    end: Number = UNSET
    username: Text = UNSET
    id: Text = UNSET


class ProfileTexts(Struct, gc=False):
    urls: list[Url] | UnsetType | None = UNSET
    hashtags: list[Tag] | UnsetType | None = UNSET
    cashtags: list[Tag] | UnsetType | None = UNSET
    mentions: list[ProfileMention] | UnsetType | None = UNSET


class ProfileEntities(Struct, gc=False):
    url: ProfileTexts | UnsetType | None = UNSET
    description: ProfileTexts | UnsetType | None = UNSET


class UserMetrics(Struct, gc=False):
    followers_count: Count = UNSET
    following_count: Number = UNSET
    tweet_count: Number = UNSET
    listed_count: Number = UNSET
    like_count: Number = UNSET
    media_count: Number = UNSET


class User(Struct, gc=False):
    id: Text = UNSET
    username: Text = UNSET
    name: Text = UNSET
    created_at: Text = UNSET
    description: Text = UNSET
    entities: ProfileEntities | UnsetType | None = UNSET
    location: Text = UNSET
    pinned_tweet_id: Text = UNSET
    most_recent_tweet_id: Text = UNSET
    profile_image_url: Text = UNSET
    profile_banner_url: Text = UNSET
    protected: Flag = UNSET
    public_metrics: UserMetrics | UnsetType | None = UNSET
    url: Text = UNSET
    verified: Flag = UNSET
    verified_type: Text = UNSET


class Mention(User, gc=False):
    start: Number = UNSET
    end: Number = UNSET


class Entities(Struct, gc=False):
    urls: list[Url] | UnsetType | None = UNSET
    hashtags: list[Tag] | UnsetType | None = UNSET
    cashtags: list[Tag] | UnsetType | None = UNSET
    mentions: list[Mention] | UnsetType | None = UNSET
    annotations: list[Annotation] | UnsetType | None = UNSET


class PostMetrics(Struct, gc=False):
    retweet_count: Count = UNSET
    reply_count: Count = UNSET
    like_count: Count = UNSET
    quote_count: Count = UNSET
    bookmark_count: Count = UNSET
    impression_count: Count = UNSET


class Named(Struct, gc=False):
    id: Text = UNSET
    name: Text = UNSET
    description: Text = UNSET


class Context(Struct, gc=False):
    domain: Named | UnsetType | None = UNSET
    entity: Named | UnsetType | None = UNSET


class EditControls(Struct, gc=False):
    edits_remaining: int | str | UnsetType | None = UNSET
    is_edit_eligible: Flag = UNSET
    editable_until: Text = UNSET


class Point(Struct, gc=False):
    type: Text = UNSET
    coordinates: list[float] | UnsetType | None = UNSET


class Nothing(Struct, gc=False):
    """An object without members."""


class Box(Struct, gc=False):
    type: Text = UNSET
    bbox: list[float] | UnsetType | None = UNSET
    properties: Nothing | UnsetType | None = UNSET


class Geo(Struct, gc=False):
    """Where a post was; with the place's own fields where the tool put the place inside."""

    place_id: Text = UNSET
    coordinates: Point | UnsetType | None = UNSET
    id: Text = UNSET
    country: Text = UNSET
    country_code: Text = UNSET
    full_name: Text = UNSET
    name: Text = UNSET
    place_type: Text = UNSET
    geo: Box | UnsetType | None = UNSET


class Variant(Struct, gc=False):
    bit_rate: Number = UNSET
    content_type: Text = UNSET
    url: Text = UNSET


class MediaMetrics(Struct, gc=False):
    view_count: Number = UNSET


class Media(Struct, gc=False):
    media_key: Text = UNSET
    type: Text = UNSET
    url: Text = UNSET
    width: Number = UNSET
    height: Number = UNSET
    duration_ms: Number = UNSET
    preview_image_url: Text = UNSET
    alt_text: Text = UNSET
    public_metrics: MediaMetrics | UnsetType | None = UNSET
    variants: list[Variant] | UnsetType | None = UNSET


class Attachments(Struct, gc=False):
    media_keys: list[str] | UnsetType | None = UNSET
    media: list[Media] | UnsetType | None = UNSET
    poll_ids: list[str] | UnsetType | None = UNSET


class Withheld(Struct, gc=False):
    copyright: Flag = UNSET
    country_codes: list[str] | UnsetType | None = UNSET
    scope: Text = UNSET

    @property
    def told(self) -> bool:
        """Whether the object has any member."""
        return not (self.copyright is self.country_codes is self.scope is UNSET)


class Note(Struct, gc=False):
    text: Text = UNSET
    entities: Entities | UnsetType | None = UNSET


class Retrieval(Struct, gc=False):
    """What the tool says of the answer that a line holds."""

    url: Text = UNSET
    version: Text = UNSET
    retrieved_at: str | UnsetType = UNSET


class Message(Struct, gc=False):
    """A post without the posts that it refers to."""

    id: Text = UNSET
    text: Text = UNSET
    author_id: Text = UNSET
    created_at: Text = UNSET
    lang: Text = UNSET
    conversation_id: Text = UNSET
    public_metrics: PostMetrics | UnsetType | None = UNSET
    in_reply_to_user_id: Text = UNSET
    geo: Geo | UnsetType | None = UNSET
    attachments: Attachments | UnsetType | None = UNSET
    entities: Entities | UnsetType | None = UNSET
    note_tweet: Note | UnsetType | None = UNSET
    withheld: Withheld | UnsetType | None = UNSET
    source: Text = UNSET
    reply_settings: Text = UNSET
    possibly_sensitive: Flag = UNSET
    context_annotations: list[Context] | UnsetType | None = UNSET
    edit_history_tweet_ids: list[str] | UnsetType | None = UNSET
    edit_controls: EditControls | UnsetType | None = UNSET
    display_text_range: list[int] | UnsetType | None = UNSET
    author: User | UnsetType | None = UNSET
    in_reply_to_user: User | UnsetType | None = UNSET
    twarc: Retrieval | UnsetType = field(name="__twarc", default=UNSET)


class Reference(Struct, gc=False):
    type: Text = UNSET
    id: Text = UNSET


class Quoted(Message, gc=False):
    type: Text = UNSET
    referenced_tweets: list[Reference] | UnsetType | None = UNSET


class Referred(Message, gc=False):
    type: Text = UNSET
    referenced_tweets: list[Quoted] | UnsetType | None = UNSET


class Post(Message, gc=False):
    referenced_tweets: list[Referred] | UnsetType | None = UNSET


class Option(Struct, gc=False):
    position: Number = UNSET
    label: Text = UNSET
    votes: Number = UNSET


class Poll(Struct, gc=False):
    id: Text = UNSET
    options: list[Option] | UnsetType | None = UNSET
    duration_minutes: Number = UNSET
    end_datetime: Text = UNSET
    voting_status: Text = UNSET


class Included(Struct, gc=False):
    """What a page tells beside its posts."""

    users: list[User] | UnsetType = UNSET
    tweets: list[Referred] | UnsetType = UNSET
    places: list[Geo] | UnsetType = UNSET
    media: list[Media] | UnsetType = UNSET
    polls: list[Poll] | UnsetType = UNSET


class PageMeta(Struct, gc=False):
    newest_id: Text = UNSET
    oldest_id: Text = UNSET
    next_token: Text = UNSET
    previous_token: Text = UNSET
    result_count: Number = UNSET


class Trouble(Struct, gc=False):
    """A partial error: an object that the page refers to and the API does not give."""

    value: Text = UNSET
    detail: Text = UNSET
    title: Text = UNSET
    type: Text = UNSET
    section: Text = UNSET
    parameter: Text = UNSET
    resource_id: Text = UNSET
    resource_type: Text = UNSET


class Rule(Struct, gc=False):
    id: int | str | UnsetType = UNSET
    tag: Text = UNSET


class Line(Post, gc=False):
    """One line of a file: a post, or a page of posts in ``data``."""

    data: list[Post] | Post | UnsetType = UNSET
    includes: Included | UnsetType = UNSET
    meta: PageMeta | UnsetType = UNSET
    errors: list[Trouble] | UnsetType = UNSET
    matching_rules: list[Rule] | UnsetType = UNSET
