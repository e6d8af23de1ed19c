"""Editors see the schema that the program checks by, and the template is a valid study."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.study.editor import schema_text, study_schema, write_schema
from howfar.study.file import parse_study
from howfar.study.template import render_study_toml, toml_value

ROOT = Path(__file__).resolve().parents[2]


def test_the_schema_in_the_docs_is_current(tmp_path: Path) -> None:
    stored = (ROOT / "docs" / "study.schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(), "run howfar.study.editor.write_schema on docs/study.schema.json"
    write_schema(tmp_path / "schema.json")
    assert (tmp_path / "schema.json").read_bytes() == stored.encode()


def test_the_schema_puts_objectives_first_and_refuses_unknown_keys() -> None:
    schema = study_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert next(iter(schema["properties"])) == "objectives"
    assert schema["additionalProperties"] is False
    valid = {
        "study": {"id": "a", "title": "t", "question": "q", "objectives_unknown": "w"},
        "window": {"start": "2024-01-01", "end": "2024-01-02"},
    }
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(valid)
    del valid["study"]["objectives_unknown"]
    assert not validator.is_valid(valid)
    assert not validator.is_valid({**valid, "windoww": {}})


def test_the_template_is_a_valid_study() -> None:
    text = render_study_toml(
        study_id="demo",
        title='A "title"\nof two lines',
        question="How far?",
        start=date(2024, 1, 1),
        end=datetime(2024, 2, 1, 12),
        timezone="Asia/Tokyo",
        sources=[
            {
                "name": "posts",
                "path": "C:\\exports\\*.csv",
                "capture": "sample",
                "cap": None,
                "observed_at": datetime(2024, 3, 1, 2),
                "mapping": {"id": "Post ID", "text": "本文"},
            }
        ],
        settings={"seed": 7, "contact": None},
        guesses=["the file has\nno zone\x00\x85"],
    )
    assert text.startswith("#:schema study.schema.json\n")
    assert text.index("[[objectives]]") < text.index("[study]")
    assert "#  - the file has no zone\n" in text
    study = parse_study(text)
    assert study.about.title == 'A "title"\nof two lines'
    assert study.about.seed == 7
    assert study.about.objectives_unknown is not None
    assert study.sources[0].path == "C:\\exports\\*.csv"
    assert study.sources[0].mapping == {"id": "Post ID", "text": "本文"}
    assert (
        parse_study(
            render_study_toml(
                study_id="a", title="t", question="q", start=date(2024, 1, 1), end=date(2024, 1, 2)
            )
        ).sources
        == ()
    )


def test_the_examples_of_the_template_are_valid_once_uncommented() -> None:
    text = render_study_toml(
        study_id="a", title="t", question="q", start=date(2024, 1, 1), end=date(2025, 1, 2)
    )
    body = text[text.index("# [[objectives]]") :]
    lines = [
        line.removeprefix("# ")
        for line in body.splitlines()
        if " = " in line or line.lstrip("# ").startswith("[")
    ]
    lines = [line for line in lines if not line.startswith(("objectives_unknown", "confidence"))]
    lines = [
        line
        for line in lines
        if not line.startswith(("replicates", "minimum", "retention", "watched"))
    ]
    study = parse_study("\n".join(lines))
    assert study.objectives[0].countries == ("BR", "IN", "KE")
    assert study.sources[0].capture == "complete"
    assert study.events[0].id == "launch"


texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | texts | st.dates() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(values)
def test_values_come_back_from_their_notation(value: object) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


def test_what_toml_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="TOML has no NoneType"):
        toml_value(None)
