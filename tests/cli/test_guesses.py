"""What `new --from` makes of an export."""

import datetime as dt
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call, posts_csv

from howfar.cli.guesses import guess_mapping, guess_study, slug
from howfar.errors import InputError

HEADER = (
    "status_id,status_message,link_name,status_type,status_link,status_published,num_reactions,"
    "num_comments,num_shares,num_likes,num_loves,num_wows,num_hahas,num_sads,num_angrys"
)


def page_file(path: Path, posts: int) -> Path:
    start = dt.datetime(2016, 3, 1, 22, 15)
    rows = [
        f"1_{n},hello,,status,,{start + dt.timedelta(hours=n):%Y-%m-%d %H:%M:%S},"
        "10,1,0,10,0,0,0,0,0"
        for n in range(posts)
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_page_of_one_account(tmp_path: Path) -> None:
    guesses = guess_study(page_file(tmp_path / "Page [1].csv", 4), tmp_path / "study")
    assert guesses.source["format"] == "facebook-page-csv"
    assert guesses.source["capture"] == "complete"
    assert guesses.source["timezone"] == "UTC"
    # The last of four hourly posts was at 01:15 the next day: the first full hour after it.
    assert guesses.source["observed_at"] == dt.datetime(2016, 3, 2, 2, tzinfo=dt.UTC)
    assert (guesses.start, guesses.end) == (dt.date(2016, 3, 1), dt.date(2016, 3, 3))
    assert guesses.source["name"] == "page-1"
    # Brackets in a path would be a pattern; they are marked so that they are not.
    assert guesses.source["path"] == "../Page [[]1].csv"


def test_a_round_number_of_posts_looks_capped(tmp_path: Path) -> None:
    guesses = guess_study(page_file(tmp_path / "p.csv", 500), tmp_path / "study")
    assert guesses.source["capture"] == "capped"
    assert any("feeds end at 500" in why for why in guesses.why)


def test_many_accounts_look_like_a_query(tmp_path: Path) -> None:
    guesses = guess_study(posts_csv(tmp_path / "posts.csv"), tmp_path / "study")
    assert guesses.source["capture"] == "keyword"
    assert guesses.source["format"] == "table-csv"
    assert guesses.source["mapping"] == {
        "post_id": "Id",
        "created_at": "Date",
        "author_handle": "User",
        "platform": "Platform",
        "text": "Message",
        "reactions": "Likes",
        "comments": "Comments",
        "shares": "Shares",
    }


def test_no_account_is_named(tmp_path: Path) -> None:
    guesses = guess_study(posts_csv(tmp_path / "posts.csv"), tmp_path / "study")
    told = json.dumps([*guesses.why, *guesses.decide, guesses.source], default=str)
    for account in ("nordwelle", "ostfunk", "westradio"):
        assert account not in told


def test_columns_are_guessed_once_each() -> None:
    assert guess_mapping(("tweet_id", "Created At", "author", "username", "Like Count")) == {
        "post_id": "tweet_id",
        "created_at": "Created At",
        "author_handle": "username",
        "reactions": "Like Count",
    }
    assert guess_mapping(("a", "b")) == {}


@pytest.mark.parametrize(
    ("name", "short"),
    [("My Study 2024", "my-study-2024"), ("ß", "ss"), ("中文", "study"), ("..a..", "a")],
)
def test_short_names(name: str, short: str) -> None:
    assert slug(name) == short


@pytest.mark.parametrize(
    "content",
    ["", "just some text\n", "a,b\n1,2\n", HEADER + "\n", "<rss></rss>\n", "[1, 2]\n"],
)
def test_what_cannot_be_guessed_is_refused_and_nothing_made(
    howfar: Call, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "export.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        guess_study(file, tmp_path / "study")
    done = howfar("new", tmp_path / "study", "--from", file)
    assert done.code == 4
    assert "howfar explain readers" in done.err
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize("end", ['"', "\\", "\n# [[sources]]", "'"])
def test_a_name_of_a_file_cannot_break_the_study_file(
    howfar: Call, tmp_path: Path, end: str
) -> None:
    export = page_file(tmp_path / f"x{end}.csv".replace("/", ""), 3)
    done = howfar("new", tmp_path / "study", "--from", export)
    assert done.code == 0, done.err
    assert howfar("read", tmp_path / "study").code == 0
