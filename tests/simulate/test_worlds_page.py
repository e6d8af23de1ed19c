"""The page on worlds names every column, every mechanism and every table that there is."""

import re
from pathlib import Path

import pytest
from tests.simulate.hand import plan

from howfar.simulate.mechanisms import MECHANISMS
from howfar.simulate.posts import COLUMNS
from howfar.simulate.society import society
from howfar.simulate.world import FORMAT

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "worlds.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_format(page: str) -> None:
    assert f"`{FORMAT}`" in page


def test_every_column_of_posts(page: str) -> None:
    section = page.partition("## truth/posts.parquet")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| ([a-z_, ]+) \|", section, re.MULTILINE)
    named = {name for cell in cells for name in cell.split(", ")} - {"column"}
    assert named == {*COLUMNS, "post_id", "text"}


def test_every_mechanism_with_its_tables(page: str) -> None:
    rows = re.findall(r"^\| ([a-z]+) \| [^|]+ \| ([a-z_, ]*)\|$", page, re.MULTILINE)
    told = {name: set(tables.strip().split(", ")) - {""} for name, tables in rows}
    told.pop("mechanism")
    everything = plan(*(mechanism.name for mechanism in MECHANISMS), size=2_000)
    who = society(everything)
    made = {one.name: set(one.tables(everything, who)) for one in MECHANISMS}
    made["rejects"].add("rejects")  # written with the files, not by the mechanism
    assert told == made
