"""Answers of Facebook's Graph API: posts with their comments, and pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from howfar.readers.api_answers import Answers, api_batches, first_values, inner_list
from howfar.readers.facebook_post import (
    KNOWN_FIELDS,
    comment_row,
    is_alias,
    is_comment,
    is_page,
    is_post,
    page_figures,
    post_row,
)
from howfar.readers.graph_value import by_id, is_insight, other_what
from howfar.readers.json_records import JsonRecord
from howfar.readers.json_values import BadPostError, Object, obj
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

_LISTS = ("", "data")
_EDGES = ("posts", "feed", "published_posts")


class FacebookGraph:
    """Feeds, single posts, answers to several ids, comments, pages with their figures."""

    declaration = ReaderDeclaration(
        id="facebook-graph",
        title="Facebook Graph API, JSON",
        platform="facebook",
        exported_by="the Graph API of Facebook, and tools that store its answers unchanged",
        supplies=(
            *("posts", "counts.reactions", "counts.reaction_*", "counts.comments"),
            *("counts.shares", "counts.views", "counts.clicks", "account_counts.followers"),
        ),
        lacks=(
            "the time of asking; language; shares of posts that nobody shared (the API leaves the "
            "field out, as if it had not been asked for); views and clicks but of own pages; care "
            "apart from like, which are one kind there; who wrote what visitors left on a page, "
            "or a comment, unless the field from is given: then it is rejected; of a comment read "
            "apart from its post whether it is one, unless it has a field such as like_count; "
            "labels of state-controlled media; where a page has no followers_count, its likes "
            "(fan_count) stand for followers"
        ),
        tested_on="real samples",
        needs=("observed_at",),
        how_to_obtain=(
            "With an app that Meta has reviewed for Page Public Content Access, or with the token "
            "of a page of your own, store the answers of /PAGE/published_posts with fields="
            "id,from,message,created_time,permalink_url,status_type,attachments,shares,"
            "comments.limit(0).summary(true),reactions.limit(0).summary(true) and of /PAGE with "
            "fields=id,username,followers_count. Researchers of other pages take the Meta Content "
            "Library instead. Declare the day of asking as observed_at."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the first records are posts, comments or pages of Facebook."""
        for value in first_values(head, _LISTS, _is_record):
            for inner in by_id(value) or [value]:
                what = _what(inner)
                if what:
                    return Sniff(0.95, f"JSON whose first record is {what} of Facebook")
        return Sniff(0.0, "no JSON with posts (id, created_time) or pages of Facebook")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts, the comments that stand in them, and figures of pages, in the document's order.

        A comment in a post is a record of its own. Other objects are rejected as not_a_post.

        Raises InputError where the document holds nothing else, and says what it holds.
        """
        return api_batches(
            document,
            context,
            tally,
            lists=_LISTS,
            is_record=_is_record,
            keep=_keep,
            wanted="posts or comments",
            expected="answers of a page's posts, feed or published_posts, of a post's comments, "
            "or of a page with followers_count",
        )


def _is_record(value: Any) -> bool:
    return is_post(value) or (isinstance(value, dict) and is_page(value))


def _what(value: Object) -> str:
    """What Facebook object it surely is; empty where it may be another platform's."""
    if is_post(value):
        return "a comment" if is_comment(value) else "a post"
    if is_page(value) or _is_bare_page(value):
        return "a page"
    name = str(value.get("name"))
    if is_insight(value) and name.startswith(("page_", "post_")):
        return "an insight"
    if any(is_post(post) for edge in _EDGES for post in _page_of(value, edge)):
        return "a page with its posts"
    return ""


def _is_bare_page(value: Object) -> bool:
    link = value.get("link")
    return "created_time" not in value and str(link).startswith("https://www.facebook.com/")


def _page_of(value: Object, edge: str) -> list[Any]:
    inner = value.get(edge)
    return (inner_list(inner, "data") or []) if isinstance(inner, dict) else []


def _keep(found: Answers, record: JsonRecord) -> None:
    line, value = record.line, record.value
    if not isinstance(value, dict):
        found.other_kind(line, other_what(value))
        return
    several = inner_list(value, "data") if "id" not in value else None
    several = by_id(value) if several is None else several
    if several is not None:
        for inner in several:
            try:
                _keep(found, replace(record, value=inner))
            except BadPostError as bad:
                found.batch.reject(line, bad.reason, bad.detail)
    elif "created_time" not in value:
        _keep_page(found, record, value)
    elif is_comment(value):
        _keep_comment(found, line, value, {}, {})
    else:
        found.unknown({name for name in value.keys() - KNOWN_FIELDS if not is_alias(name)})
        found.post(line, partial(post_row, value))
        for comment in _page_of(value, "comments"):
            _keep_comment(found, line, comment, value, value)


def _keep_page(found: Answers, record: JsonRecord, page: Object) -> None:
    """Keep a page's figures and the posts that stand in it."""
    figures = page_figures(page)
    posts = [post for edge in _EDGES for post in _page_of(page, edge)]
    if not figures and not posts:
        bare = is_page(page) or _is_bare_page(page)
        found.other_kind(record.line, "pages without figures" if bare else other_what(page))
        return
    found.figures(record.line, figures, record=not posts)
    for post in posts:
        _keep(found, replace(record, value=post))


def _keep_comment(found: Answers, line: int, comment: Any, above: Object, post: Object) -> None:
    """Keep a comment and the answers to it that stand in it."""
    if not isinstance(comment, dict) or "created_time" not in comment:
        found.other_kind(line, other_what(comment))
        return
    found.unknown({name for name in comment.keys() - KNOWN_FIELDS if not is_alias(name)})
    found.post(line, partial(comment_row, comment, above, post))
    for answer in _page_of(comment, "comments"):
        _keep_comment(found, line, answer, comment, post or obj(comment, "object"))


READER = FacebookGraph()
