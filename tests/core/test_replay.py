"""The worked examples, replayed whole."""

import copy
import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internaldesk.core import replay
from tests.core.stories import EARLY, NINE_TO_FIVE, after, case, row

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


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])
def test_every_worked_example_comes_out_as_written(sample):
    expected = sample["expected_seconds"] if sample["kind"] == "elapsed" else sample["expected"]

    assert comparable(replay.run(sample)) == comparable(expected)


# --- what a scenario may set -----------------------------------------------------------------------------------------


def test_what_happens_after_the_instant_looked_at_has_not_happened_yet():
    events = ("mon 10:00 created", "mon 12:00 pending", "mon 13:00 resolved")

    assert after(*events, now="mon 12:30") == after(*events[:2], now="mon 12:30")
    assert after(*events, now="mon 09:00") == {}


def test_events_are_told_in_any_order_and_with_any_offset():
    late = row("mon 11:00 agent_reply") | {"at": "2025-06-02T13:00:00+02:00"}

    assert after("mon 12:00 resolved", late, "mon 10:00 created") == after(
        "mon 10:00 created", "mon 11:00 agent_reply", "mon 12:00 resolved"
    )


@pytest.mark.parametrize("share", [0.9, "0.9", "9/10"])
def test_a_share_may_be_written_as_people_write_it(share):
    assert after("mon 10:00 created", options={"at_risk_share": share})["resolution"]["at_risk_at"] == "tue 09:12"


def test_options_and_reasons_may_be_empty_or_a_single_word():
    waiting = ("mon 10:00 created", "mon 11:00 pending reason=vendor")

    assert after(*waiting, options=None, pause_on=None) == after(*waiting)
    assert after(*waiting, options={"on_reopen": None, "warn_minutes": None}) == after(*waiting)
    assert after(*waiting, pause_on={"resolution": "vendor"}) == after(*waiting, pause_on={"resolution": ["vendor"]})


def test_a_promise_may_follow_the_team_and_begin_a_new_cycle_when_reopened():
    moved = ("mon 10:00 created team=it", row("mon 11:00 transferred team=hr", calendar=EARLY))
    again = (*moved, "tue 09:00 resolved", "tue 10:00 reopened")

    assert after(*moved, options={"sla_calendar": "follow_team"})["resolution"]["due"] == "wed 10:00"
    assert after(*moved, options={"sla_calendar": "policy"})["resolution"]["due"] == "tue 10:00"
    assert after(*again, options={"on_reopen": "continue"})["resolution"]["elapsed_minutes"] == 420
    assert [found["elapsed_minutes"] for found in after(*again, options={"on_reopen": "new_cycle"})["resolution"]] == [
        420, 0]  # fmt: skip


def test_a_second_warning_is_told_where_the_case_asks_for_one():
    found = after("mon 10:00 created", options={"warn_minutes": 30})

    assert (found["resolution"]["soon_at"], found["first_response"]["soon_at"]) == ("tue 09:30", "mon 10:30")


def test_waivers_and_corrections_may_be_replayed():
    fixed = row(
        "tue 12:00 corrected since=mon_00:00 until=tue_00:00", calendar={**NINE_TO_FIVE, "holidays": ["2025-06-02"]}
    )
    waived = row("tue 13:00 waived", target="first_response", reason="A storm.")

    assert after("mon 10:00 created", fixed, waived)["resolution"]["due"] == "tue 17:00"


def test_the_warning_is_told_where_the_case_sets_its_share():
    options = {"at_risk_share": 0.9}

    assert after("mon 10:00 created", options=options)["resolution"]["at_risk_at"] == "tue 09:12"
    assert "at_risk_at" not in after("mon 10:00 created", "mon 11:00 pending", options=options)["resolution"]
    assert "at_risk_at" not in after("mon 10:00 created")["resolution"]


def test_fractions_of_a_minute_are_kept_and_whole_numbers_stay_whole():
    case = {"calendar": NINE_TO_FIVE, "start": "2025-06-02T10:00:00Z", "minutes": 1.5, "kind": "add"}

    assert replay.run(case) == "2025-06-02T10:01:30+00:00"
    assert repr(after("mon 10:00 created", now="mon 11:00")["resolution"]["elapsed_minutes"]) == "60"


# --- what a case gets wrong ------------------------------------------------------------------------------------------

CREATED = "mon 10:00 created"
ADD = {"kind": "add", "calendar": NINE_TO_FIVE, "start": "2025-06-02T10:00:00Z", "minutes": 5}


def older(**other):
    return case(CREATED, row("mon 11:00 absorbed", other={"created_at": "2025-06-02T09:00:00Z", **other}))


@pytest.mark.parametrize(("wrong", "sentence"), [
    (case(), "at least one event"),
    (case() | {"events": {}}, "a list of objects"),
    (case() | {"events": ["created"]}, "a list of objects"),
    (case("mon 10:00 agent_reply"), "first event, and no other, is its creation"),
    (case(CREATED, "mon 11:00 danced"), "“danced” is not a kind of event"),
    (case(CREATED, row("mon 11:00 waived", target="rent", reason="x")), "“rent” is not a target"),
    (case(CREATED, row("mon 11:00 resolved") | {"at": "today"}), "“today” is not an instant; write it as"),
    (case(CREATED, row("mon 11:00 resolved") | {"at": "2025-06-02T11:00"}), "lacks its offset"),
    (case(CREATED, row("mon 11:00 resolved") | {"at": 7}), "“7” is not an instant"),
    (case(CREATED, row("mon 11:00 resolved") | {"at": "9999-12-31T23:00:00Z"}), "is not an instant"),
    (case(CREATED, row("mon 11:00 transferred", team=["it"])), "makes no sense as team of an event"),
    (case(CREATED, row("mon 11:00 calendar_changed", calendar=7)), "Write the hours out"),
    (case(CREATED, row("mon 11:00 calendar_changed", calendar={})), "“None” is not a time zone"),
    (case(CREATED, policy=[5]), "“policy” must be an object"),
    (case(CREATED, policy={"rent": 5}), "“rent” is not a target; known are first_response"),
    (case(CREATED, policy={"resolution": "5"}), "“5” is not a number of minutes"),
    (case(CREATED, policy={"resolution": -5}), "“-5” is not a number of minutes"),
    (case(CREATED, policy={"resolution": float("nan")}), "“nan” is not a number of minutes"),
    (case(CREATED, policy={"resolution": 10**30}), "is not a number of minutes"),
    (case(CREATED, pause_on={"resolution": [5]}), "is not a list of reasons"),
    (case(CREATED, pause_on={"resolution": 5}), "“5” is not a list of reasons"),
    (case(CREATED, pause_on={"rent": []}), "“rent” is not a target"),
    (case(CREATED, options={"at_risk_share": "most"}), "“most” is not a share"),
    (case(CREATED, options={"at_risk_share": "1/0"}), "“1/0” is not a share"),
    (case(CREATED, options={"at_risk_share": 75}), "“75” is not a share; write 0.75"),
    (case(CREATED, options={"on_reopen": "restart"}), "“restart” is not known as on_reopen; write continue"),
    (case(CREATED, options={"sla_calendar": ["policy"]}), "is not known as sla_calendar"),
    (older(created_at=None), "“None” is not an instant"),
    (older(pauses="long"), "a list of from, to and reason"),
    (older(pauses=["long"]), "“long” is not a pause"),
    (older(pauses=[[]]), "is not a pause; write from, to and reason"),
    (older(pauses=[["2025-06-02T09:00:00Z", "soon"]]), "“soon” is not an instant"),
    (ADD | {"minutes": "ten"}, "“ten” is not a number of minutes"),
    (ADD | {"minutes": -1}, "“-1” is not a number of minutes"),
    (ADD | {"calendar": None}, "A calendar needs a time zone and hours"),
    (ADD | {"calendar": {"timezone": "UTC", "hours": {}}}, "has no opening hours"),
    (ADD | {"kind": "dance"}, "“dance” is not a kind of case"),
])  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        replay.run(wrong)


def places(value, path=()):
    """Where something stands in a case."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from places(part, (*path, key))


JUNK = st.sampled_from([None, 5, -1, 1.5, 10**30, float("inf"), float("nan"), True, "", "x", "mon", "24:00", [], [1],
                        {}, {"a": 1}, ["09:00", "17:00"], "2025-06-02T10:00:00", "9999-12-31T23:00:00Z"])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_case_however_wrong_ends_in_anything_but_a_sentence(data):
    spoilt = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    *way, last = data.draw(st.sampled_from(sorted(places(spoilt), key=str)))
    inner = spoilt
    for key in way:
        inner = inner[key]
    inner[last] = data.draw(JUNK)

    assert refusal(spoilt).endswith(".")


def refusal(sample) -> str:
    """Why a case was refused, or that it was not; anything but a ValueError is a failure of the program."""
    try:
        replay.run(sample)
    except ValueError as error:
        return str(error)
    return "It was not."
