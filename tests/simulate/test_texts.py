"""Texts of simulated posts: what they say follows from the columns, in every script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import numpy as np
import pytest

from howfar.simulate.languages import CLAIMS, KINDS, SIDES, TONES, sentences
from howfar.simulate.places import FRAMES, LANGUAGES, TOPICS
from howfar.simulate.plan import Plan
from howfar.simulate.posts import CLAIM, QUOTE, REPLY, SHARE, Column, Posts
from howfar.simulate.society import society
from howfar.simulate.texts import HOSTS, TextSettings, address, repeated, source, texts

PLAN = Plan(7, 2_000, "plain", frozenset())

SCRIPTS: Mapping[str, str] = {
    "ar": "ARABIC",
    "zh": "CJK",
    "hi": "DEVANAGARI",
    "ru": "CYRILLIC",
}
"""Script of the letters; the other languages are written in Latin letters."""


def _posts(rows: int, **given: Column | int) -> Posts:
    rng = np.random.default_rng(3)
    drawn: dict[str, Column | int] = {
        "language": rng.integers(0, len(LANGUAGES), rows),
        "topic": rng.integers(0, len(TOPICS), rows),
        "sentiment": rng.integers(-1, 2, rows),
        "stance": rng.integers(-1, 2, rows),
        "frame": rng.integers(0, len(FRAMES), rows),
    }
    return Posts.of(rows, **{**drawn, **given})


def _said(plan: Plan, posts: Posts, seed: int = 1) -> list[str]:
    return texts(plan, posts, np.random.default_rng(seed))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_several_sentences_in_every_cell(language: str) -> None:
    told = sentences(language)
    for kind, cells in KINDS.items():
        assert len(told[kind]) == len(cells)
        for name, choices in zip(cells, told[kind], strict=True):
            assert len(choices) == len(set(choices))
            assert len(choices) >= 2 or (cells != ("",) and not name)
    assert all(text.count("{n}") == 1 for text in told["details"][0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_of_the_language_s_script(language: str) -> None:
    own = SCRIPTS.get(language, "LATIN")
    for cells in sentences(language).values():
        for text in "".join("".join(cell) for cell in cells).replace("{n}", ""):
            if text.isalpha():
                assert unicodedata.name(text).startswith(own), (language, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_normalised_and_hold_no_marks_of_direction(language: str) -> None:
    for kind in KINDS:
        for text in (text for cell in sentences(language)[kind] for text in cell):
            assert text == unicodedata.normalize("NFC", text)
            assert text == text.strip()
            assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text)


def test_no_sentence_stands_in_two_languages() -> None:
    seen: dict[str, str] = {}
    for language in LANGUAGES:
        for kind, cells in sentences(language).items():
            if kind in ("space", "hashtags"):
                continue
            for text in (text for cell in cells for text in cell if text):
                assert seen.setdefault(text, language) == language, text


def test_labels_can_be_read_off_the_text_without_error() -> None:
    """An oracle that knows the sentences finds topic, tone, frame and side of every post."""
    posts = _posts(600)
    for row, text in enumerate(_said(PLAN, posts)):
        told = sentences(LANGUAGES[posts["language"][row]])

        def found(kind: str, text: str = text, told: Mapping = told) -> list[int]:  # type: ignore[type-arg]
            cells = enumerate(told[kind])
            return [cell for cell, choices in cells if any(c and c in text for c in choices)]

        assert found("topics") == [posts["topic"][row]]
        assert found("frames") == [posts["frame"][row]]
        assert found("sentiments") == [posts["sentiment"][row] + 1]
        side = posts["stance"][row] + 1
        assert found("stances") == ([side] if SIDES[side] else [])


def test_a_claim_says_the_claim_instead_of_the_topic() -> None:
    posts = _posts(200, claim=CLAIM)
    for row, text in enumerate(_said(PLAN, posts)):
        told = sentences(LANGUAGES[posts["language"][row]])
        assert any(claim in text for claim in told["claims"][CLAIMS.index("claim")])
        assert not any(topic in text for cell in told["topics"] for topic in cell)


def test_chinese_has_no_spaces_between_sentences_and_others_have_one() -> None:
    zh = _said(PLAN, _posts(200, language=LANGUAGES.index("zh"), object=5))
    for text in zh:
        words = re.sub(r" (#\S+|https://\S+|[^\w\s]+)", "", text)
        assert " " not in words, text
    for text in _said(PLAN, _posts(2_000, object=5)):
        assert "  " not in text
        assert not re.search(r"[.。।!]\w", text.replace(address(5), "")) or "。" in text


def test_share_of_hashtags_openers_and_emoji_is_the_planted_one() -> None:
    rows = 4_000
    said = _said(PLAN, _posts(rows))
    share = sum("#" in text for text in said) / rows
    # Four standard errors of a share of one half.
    assert abs(share - TextSettings().hashtag) < 4 * np.sqrt(0.25 / rows)
    off = Plan(7, 2_000, "x", frozenset(), settings={"TextSettings": TextSettings(0, 0, 0, 0, 0)})
    for text in _said(off, _posts(500)):
        assert "#" not in text
        assert unicodedata.category(text[-1]) == "Po", text  # ends with the detail's full stop


def test_texts_written_afresh_are_all_different() -> None:
    said = _said(PLAN, _posts(20_000))
    assert len(set(said)) == len(said)


def test_the_same_number_is_the_same_text_but_for_the_end() -> None:
    labels = dict.fromkeys(("language", "topic", "sentiment", "stance", "frame"), 0)
    posts = _posts(400, recycled=np.arange(400) % 2, **labels)
    said = _said(PLAN, posts, 1)
    other = _said(PLAN, posts, 2)  # another part of the same world
    for number in (0, 1):
        stems = {re.split("[.!] (?=#|…|[^ -~])|[.!]$", text)[0] for text in said[number::2]}
        assert stems == {
            re.split("[.!] (?=#|…|[^ -~])|[.!]$", text)[0] for text in other[number::2]
        }
        assert len(stems) == 1
        assert len(set(said[number::2])) > 5  # but for small changes
    assert said[0][:-30] != said[1][:-30]


def test_recycled_texts_differ_between_worlds() -> None:
    one = repeated(PLAN, np.arange(1_000), "text")
    two = repeated(Plan(8, 2_000, "plain", frozenset()), np.arange(1_000), "text")
    assert not (one == two).any()
    assert ((one >= 0) & (one < 1)).all()
    # Mean of a thousand uniform numbers: standard error sqrt(1/12/1000).
    assert abs(one.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 1_000)
    assert abs(np.corrcoef(one[:-1], one[1:])[0, 1]) < 4 / np.sqrt(999)


def test_a_share_says_what_it_shares_and_a_quote_speaks_for_itself() -> None:
    posts = _posts(
        4,
        relation=np.array([0, SHARE, SHARE, QUOTE]),
        parent=np.array([-1, 0, 1, 0]),
    )
    assert source(posts).tolist() == [0, 0, 0, 3]
    said = _said(PLAN, posts)
    assert said[0] == said[1] == said[2] != said[3]


def test_a_share_without_its_parent_says_something() -> None:
    said = _said(PLAN, _posts(2, relation=SHARE))
    assert all(said)


def test_a_reply_names_whom_it_answers() -> None:
    accounts = np.array([0, len(society(PLAN)) - 1, 3])
    posts = _posts(3, relation=np.array([0, REPLY, REPLY]), parent=np.array([-1, 0, 1]))
    posts = posts.with_columns(account=accounts)
    every = Plan(7, 2_000, "x", frozenset(), settings={"TextSettings": TextSettings(mention=1)})
    said = _said(every, posts)
    first, second = society(PLAN).handles(accounts[:2])
    assert "@" not in said[0]
    assert said[1].startswith(f"@{first} ")
    assert said[2].startswith(f"@{second} ")
    assert second.startswith("sim_person_")


def test_links_lead_to_reserved_hosts_only() -> None:
    posts = _posts(300, object=np.arange(300) - 50)
    said = _said(PLAN, posts)
    for row, text in enumerate(said):
        number = int(posts["object"][row])
        hosts = re.findall(r"https?://([^/\s]+)", text)
        assert hosts == ([HOSTS[number % 3]] if number >= 0 else [])
        assert number < 0 or text.endswith(address(number))


def test_the_same_numbers_give_the_same_texts() -> None:
    posts = _posts(500)
    assert _said(PLAN, posts, 4) == _said(PLAN, posts, 4)
    assert _said(PLAN, posts, 4) != _said(PLAN, posts, 5)


def test_no_posts_no_texts() -> None:
    assert _said(PLAN, Posts.of(0)) == []


def test_unknown_languages_are_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="no sentences in tlh: there are en"):
        sentences("tlh")


def test_tones_are_in_the_order_of_the_column() -> None:
    assert TONES == ("negative", "neutral", "positive")
