"""Rows that are no posts, protected: persons become pseudonyms, shared objects become keys."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from howfar.readers.protect import Origin, Protector
from howfar.schema.tables import TEXT

OBJECT_PREFIX = "o_"


def other_tables(
    others: Mapping[str, pa.Table], origin: Origin, protector: Protector
) -> dict[str, pa.Table]:
    """Rows of the tables account_counts, series, audience and shares, by table."""
    made = {}
    for name, raw in others.items():
        if not len(raw):
            continue
        stamp = {
            "source": pa.array([origin.source] * len(raw), TEXT),
            "input": pa.array([origin.input] * len(raw), pa.int64()),
            "line": raw["line"],
        }
        columns = {c: raw[c] for c in raw.column_names if c != "line"}
        if name == "audience":
            columns["channel"] = pa.array([origin.channel] * len(raw), TEXT)
        elif name == "account_counts":
            _, account = _accounts(raw, origin, protector)
            columns["account"] = account
            columns["observed_at"] = pc.coalesce(raw["observed_at"], origin.observed_at)
        elif name == "shares":
            columns |= _share(raw, origin, protector)
        for native in ("account_id", "account_handle"):
            columns.pop(native, None)
        made[name] = pa.table({**columns, **stamp})
    return made


def _accounts(raw: pa.Table, origin: Origin, protector: Protector) -> tuple[pa.Array, pa.Array]:
    """Channel of each row's account, null for persons; and channel or pseudonym."""
    names = {"platform": "platform", "account_id": "author_id", "account_handle": "author_handle"}
    named = pa.table({new: raw[old].combine_chunks() for old, new in names.items()})
    return protector.accounts(named, origin)


def _share(raw: pa.Table, origin: Origin, protector: Protector) -> dict[str, pa.Array]:
    channel, account = _accounts(raw, origin, protector)
    # A shared link or text can name a person, and nothing that is measured needs to read it:
    # what counts is whether two objects are the same, on whichever platform.
    objects = pc.binary_join_element_wise(raw["object_kind"], raw["object"], ":")
    native = raw["post_id"].combine_chunks()
    # A post is known on its own platform: as the posts are, so that it can be forgotten.
    is_post = pc.equal(raw["object_kind"], "post")
    posts = protector.post_ids(raw, "object")
    made = protector.pseudonyms.many(OBJECT_PREFIX, "object", objects)
    return {
        "account": account,
        "object": pc.if_else(is_post, posts, made),
        "post_id": pc.if_else(pc.is_valid(channel), native, protector.post_ids(raw, "post_id")),
    }
