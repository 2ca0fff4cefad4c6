"""The worked examples, replayed whole."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from internaldesk.core import replay
from tests.core.stories import NINE_TO_FIVE, after

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


def test_a_scenario_without_events_is_refused():
    with pytest.raises(ValueError, match="at least one event"):
        after()


def test_the_warning_is_told_where_the_case_sets_its_share():
    options = {"at_risk_share": 0.9}

    assert after("mon 10:00 created", options=options)["resolution"]["at_risk_at"] == "tue 09:12"
    assert "at_risk_at" not in after("mon 10:00 created", "mon 11:00 pending", options=options)["resolution"]
    assert "at_risk_at" not in after("mon 10:00 created")["resolution"]


def test_fractions_of_a_minute_are_kept_and_whole_numbers_stay_whole():
    case = {"calendar": NINE_TO_FIVE, "start": "2025-06-02T10:00:00Z", "minutes": 1.5, "kind": "add"}

    assert replay.run(case) == "2025-06-02T10:01:30+00:00"
    assert repr(after("mon 10:00 created", now="mon 11:00")["resolution"]["elapsed_minutes"]) == "60"
