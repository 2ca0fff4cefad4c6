"""What teams could train: which signs count, from when on, and in which order."""

from datetime import date

import pytest

from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.core.training import beside, check_day, may_note, needs, spans

LOW = {"clarity_1": 1, "clarity_2": 2, "clarity_5": 2}


def words(found):
    return [[sign.words for sign in need.signs] for need in found]


def test_signs_of_a_team_and_a_topic_make_one_need():
    found = needs({(1, 2): LOW | {"expertise": 5, "returned": 1, "again": 2}})

    assert words(found) == [
        [
            "5 handed on because others know it better",
            "3 low answers about clarity",
            "2 asked again by the same person within a week",
            "1 opened again after it was solved",
        ]
    ]
    assert (found[0].many, found[0].advice[:20]) == (11, "Let those who were a")


def test_a_bad_day_is_none():
    assert needs({(1, 2): {"expertise": 1, "returned": 1}, (1, 3): {"filed": 900}}) == []


def test_low_answers_of_a_handful_may_give_one_away():
    assert needs({(1, 2): {"attitude_1": 4}}) == []
    assert words(needs({(1, 2): {"attitude_1": 4, "attitude_3": 1}})) == [["4 low answers about attitude"]]


def test_the_most_signs_come_first():
    found = needs({(1, 2): {"again": 3}, (2, 2): {"returned": 9}, (1, 1): {"again": 3}})

    assert [(need.team_id, need.type_id) for need in found] == [(2, 2), (1, 1), (1, 2)]
    assert found[0].signs[0].words == "9 opened again after they were solved"


HELD = date(2026, 9, 2)


def weeks(before, after):
    over = spans(HELD)
    return {over.before[0]: before, over.before[-1]: before, over.after[0]: after, over.after[-1]: after}


def told(before, after, today=date(2026, 11, 9)):
    return {row.slug: row for row in beside(HELD, weeks(before, after), today=today)}


def test_a_training_stands_between_its_weeks():
    over = spans(HELD)

    assert (over.before[0], over.before[-1]) == (date(2026, 7, 6), date(2026, 8, 24))
    assert (over.after[0], over.after[-1], over.told_on) == (date(2026, 9, 7), date(2026, 10, 26), date(2026, 11, 9))


def test_fewer_low_answers_are_better_where_chance_does_not_do_it():
    row = told({"clarity_1": 30, "clarity_5": 10}, {"clarity_1": 5, "clarity_5": 35})["clarity"]

    assert (row.words(row.before), row.words(row.after), row.change) == ("75%", "12%", "Better")
    assert told({"watched": 40, "returned": 4}, {"watched": 40, "returned": 5})["reopened"].change == "No real change"
    assert told({"filed": 40, "again": 2}, {"filed": 40, "again": 30})["again"].change == "Worse"


def test_hand_overs_are_of_what_stayed_and_of_what_went():
    assert told({"filed": 9, "expertise": 3}, {})["expertise"].before == (6, 24, 10)


def test_it_is_too_early_until_the_last_solution_had_its_days():
    rows = told({}, {"filed": 50}, today=date(2026, 11, 8)).values()

    assert [(row.after, row.change) for row in rows] == [(None, None)] * 4


def test_leads_and_managers_note_what_was_held():
    def who(**more):
        return Actor(id=1, name="A", email="a@desk.example", location_id=1, location_name="L", timezone="UTC", **more)

    assert may_note(who(lead_of=frozenset({7})), 7)
    assert may_note(who(manager=True), 7)
    assert not may_note(who(lead_of=frozenset({8}), agent_of=frozenset({7})), 7)
    check_day(HELD, today=HELD)
    with pytest.raises(Refused, match="has not come yet"):
        check_day(HELD, today=date(2026, 9, 1))
