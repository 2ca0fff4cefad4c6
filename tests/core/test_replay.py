"""The worked examples, replayed whole."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from internaldesk.core import replay

SAMPLES = json.loads((Path(__file__).parent / "data" / "sla_samples.json").read_text())["samples"]


def comparable(value):
    """Instants by what they mean, everything else as it is."""
    if isinstance(value, dict):
        return {key: comparable(found) for key, found in value.items()}
    if isinstance(value, list):
        return [comparable(found) for found in value]
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value


@pytest.mark.parametrize("case", SAMPLES, ids=lambda case: case["id"])
def test_every_worked_example_comes_out_as_written(case):
    expected = case["expected_seconds"] if case["kind"] == "elapsed" else case["expected"]

    assert comparable(replay.run(case)) == comparable(expected)
