"""Reference pages say all that a declaration says."""

from __future__ import annotations

import dataclasses

import pytest

from howfar.readers.discovery import readers
from howfar.schema.measure import registry
from howfar.schema.page import index_page, measure_page, reader_page


@pytest.mark.parametrize("name", sorted(registry()))
def test_a_measure_page_says_all(name: str) -> None:
    d = registry()[name].declaration
    page = measure_page(d)
    said = [d.title, d.asks, d.level, d.formula, d.unit, d.uncertainty, d.source, d.beware]
    said += [f"{d.example.value:.12g}", f"{d.example.interval[0]:.6g}", *d.parts.values()]
    for words in said:
        assert words.replace("|", "\\|") in page or words in page


@pytest.mark.parametrize("field", ["formula", "unit", "source", "uncertainty", "beware", "asks"])
def test_an_altered_declaration_gives_another_page(field: str) -> None:
    d = registry()["lorenz"].declaration
    assert measure_page(dataclasses.replace(d, **{field: "altered"})) != measure_page(d)


def test_an_altered_example_gives_another_page() -> None:
    d = registry()["lorenz"].declaration
    other = dataclasses.replace(d.example, interval=(0.0, 1.0))
    assert measure_page(dataclasses.replace(d, example=other)) != measure_page(d)


@pytest.mark.parametrize("name", sorted(readers()))
def test_a_reader_page_says_all(name: str) -> None:
    d = readers()[name].declaration
    page = reader_page(d)
    for words in (d.title, d.id, d.platform, d.exported_by, d.lacks, d.tested_on, *d.supplies):
        assert words.replace("|", "\\|") in page
    assert d.how_to_obtain in page


def test_the_index_links_every_page() -> None:
    page = index_page("Measures", {"a": "First", "b": "Second"})
    assert "- [First](a.md)" in page
    assert "- [Second](b.md)" in page
