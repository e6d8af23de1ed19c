"""Files that users write in TOML: what is wrong is told with its line, whichever file it is."""

from collections.abc import Callable
from typing import Any

import pytest

from howfar.errors import StudyError
from howfar.improve.experiments.plan import parse_plan
from howfar.study.file import parse_study
from howfar.study.index_part import parse_index


@pytest.mark.parametrize("parse", [parse_study, parse_plan, parse_index])
def test_no_toml_is_told_by_line(parse: Callable[[str, str], Any]) -> None:
    with pytest.raises(StudyError) as caught:
        parse('[a]\nid = "x"\nb = = 3\n', "own.toml")
    assert caught.value.where == "own.toml:3"
    with pytest.raises(StudyError, match="id is given twice") as caught:
        parse('id = "x"\nid = "y"\n', "own.toml")
    assert caught.value.where == "own.toml:2"


@pytest.mark.parametrize("parse", [parse_study, parse_plan, parse_index])
def test_an_unknown_key_is_told_by_line(parse: Callable[[str, str], Any]) -> None:
    with pytest.raises(StudyError) as caught:
        parse("\nunheard = 1\n", "own.toml")
    assert "own.toml:2" in str(caught.value)
    assert "unheard" in str(caught.value)
