"""Each question has a remedy of its own, and a low answer is led to those it needs."""

from internaldesk.core.rating import QUESTIONS, Scores
from internaldesk.core.remedies import REMEDIES, remedies_for


def test_each_question_leads_to_something_else():
    assert list(REMEDIES) == [question.slug for question in QUESTIONS]
    assert len({remedy.leads_to for remedy in REMEDIES.values()}) == len(REMEDIES)
    assert all(len(remedy.steps) >= 3 for remedy in REMEDIES.values())


def test_what_was_not_answered_needs_no_remedy():
    assert remedies_for(Scores()) == ()
    assert [found.slug for found in remedies_for(Scores(responsiveness=2))] == ["responsiveness"]
