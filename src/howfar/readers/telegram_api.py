"""Messages of Telegram channels as programs get them from Telegram's interfaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from howfar.readers.json_head import json_head
from howfar.readers.json_posts import json_posts
from howfar.readers.telegram_bot import messages_in
from howfar.readers.telegram_forms import any_row
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_KNOWN = frozenset(
    """
    _ id message_id peer_id to_id from_id sender_id chat_id channel_id channel date message text
    entities media views forwards replies reactions fwd_from reply_to reply_to_msg_id
    reply_to_message_id edit_date grouped_id post post_author via_bot_id via_business_bot_id out
    mentioned media_unread silent from_scheduled legacy edit_hide pinned noforwards invert_media
    offline video_processing_pending paid_suggested_post_stars from_boosts_applied saved_peer_id
    reply_markup restriction_reason ttl_period quick_reply_shortcut_id effect factcheck
    report_delivery_until_date paid_message_stars suggested_post action reactions_are_possible

    @type @extra is_outgoing is_pinned is_from_offline can_be_saved can_be_edited can_be_forwarded
    has_timestamped_media is_channel_post is_topic_message is_paid_star_suggested_post
    contains_unread_mention sending_state scheduling_state forward_info import_info interaction_info
    unread_reactions fact_check suggested_post_info message_thread_id saved_messages_topic_id
    topic_id self_destruct_type self_destruct_in auto_delete_in via_bot_user_id
    sender_business_bot_user_id sender_boost_count paid_message_star_count author_signature
    media_album_id effect_id has_sensitive_content restriction_info content reply_in_chat_id

    chat sender_chat from caption caption_entities photo video animation document audio voice
    video_note sticker poll location venue contact dice game story paid_media forward_origin
    forward_from forward_from_chat forward_from_message_id forward_sender_name forward_signature
    forward_date reply_to_message link_preview_options show_caption_above_media has_media_spoiler
    has_protected_content is_automatic_forward media_group_id edit_hide_date
    """.split()
)


class TelegramApi:
    """Messages as objects of Telegram's client interface, TDLib, bots, or flat ones."""

    declaration = ReaderDeclaration(
        id="telegram-api",
        title="Telegram messages of an interface, JSON",
        platform="telegram",
        exported_by=(
            "programs that get channels' messages from Telegram's interface for clients, by TDLib "
            "or by a bot, and store them as objects"
        ),
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_*"),
            "posts.withheld",
            *("counts.comments", "counts.shares"),
        ),
        lacks=(
            "the time of the crawl, which the study declares; members of the channel. Flat objects "
            "hold what their program kept: often no views, forwards or reactions, and no word of "
            "what a message repeats (relation unknown). Whether a channel is public is told by "
            "bots alone; messages of persons' chats and small groups are rejected as not_public, "
            "and so are those that name neither their chat nor a channel as sender. Accounts "
            "are known by number: name a channel in channels.csv by account_id, -100 and its "
            "number. Real samples were read of flat objects; the other forms rest on documentation"
        ),
        tested_on="real samples",
        needs=("observed_at",),
        how_to_obtain=(
            "Register a client at my.telegram.org with an account of the project's own, and let a "
            "client library list a public channel's messages; store each message whole, as the "
            "library turns it into JSON, with views, forwards, replies and reactions. Note the "
            "time."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where objects have the fields of one of the forms."""
        shown = json_head(head)
        if shown.has("peer_id", "message", "date") and shown.says("_", "Message"):
            return Sniff(0.95, "objects are messages of Telegram's interface for clients")
        if shown.has("chat_id", "content", "date") and shown.says("@type", "message"):
            return Sniff(0.95, "objects are messages of TDLib")
        if shown.has("message_id", "chat", "date") and shown.says(
            "type", "channel|supergroup|group|private"
        ):
            return Sniff(0.85, "objects are messages as bots of Telegram get them")
        if shown.has("message_id", "sender_id", "date", "text"):
            return Sniff(0.85, "objects have the fields message_id, sender_id, date and text")
        if shown.has("id", "date", "message", "views", "forwards"):
            return Sniff(0.6, "objects have the fields id, date, message, views and forwards")
        return Sniff(0.0, "there are no messages with fields of Telegram")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Messages in the file's order."""
        return json_posts(
            document,
            context,
            tally,
            lists=("", "messages", "result"),
            is_record=_is_record,
            row=any_row,
            known=_KNOWN,
            split=messages_in,
        )


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and ("update_id" in value or "date" in value)


READER = TelegramApi()
