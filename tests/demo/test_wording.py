"""The words of the demo fit the forms of the catalogue."""

from datetime import date
from random import Random

import pytest

from internaldesk.catalogue import content
from internaldesk.core import questions
from internaldesk.core.questions import Kind
from internaldesk.demo import people, wording
from internaldesk.tickets.handover import TRANSFER_REASONS

DAY = date(2026, 11, 19)
TYPES = [spec for team in content.load() for spec in team.types]
COMMON = {
    *("it/broken", "it/sign-in", "it/access", "hr/ask", "hr/pay", "purchasing/buy", "purchasing/order-status"),
    *("finance/expense", "finance/invoice", "finance/billing", "warehouse/stock", "warehouse/do-we-have"),
    *("facilities/repair", "facilities/climate", "facilities/badge"),
}


def known():
    place = people.places()["porto"]
    return wording.facts(Random(3), first="Eve", person="Carla Reis", place=place, phone="+351 1", day=DAY)


def stories(spec):
    return wording.team_words(spec.team).stories[spec.slug]


def as_typed(form, answers):
    """What a browser would have sent for these answers."""
    raw = {}
    for question in form:
        if question.slug not in answers:
            continue
        answer = answers[question.slug]
        if question.kind is Kind.LINES:
            for column in ("item", "quantity", "unit", "price"):
                raw[f"{question.slug}-{column}"] = [str(line[column] or "") for line in answer]
        else:
            raw[question.slug] = [str(part) for part in (answer if isinstance(answer, list) else [answer])]
    return raw


@pytest.mark.parametrize("spec", TYPES, ids=lambda spec: spec.path)
def test_every_story_answers_its_form_as_the_form_would_keep_it(spec):
    for told in stories(spec):
        answers = wording.answers(told, spec.questions, known(), colleague=17, day=DAY)

        kept, errors = questions.check(spec.questions, as_typed(spec.questions, answers))

        assert errors == {}, told.summary
        assert kept == answers, told.summary


@pytest.mark.parametrize("spec", TYPES, ids=lambda spec: spec.path)
def test_every_slot_is_filled(spec):
    for told in stories(spec):
        said = [told.summary, told.details, told.fix, *(told.ask or ()), *(told.moves or ())]
        filled = [wording.filled(text, known()) for text in said]

        assert not [text for text in filled if "{" in text or "}" in text]
        assert len(filled[0]) <= 200


@pytest.mark.parametrize("spec", TYPES, ids=lambda spec: spec.path)
def test_there_is_variety(spec):
    summaries = {told.summary for told in stories(spec)}

    assert len(summaries) >= (6 if spec.path in COMMON else 3)


def test_whoever_is_sent_on_goes_to_a_team_for_a_reason_the_desk_knows():
    moves = [told.moves for spec in TYPES for told in stories(spec) if told.moves]

    assert {slug for slug, _, _ in moves} <= set(content.TEAMS)
    assert {reason for _, reason, _ in moves} <= TRANSFER_REASONS.keys()


@pytest.mark.parametrize("day", [date(2026, 11, 14), date(2026, 11, 15)])
def test_a_date_far_ahead_is_a_working_day(day):
    spec = next(spec for spec in TYPES if spec.path == "it/loan")

    answers = wording.answers(stories(spec)[0], spec.questions, known(), colleague=1, day=day)

    assert date.fromisoformat(answers["from"]).weekday() < 5
