"""Raw rows to rows of the tables: no person under a name, no figure that was not given."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from tests.readers.reader_cases import READER_IDS, case, read_all, table

from howfar.privacy.pseudonyms import Pseudonymiser
from howfar.privacy.tombstones import by_tombstones, leave_out, tombstones
from howfar.readers.protect import Origin, Protector, with_authors
from howfar.readers.protect_others import other_tables
from howfar.schema.reader import RAW_OTHERS, RawBatch, Reject
from howfar.schema.tables import ACCOUNT_COUNTS, OBSERVATIONS, POSTS, REJECTS, TIME, conform
from howfar.study.channel import Channel
from howfar.study.names import watched_names
from howfar.study.registry import Registry

KEY = bytes(range(32))
OTHER = bytes(32)
WHEN = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
DECLARED = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)


def channel(**told: Any) -> Channel:
    row = {
        **{"channel": "harbour", "name": "Harbour", "organisation": "Harbour Town"},
        **{"platform": "x", "handle": "HarbourTown", "account_id": "11", "paths": ["official"]},
        **{"role": "ours", "basis": "organisation", "evidence": "https://example.org"},
    }
    return Channel.model_validate(row | told)


REGISTRY = Registry((channel(),))


def origin(**told: Any) -> Origin:
    default: dict[str, Any] = {
        **{"source": "s", "input": 3, "file": "f.jsonl", "channel": None, "exposure": "owned"},
        **{"observed_at": pa.scalar(DECLARED, TIME), "declared": True},
    }
    return Origin(**(default | told))


def row(**told: Any) -> dict[str, Any]:
    return {"line": 1, "platform": "x", "post_id": "100", "created_at": WHEN} | told


def protect(
    rows: list[dict[str, Any]],
    registry: Registry = REGISTRY,
    key: bytes = KEY,
    rejects: list[Reject] | None = None,
    **told: Any,
) -> dict[str, list[dict[str, Any]]]:
    made = Protector(Pseudonymiser(key), registry).tables(
        RawBatch(table(rows), rejects or []), origin(**told)
    )
    schemas = {"posts": POSTS, "counts": OBSERVATIONS, "account_counts": ACCOUNT_COUNTS}
    schemas["rejects"] = REJECTS
    assert made.keys() == schemas.keys()
    return {name: conform(made[name], schemas[name]).to_pylist() for name in made}


def test_a_channel_keeps_its_name_and_its_posts_their_ids() -> None:
    (post,) = protect([row(author_id="11", author_handle="harbourtown")])["posts"]
    assert (post["channel"], post["author"], post["post_id"]) == ("harbour", "harbour", "100")


def test_a_person_and_the_persons_post_become_pseudonyms() -> None:
    (post,) = protect([row(author_id="12", author_handle="resident")])["posts"]
    names = Pseudonymiser(KEY)
    assert post["channel"] is None
    assert post["author"] == names.person("x", "12")
    assert post["post_id"] == names.post("x", "100")
    (other,) = protect([row(author_id="12")], key=OTHER)["posts"]
    assert other["author"] != post["author"]


def test_a_person_known_by_handle_alone_is_one_person_in_any_case() -> None:
    posts = protect([row(author_handle="Resident"), row(author_handle="resident", line=2)])["posts"]
    assert posts[0]["author"] == posts[1]["author"]
    # An account whose id reads like that handle is someone else.
    (other,) = protect([row(author_id="resident")])["posts"]
    assert other["author"] != posts[0]["author"]


def test_a_channel_without_basis_stays_a_pseudonym() -> None:
    unnamed = Registry((channel(basis=None, evidence=None),))
    (post,) = protect([row(author_id="11", text="see @HarbourTown")], unnamed)["posts"]
    assert post["channel"] is None
    assert post["author"].startswith("p_")
    assert "Harbour" not in post["text"]


def test_texts_keep_channels_and_lose_persons() -> None:
    (post,) = protect([row(author_id="11", text="@HarbourTown thanks @resident")])["posts"]
    assert "@HarbourTown" in post["text"]
    assert "resident" not in post["text"]


def test_handles_are_kept_on_their_own_platform_only() -> None:
    rows = [
        row(author_id="11", text="@HarbourTown"),
        row(author_id="5", text="@HarbourTown", platform="mastodon", line=2),
    ]
    texts = [post["text"] for post in protect(rows)["posts"]]
    assert texts[0] == "@HarbourTown"
    assert "Harbour" not in texts[1]


def test_the_same_id_on_two_platforms_is_two_persons() -> None:
    rows = [row(author_id="5"), row(author_id="5", platform="mastodon", line=2)]
    posts = protect(rows)["posts"]
    assert posts[0]["author"] != posts[1]["author"]
    assert posts[0]["post_id"] != posts[1]["post_id"]
    assert [post["platform"] for post in posts] == ["x", "mastodon"]


def test_parents_and_threads() -> None:
    names = Pseudonymiser(KEY)
    posts = protect(
        [
            row(author_id="12", parent_id="7", parent_author_id="11", thread_id="7"),
            row(author_id="12", parent_id="8", parent_author_id="13", line=2),
            row(author_id="12", parent_id="9", line=3),
            row(author_id="12", line=4),
        ]
    )["posts"]
    assert [p["parent_id"] for p in posts] == [
        "7",
        names.post("x", "8"),
        names.post("x", "9"),
        None,
    ]
    assert [p["parent_author"] for p in posts] == ["harbour", names.person("x", "13"), None, None]
    assert posts[0]["thread_id"] == names.post("x", "7")


def test_figures_are_melted_and_what_is_missing_gives_no_row() -> None:
    counts = protect(
        [
            row(author_id="11", reactions=5, shares=0),
            row(author_id="11", line=2, post_id="101", views=None),
        ]
    )["counts"]
    told = [(c["post_id"], c["metric"], c["value"], c["line"], c["input"]) for c in counts]
    assert sorted(told) == [("100", "reactions", 5, 1, 3), ("100", "shares", 0, 1, 3)]


def test_observation_times_are_the_exports_own_or_the_declared_one() -> None:
    seen = dt.datetime(2024, 5, 2, tzinfo=dt.UTC)
    rows = [row(author_id="11", shares=1, observed_at=seen), row(author_id="11", shares=2, line=2)]
    counts = protect(rows)["counts"]
    assert [(c["observed_at"], c["observed_declared"]) for c in counts] == [
        (seen, False),
        (DECLARED, True),
    ]
    undeclared = protect(rows, observed_at=pa.scalar(None, TIME), declared=False)["counts"]
    assert [(c["observed_at"], c["observed_declared"]) for c in undeclared] == [
        (seen, False),
        (None, False),
    ]


def test_followers_are_told_of_the_author_as_tabled() -> None:
    made = protect([row(author_id="11", author_followers=500), row(author_id="12", line=2)])
    (told,) = made["account_counts"]
    assert (told["account"], told["metric"], told["value"]) == ("harbour", "followers", 500)


def test_the_sources_channel_stands_in_for_an_author() -> None:
    (post,) = protect([row()], channel="harbour")["posts"]
    assert (post["author"], post["channel"], post["post_id"]) == ("harbour", "harbour", "100")


def test_a_guest_in_a_channels_source_is_a_person() -> None:
    rows = [
        row(line=1, post_id="1", author_id="11"),
        row(line=2, post_id="2", author_id="77", author_handle="HarbourTown"),
        row(line=3, post_id="3", author_handle="@harbourtown"),
        row(line=4, post_id="4", author_handle="guest"),
        row(line=5, post_id="5"),
    ]
    posts = protect(rows, channel="harbour")["posts"]
    assert [p["channel"] for p in posts] == ["harbour", None, "harbour", None, "harbour"]
    assert posts[1]["author"].startswith("p_")
    assert posts[1]["post_id"].startswith("m_")
    by_name = Registry((channel(account_id=None),))
    posts = protect(rows, by_name, channel="harbour")["posts"]
    assert [p["channel"] for p in posts] == ["harbour", "harbour", "harbour", None, "harbour"]


def test_posts_of_nobody_are_rejected_unless_the_study_names_a_channel() -> None:
    rows = [row(), row(author_handle="a", line=2), row(author_id="5", line=3), row(line=4)]
    batch = RawBatch(table(rows), [Reject(3, "date", "")])
    kept = with_authors(batch, None)
    assert kept.posts["line"].to_pylist() == [2, 3]
    assert [(r.line, r.reason) for r in kept.rejects] == [(1, "author"), (3, "date"), (4, "author")]
    assert with_authors(batch, "harbour") is batch
    nobody = with_authors(RawBatch(table([row()]), []), None)
    assert (len(nobody.posts), len(nobody.rejects)) == (0, 1)


def test_exposure_and_availability_have_defaults() -> None:
    posts = protect([row(author_id="11"), row(author_id="11", line=2, exposure="paid")])["posts"]
    assert [p["exposure"] for p in posts] == ["owned", "paid"]
    assert {p["availability"] for p in posts} == {"available"}


def test_the_sources_channel_without_basis_is_a_person_too() -> None:
    registry = Registry((channel(basis=None, evidence=None),))
    rows = [row(author_id="11"), row(post_id="101"), row(post_id="102")]
    first, second, third = protect(rows, registry, channel="harbour")["posts"]
    assert [p["channel"] for p in (first, second, third)] == [None] * 3
    assert first["author"] == Pseudonymiser(KEY).person("x", "11")
    assert second["author"] == third["author"] != first["author"]
    assert second["author"].startswith("p_")
    assert not {first["post_id"], second["post_id"]} & {"100", "101"}


def test_a_handle_with_or_without_its_at_sign_is_one_person() -> None:
    rows = [row(author_handle=name) for name in ("@Resident", "resident", " resident")]
    assert len({p["author"] for p in protect(rows)["posts"]}) == 1


def test_words_of_the_export_do_not_name_a_person() -> None:
    told = {"author_id": "12", "author_handle": "@Resident"}
    named = {"kind": "resident", "language": "@resident", "country": "resident"}
    named |= {"platform_label": "ask a@b.example", "withheld_in": ["resident", "DE"]}
    (post,) = protect([row(**told, **named)])["posts"]
    assert (post["kind"], post["language"], post["country"]) == ("other", None, None)
    assert (post["platform_label"], post["withheld_in"]) == ("ask ⟨email⟩", ["DE"])
    told = {"author_handle": "@Resident@town.example", "author_name": "A Resident"}
    for label in ("resident", "a resident", "@Resident@town.example"):
        (post,) = protect([row(**told, platform="mastodon", platform_label=label)])["posts"]
        assert post["platform_label"] is None
    kept = {"kind": "native video", "language": "zh-CN", "country": "CN"}
    (post,) = protect([row(**told, **kept)])["posts"]
    assert {name: post[name] for name in kept} == kept


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("resident.tumblr.com", "tumblr.com"),
        ("harbourtown.tumblr.com", "harbourtown.tumblr.com"),
        ("news.example.org", "news.example.org"),
        ("новости.рф", "новости.рф"),
        ("a@b.example", None),
        ("resident 555", None),
        (None, None),
    ],
)
def test_links_keep_hosts_that_name_no_person(link: str | None, kept: str | None) -> None:
    (post,) = protect([row(author_id="12", link=link)])["posts"]
    assert post["link"] == kept


def test_rejects_carry_file_line_and_reason() -> None:
    made = protect([row(author_id="11")], rejects=[Reject(9, "date", "created_at: expected ...")])
    assert [(r["file"], r["line"], r["reason"]) for r in made["rejects"]] == [
        ("f.jsonl", 9, "date")
    ]


def test_a_separator_inside_a_handle_names_no_channel_and_stops_nothing() -> None:
    (post,) = protect([row(author_id="9", author_handle="a\x1fb")])["posts"]
    assert post["author"].startswith("p_")


@pytest.mark.parametrize("reader_id", READER_IDS)
def test_no_native_id_handle_or_mention_of_a_person_is_left_in_any_table(reader_id: str) -> None:
    """Every reader's own fixtures, under an empty registry: all authors are persons then."""
    told = case(reader_id)
    for path, _ in told.good():
        rows, _, _ = read_all(told.reader, path, told.context())
        for given in rows:
            for name in ("created_at", "collected_at", "observed_at"):
                if name in given:
                    given[name] = dt.datetime.fromisoformat(given[name])
        made = protect(rows, Registry())
        secret = {
            str(given[name])
            for given in rows
            for name in (
                *("post_id", "author_id", "author_handle", "parent_id", "parent_author_id"),
                *("parent_author_handle", "thread_id"),
            )
            if name in given
        }
        values = {
            str(value)
            for records in made.values()
            for record in records
            for name, value in record.items()
            if name not in ("text", "line", "input", "value")
        }
        assert secret or not rows
        assert not secret & values
        texts = " ".join(post["text"] or "" for post in made["posts"])
        handles = {str(r["author_handle"]) for r in rows if "author_handle" in r}
        assert not any(f"@{handle}" in texts for handle in handles)


def test_a_batch_that_loses_posts_without_author_keeps_its_other_rows() -> None:
    shares = pa.table({"line": pa.array([3])})
    posts = table([row(line=1, author_id="12"), row(line=2, post_id="101")])
    kept = with_authors(RawBatch(posts, [Reject(9, "json", "x")], {"shares": shares}, 1), None)
    assert [(r.line, r.reason) for r in kept.rejects] == [(2, "author"), (9, "json")]
    assert kept.others == {"shares": shares}
    assert kept.kept == 2


def test_a_watched_name_and_a_lookalike_are_told_before_the_name_is_dropped() -> None:
    rows = [
        row(author_id="11", author_handle="harbourtown", author_name="Harbour Town"),
        row(line=2, author_id="12", author_handle="harb0urtown"),
        row(line=3, author_id="13", author_handle="resident", author_name="harbour.town fans"),
        row(line=4, author_id="14", author_handle="resident", author_name="A resident"),
        row(line=5, author_id="15"),
        row(line=6, platform="mastodon", author_handle="jane@harbourtown.example"),
    ]
    made = Protector(Pseudonymiser(KEY), REGISTRY, watched_names(None, REGISTRY))
    posts = made.tables(RawBatch(table(rows)), origin())["posts"].to_pylist()
    assert [p["name_match"] for p in posts] == [None, True, True, False, None, False]
    assert [p["resembles"] for p in posts] == [None, "harbour", None, None, None, None]
    assert [p["channel"] for p in posts] == ["harbour", None, None, None, None, None]


def test_what_was_forgotten_is_left_out_of_every_table() -> None:
    names = Pseudonymiser(KEY)
    stones = tombstones(names, [names.person("x", "12"), names.post("x", "103")])
    rows = [
        row(author_id="12", author_followers=5, reactions=1),
        row(line=2, post_id="101", author_id="13", relation="repost", parent_id="100"),
        row(line=3, post_id="102", author_id="13", relation="reply", parent_id="100"),
        row(line=4, post_id="103", author_id="13", reactions=2),
        row(line=5, post_id="104", author_id="13", reactions=3),
    ]
    made = Protector(names, REGISTRY).tables(RawBatch(table(rows)), origin())
    left, gone = leave_out(made, by_tombstones(names, stones), names)
    assert gone == 3
    assert [p["line"] for p in left["posts"].to_pylist()] == [3, 5]
    assert left["posts"]["parent_id"].to_pylist() == [None, None]
    assert left["counts"]["line"].to_pylist() == [5]
    assert len(left["account_counts"]) == 0


def test_a_shared_post_is_known_as_the_posts_are_so_that_it_can_be_forgotten() -> None:
    names = Pseudonymiser(KEY)
    shared = [("post", "100"), ("link", "https://x.com/resident/status/1"), ("post", "101")]
    raw = {
        **{"line": [1, 2, 3], "platform": ["x"] * 3, "account_id": ["12", "13", "13"]},
        **{"account_handle": ["resident", None, None], "post_id": ["7", "8", "9"]},
        "object": [what for _, what in shared],
        "object_kind": [kind for kind, _ in shared],
        "shared_at": [WHEN] * 3,
    }
    columns = {name: pa.array(raw[name], kind) for name, kind in RAW_OTHERS["shares"].items()}
    protector = Protector(names, REGISTRY)
    made = other_tables({"shares": pa.table(columns)}, origin(), protector)
    objects = made["shares"]["object"].to_pylist()
    assert (objects[0], objects[2]) == (names.post("x", "100"), names.post("x", "101"))
    assert objects[1].startswith("o_")
    assert "resident" not in str(made["shares"].to_pylist())
    stones = tombstones(names, [names.person("x", "12"), names.post("x", "101")])
    left, gone = leave_out(made, by_tombstones(names, stones), names)
    assert (left["shares"]["line"].to_pylist(), gone) == ([2], 2)


def test_ids_in_several_chunks_keep_their_platform() -> None:
    raw = pa.table(
        {
            "platform": pa.chunked_array([["x"], ["telegram", "x"]]),
            "post_id": pa.chunked_array([["1", "2"], ["1"]]),
        }
    )
    pseudonyms = Pseudonymiser(KEY)
    made = Protector(pseudonyms, REGISTRY).post_ids(raw, "post_id").to_pylist()
    assert made == [pseudonyms.post(p, n) for p, n in (("x", "1"), ("telegram", "2"), ("x", "1"))]
