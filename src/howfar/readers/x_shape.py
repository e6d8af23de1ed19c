"""The objects of the X API v2 as typed structures, for decoding many posts at once.

Every field that the documentation or the tool names is here, read or not, so that a decoded line
can be compared with its text: what is missing here sends the line to the careful path.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from howfar.readers.fields import MOST
from howfar.readers.json_members import ABSENT

Text = str | None
Count = Annotated[int, Meta(ge=0, lt=MOST)] | None
Number = int | float | None
Flag = bool | None


class Object(Struct, gc=False, omit_defaults=True):
    """A JSON object; a member that the text does not have is ABSENT."""


class Image(Object):
    url: Text = ABSENT
    width: Number = ABSENT
    height: Number = ABSENT


class Url(Object):
    start: Number = ABSENT
    end: Number = ABSENT
    url: Text = ABSENT
    expanded_url: Text = ABSENT
    display_url: Text = ABSENT
    unwound_url: Text = ABSENT
    title: Text = ABSENT
    description: Text = ABSENT
    status: int | str | None = ABSENT
    images: list[Image] | None = ABSENT
    media_key: Text = ABSENT


class Tag(Object):
    start: Number = ABSENT
    end: Number = ABSENT
    tag: Text = ABSENT


class Annotation(Object):
    start: Number = ABSENT
    end: Number = ABSENT
    probability: Number = ABSENT
    type: Text = ABSENT
    normalized_text: Text = ABSENT


class ProfileMention(Object):
    start: Number = ABSENT
    end: Number = ABSENT
    username: Text = ABSENT
    id: Text = ABSENT


class ProfileTexts(Object):
    urls: list[Url] | None = ABSENT
    hashtags: list[Tag] | None = ABSENT
    cashtags: list[Tag] | None = ABSENT
    mentions: list[ProfileMention] | None = ABSENT


class ProfileEntities(Object):
    url: ProfileTexts | None = ABSENT
    description: ProfileTexts | None = ABSENT


class UserMetrics(Object):
    followers_count: Count = ABSENT
    following_count: Number = ABSENT
    tweet_count: Number = ABSENT
    listed_count: Number = ABSENT
    like_count: Number = ABSENT
    media_count: Number = ABSENT


class User(Object):
    id: Text = ABSENT
    username: Text = ABSENT
    name: Text = ABSENT
    created_at: Text = ABSENT
    description: Text = ABSENT
    entities: ProfileEntities | None = ABSENT
    location: Text = ABSENT
    pinned_tweet_id: Text = ABSENT
    most_recent_tweet_id: Text = ABSENT
    profile_image_url: Text = ABSENT
    profile_banner_url: Text = ABSENT
    protected: Flag = ABSENT
    public_metrics: UserMetrics | None = ABSENT
    url: Text = ABSENT
    verified: Flag = ABSENT
    verified_type: Text = ABSENT


class Mention(User):
    start: Number = ABSENT
    end: Number = ABSENT


class Entities(Object):
    urls: list[Url] | None = ABSENT
    hashtags: list[Tag] | None = ABSENT
    cashtags: list[Tag] | None = ABSENT
    mentions: list[Mention] | None = ABSENT
    annotations: list[Annotation] | None = ABSENT


class PostMetrics(Object):
    retweet_count: Count = ABSENT
    reply_count: Count = ABSENT
    like_count: Count = ABSENT
    quote_count: Count = ABSENT
    bookmark_count: Count = ABSENT
    impression_count: Count = ABSENT


class Named(Object):
    id: Text = ABSENT
    name: Text = ABSENT
    description: Text = ABSENT


class Context(Object):
    domain: Named | None = ABSENT
    entity: Named | None = ABSENT


class EditControls(Object):
    edits_remaining: int | str | None = ABSENT
    is_edit_eligible: Flag = ABSENT
    editable_until: Text = ABSENT


class Point(Object):
    type: Text = ABSENT
    coordinates: list[float] | None = ABSENT


class Nothing(Object):
    """An object without members."""


class Box(Object):
    type: Text = ABSENT
    bbox: list[float] | None = ABSENT
    properties: Nothing | None = ABSENT


class Geo(Object):
    """Where a post was; with the place's own fields where the tool put the place inside."""

    place_id: Text = ABSENT
    coordinates: Point | None = ABSENT
    id: Text = ABSENT
    country: Text = ABSENT
    country_code: Text = ABSENT
    full_name: Text = ABSENT
    name: Text = ABSENT
    place_type: Text = ABSENT
    geo: Box | None = ABSENT


class Variant(Object):
    bit_rate: Number = ABSENT
    content_type: Text = ABSENT
    url: Text = ABSENT


class MediaMetrics(Object):
    view_count: Number = ABSENT


class Media(Object):
    media_key: Text = ABSENT
    type: Text = ABSENT
    url: Text = ABSENT
    width: Number = ABSENT
    height: Number = ABSENT
    duration_ms: Number = ABSENT
    preview_image_url: Text = ABSENT
    alt_text: Text = ABSENT
    public_metrics: MediaMetrics | None = ABSENT
    variants: list[Variant] | None = ABSENT


class Attachments(Object):
    media_keys: list[str] | None = ABSENT
    media: list[Media] | None = ABSENT
    poll_ids: list[str] | None = ABSENT


class Withheld(Object):
    copyright: Flag = ABSENT
    country_codes: list[str] | None = ABSENT
    scope: Text = ABSENT

    @property
    def told(self) -> bool:
        """Whether the object has any member."""
        return any(each is not ABSENT for each in (self.copyright, self.country_codes, self.scope))


class Note(Object):
    text: Text = ABSENT
    entities: Entities | None = ABSENT


class Retrieval(Object):
    """What the tool says of the answer that a line holds."""

    url: Text = ABSENT
    version: Text = ABSENT
    retrieved_at: str = ABSENT


class Message(Object):
    """A post without the posts that it refers to."""

    id: Text = ABSENT
    text: Text = ABSENT
    author_id: Text = ABSENT
    created_at: Text = ABSENT
    lang: Text = ABSENT
    conversation_id: Text = ABSENT
    public_metrics: PostMetrics | None = ABSENT
    in_reply_to_user_id: Text = ABSENT
    geo: Geo | None = ABSENT
    attachments: Attachments | None = ABSENT
    entities: Entities | None = ABSENT
    note_tweet: Note | None = ABSENT
    withheld: Withheld | None = ABSENT
    source: Text = ABSENT
    reply_settings: Text = ABSENT
    possibly_sensitive: Flag = ABSENT
    context_annotations: list[Context] | None = ABSENT
    edit_history_tweet_ids: list[str] | None = ABSENT
    edit_controls: EditControls | None = ABSENT
    display_text_range: list[int] | None = ABSENT
    author: User | None = ABSENT
    in_reply_to_user: User | None = ABSENT
    twarc: Retrieval = field(name="__twarc", default=ABSENT)


class Reference(Object):
    type: Text = ABSENT
    id: Text = ABSENT


class Quoted(Message):
    type: Text = ABSENT
    referenced_tweets: list[Reference] | None = ABSENT


class Referred(Message):
    type: Text = ABSENT
    referenced_tweets: list[Quoted] | None = ABSENT


class Post(Message):
    referenced_tweets: list[Referred] | None = ABSENT


class Option(Object):
    position: Number = ABSENT
    label: Text = ABSENT
    votes: Number = ABSENT


class Poll(Object):
    id: Text = ABSENT
    options: list[Option] | None = ABSENT
    duration_minutes: Number = ABSENT
    end_datetime: Text = ABSENT
    voting_status: Text = ABSENT


class Included(Object):
    """What a page tells beside its posts."""

    users: list[User] = ABSENT
    tweets: list[Referred] = ABSENT
    places: list[Geo] = ABSENT
    media: list[Media] = ABSENT
    polls: list[Poll] = ABSENT


class PageMeta(Object):
    newest_id: Text = ABSENT
    oldest_id: Text = ABSENT
    next_token: Text = ABSENT
    previous_token: Text = ABSENT
    result_count: Number = ABSENT


class Trouble(Object):
    """A partial error: an object that the page refers to and the API does not give."""

    value: Text = ABSENT
    detail: Text = ABSENT
    title: Text = ABSENT
    type: Text = ABSENT
    section: Text = ABSENT
    parameter: Text = ABSENT
    resource_id: Text = ABSENT
    resource_type: Text = ABSENT


class Rule(Object):
    id: int | str = ABSENT
    tag: Text = ABSENT


class Line(Post):
    """One line of a file: a post, or a page of posts in ``data``."""

    data: list[Post] | Post = ABSENT
    includes: Included = ABSENT
    meta: PageMeta = ABSENT
    errors: list[Trouble] = ABSENT
    matching_rules: list[Rule] = ABSENT
