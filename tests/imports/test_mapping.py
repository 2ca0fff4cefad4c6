"""What a mapping gets wrong is said in a sentence, and the one that is shipped gets nothing wrong."""

import tomllib
from typing import Any

import pytest

from internaldesk.core.errors import BadInput
from internaldesk.imports.mapping import Verb, parse
from tests.guards.reading import ROOT
from tests.imports.conftest import mapping


def test_the_example_is_a_good_one() -> None:
    plan = parse(tomllib.loads((ROOT / "deploy" / "examples" / "incidents.toml").read_text()))

    assert plan.activities["Active"] == (Verb.REPLY, Verb.WORK)
    assert "CC BY 4.0" in plan.note


SOURCE = mapping()["source"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"souce": {}}, "does not know “souce”"),
        ({"source": None}, r"\[source\] is missing"),
        ({"source": {**SOURCE, "zone": "Mars/Olympus"}}, "is not a time zone"),
        ({"source": {**SOURCE, "zone": "Europe"}}, "is not a time zone"),
        ({"source": {**SOURCE, "zone": "../etc"}}, "is not a time zone"),
        ({"source": {**SOURCE, "delimiter": "::"}}, "a single sign"),
        ({"source": {**SOURCE, "empty": "?"}}, "a list of texts"),
        ({"source": {**SOURCE, "name": "x" * 61}}, "too long"),
        ({"columns": {"number": "no"}}, r"\[columns\] needs “time”"),
        ({"activities": {}}, "is missing"),
        ({"activities": {"Open": "ponder"}}, "cannot be “ponder”"),
        ({"activities": {"Open": 3}}, "a word or a list"),
        ({"priorities": {"map": {"1": "high as can be"}}}, "cannot be “high as can be”"),
        ({"channels": {"otherwise": "pigeon"}}, "cannot be “pigeon”"),
        ({"teams": {"map": ["it"]}}, "a table of texts"),
        ({"ending": {"open": "burn"}}, "cannot be “burn”"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        parse(mapping(**changes))


@pytest.mark.parametrize("content", [None, [], "text"])
def test_no_mapping_at_all_is_refused(content: Any) -> None:
    with pytest.raises(BadInput, match="The mapping"):
        parse(content)
