"""One submission or comment of Reddit, as its API and the archives of it hold it, as a raw row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from howfar.readers.fields import MOST
from howfar.readers.json_posts import Row, no_post, not_public
from howfar.readers.json_values import BadPostError, Object, figure, identifier, obj, objs, text
from howfar.readers.json_values import truth_of as truth
from howfar.readers.marked_text import outside_host

KNOWN_FIELDS = frozenset(
    """
    _meta all_awardings allow_live_comments approved approved_at_utc approved_by archived
    associated_award author author_cakeday author_flair_background_color author_flair_css_class
    author_flair_richtext author_flair_template_id author_flair_text author_flair_text_color
    author_flair_type author_fullname author_is_blocked author_patreon_flair author_premium awarders
    banned_at_utc banned_by body body_html body_sha1 brand_safe can_gild can_mod_post category
    clicked collapsed collapsed_because_crowd_control collapsed_reason collapsed_reason_code
    collections comment_type content_categories contest_mode controversiality count created
    created_utc crosspost_parent crosspost_parent_list depth discussion_type distinguished domain
    downs edited expression_asset_data full_link gallery_data gilded gildings hidden hide_score id
    ignore_reports is_created_from_ads_ui is_crosspostable is_gallery is_meta is_original_content
    is_reddit_media_domain is_robot_indexable is_self is_submitter is_video likes
    link_author link_flair_background_color link_flair_css_class link_flair_richtext
    link_flair_template_id link_flair_text link_flair_text_color link_flair_type link_id
    link_permalink link_title link_url locked media media_embed media_metadata media_only mod_note
    mod_reason_by mod_reason_title mod_reports name new no_follow num_comments num_crossposts
    num_duplicates num_reports over_18 parent_id parent_whitelist_status permalink pinned poll_data
    post_categories post_hint preview promoted pwls quarantine removal_reason removed removed_by
    removed_by_category replies report_reasons retrieved_on retrieved_utc rte_mode saved score
    score_hidden secure_media secure_media_embed selftext selftext_html send_replies spam spoiler
    stickied subreddit subreddit_id subreddit_name_prefixed subreddit_subscribers subreddit_type
    suggested_sort thumbnail thumbnail_height thumbnail_width title top_awarded_type
    total_awards_received treatment_tags unrepliable_reason updated_on updated_utc ups upvote_ratio
    url url_overridden_by_dest user_reports view_count visited whitelist_status wls
    """.split()
)
"""Fields that the API or an archive is known to write, read or not."""

_GONE = frozenset(
    {"[deleted]", "[removed]", "[deleted by user]", "[removed by reddit]", "[ Removed by Reddit ]"}
)
_OWN_HOSTS = re.compile(r"(?:^|\.)(?:reddit\.com|redd\.it|redditmedia\.com|redditstatic\.com)$")
_CLOSED = frozenset({"private", "employees_only", "gold_only"})
_FULL_ID = re.compile(r"t[13]_[0-9a-z]{1,13}")
_BARE_ID = re.compile(r"[0-9a-z]{1,13}")
_UNITS = re.compile(r"[0-9]{1,12}")


def posts_in(value: Any) -> Iterator[Any]:
    """The things of a listing and of the replies below them, in order; any other value is one."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        kind, data = _thing(found)
        if isinstance(found, list):
            waiting += reversed(found)
        elif kind == "Listing":
            children = data.get("children")
            waiting += reversed(children if isinstance(children, list) else [])
        elif kind == "more":
            continue  # A note that further comments were not loaded: no record of the file.
        elif kind in ("t1", "t3"):
            yield data
            if isinstance(data.get("replies"), dict):
                waiting.append(data["replies"])
        else:
            yield found


def _thing(value: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        kind = value.get("kind")
        return (kind if isinstance(kind, str) else ""), value["data"]
    return "", {}


def raw_row(post: Any) -> Row:
    """The raw columns of a submission or comment. BadPostError where damaged, or none of them."""
    if not isinstance(post, dict):
        raise no_post("a submission or a comment")
    if post.get("kind") == "t4" or ("dest" in post and "was_comment" in post):
        raise not_public("a submission or a comment, no private message")
    comment = "body" in post
    if not (comment or "title" in post) or not ("created_utc" in post or "created" in post):
        raise no_post("a submission or a comment")
    if text(post, "subreddit_type") in _CLOSED:
        raise not_public("a community that is open to all")
    seen = _seen(post)
    row: Row = {
        "platform": "reddit",
        "post_id": _own_id(post, "t1" if comment else "t3"),
        **_author(post, "author_id", "author_handle"),
        "created_at": _moment(post, "created_utc"),
        "collected_at": seen,
        "observed_at": seen,
        "comments": None if comment else figure(post, "num_comments"),
        "shares": figure(post, "num_crossposts"),
        "exposure": "paid" if _advertised(post) else None,
        **_votes(post),
        **(_of_comment(post) if comment else _of_submission(post)),
    }
    if truth(post, "quarantine"):
        row |= {"availability": "labelled", "platform_label": "quarantined"}
    if _is_gone(post):
        row |= {"availability": "removed", "text": None}
    return row


def _of_comment(post: Object) -> Row:
    return {
        "relation": "reply",
        "kind": "comment",
        "parent_id": _full_id(post, "parent_id"),
        "thread_id": _full_id(post, "link_id"),
        "text": _unescaped(text(post, "body", empty="")),
    }


def _of_submission(post: Object) -> Row:
    title, body = text(post, "title", empty=""), text(post, "selftext")
    address = text(post, "url_overridden_by_dest") or text(post, "url")
    row: Row = {
        "relation": "original",
        "kind": _kind(post),
        "thread_id": _own_id(post, "t3"),
        "text": _unescaped(f"{title}\n\n{body}" if title and body else title or body or ""),
        "link": None if truth(post, "is_self") else outside_host([address], _OWN_HOSTS),
    }
    if post.get("crosspost_parent") is not None:
        originals = objs(post, "crosspost_parent_list")
        row |= {
            "relation": "repost",
            "parent_id": _full_id(post, "crosspost_parent"),
            **_author(
                originals[0] if originals else {}, "parent_author_id", "parent_author_handle"
            ),
        }
    return row


def _kind(post: Object) -> str:
    if truth(post, "is_gallery"):
        return "gallery"
    if post.get("poll_data"):
        return "poll"
    if truth(post, "is_video"):
        return "video"
    return text(post, "post_hint") or ("self" if truth(post, "is_self") else "link")


def _author(post: Object, id: str, handle: str) -> Row:
    name = text(post, "author")
    if name in _GONE:
        name = None
    return {id: identifier(post, "author_fullname"), handle: name}


def _own_id(post: Object, kind: str) -> str:
    name = post.get("name")
    if isinstance(name, str) and _FULL_ID.fullmatch(name) and name.startswith(kind):
        return name
    bare = post.get("id")
    if not isinstance(bare, str) or not _BARE_ID.fullmatch(bare):
        raise BadPostError("id", "id: expected digits and small letters in quotation marks")
    return f"{kind}_{bare}"


def _full_id(post: Object, key: str) -> str | None:
    found = post.get(key)
    if found is None:
        return None
    if not isinstance(found, str) or not _FULL_ID.fullmatch(found):
        raise BadPostError("id", f"{key}: expected t1_ or t3_ and an id")
    return found


def _moment(post: Object, key: str) -> int | None:
    """UTC microseconds of seconds since 1970: a number, or digits in a text (dumps of 2012)."""
    found = post.get(key)
    if found is None:
        return None
    if isinstance(found, str) and _UNITS.fullmatch(found):
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < MOST:
        raise BadPostError("date", f"{key}: expected seconds since 1970")
    return round(found * 1_000_000) if isinstance(found, float) else found * 1_000_000


def _seen(post: Object) -> int | None:
    """When an archive last read the figures off; an answer of the API does not say."""
    about = obj(post, "_meta")
    told = [_moment(about, "retrieved_2nd_on")]
    told += [
        _moment(post, key) for key in ("updated_utc", "updated_on", "retrieved_utc", "retrieved_on")
    ]
    return next((moment for moment in told if moment is not None), None)


def _votes(post: Object) -> Row:
    """Votes for a post where they are told apart from those against, else what is left of them.

    Below zero nothing is known of how many there were. A hidden score is no observation.
    """
    if truth(post, "score_hidden") or truth(post, "hide_score"):
        return {}
    score = post.get("score")
    if score is not None and (type(score) is not int or abs(score) >= MOST):
        raise BadPostError("number", "score: expected a whole number")
    votes = figure(post, "ups") if figure(post, "downs") else score
    if votes is None or votes < 0:
        return {}
    return {"reactions": votes}


def _advertised(post: Object) -> bool:
    return bool(truth(post, "promoted") or truth(post, "is_created_from_ads_ui"))


def _is_gone(post: Object) -> bool:
    """Deleted by its author or removed, when it was read or later; its text is then not kept."""
    about = obj(post, "_meta")
    marks = (
        post.get("removed_by_category"),
        about.get("was_deleted_later"),
        about.get("was_initially_deleted"),
        about.get("removal_type"),
    )
    shown = (post.get("selftext"), post.get("body"), post.get("title"))
    return any(marks) or any(part in _GONE for part in shown if isinstance(part, str))


def _unescaped(shown: str | None) -> str | None:
    """Reddit writes three characters of a text as HTML does, and no others."""
    if shown is None or "&" not in shown:
        return shown
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
