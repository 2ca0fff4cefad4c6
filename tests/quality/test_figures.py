"""Every number of the page is what the rows say, counted by hand, and opens a list of that many requests."""

from datetime import timedelta
from decimal import Decimal

import pytest

from internaldesk.core.figures import span_words
from internaldesk.db import db
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from tests.quality.counting import BEGIN, END, filed, nth, overall, refusals, rows, stretches, verdicts
from tests.quality.reading import number
from tests.quality.story import NOW


def test_the_story_has_something_of_everything(told):
    met = [clock.breached_at is None for clock in verdicts("first_response")]

    assert min(met.count(True), met.count(False)) >= 3
    assert any(s[1] != s[3] for s in stretches())
    assert any(s[2] is None for s in stretches())
    assert {overall(r) for r in rows(Rating)} == {2, 5}


def test_first_replies_on_time(max_):
    met = [clock.breached_at is None for clock in verdicts("first_response")]

    share = Decimal(sum(met) * 1000 // len(met)) / 10

    assert max_.get("/quality").verdicts()["First replies on time"] == f"{share}%"


def test_half_of_first_replies_and_nine_in_ten(max_):
    used = [c.used_seconds for c in verdicts("first_response") if c.stopped_at is not None]

    page = max_.get("/quality")

    assert page.verdicts()["Half of first replies within"] == span_words(nth(used, 0.5))
    assert f"Nine in ten within {span_words(nth(used, 0.9))}" in page.words


def test_satisfied_requesters_with_the_share_that_answered(max_):
    given = [overall(r) for r in rows(Rating) if BEGIN <= r.at < END]
    asked = [i for i in rows(RatingInvite) if BEGIN <= i.at < END]
    answered = {r.ticket_id for r in rows(Rating)} & {i.ticket_id for i in asked}

    page = max_.get("/quality")

    percent = 100 * sum(score >= 4 for score in given) // len(given)
    assert page.verdicts()["Satisfied requesters"].startswith(f"{percent}% ±")
    assert f"{len(given)} answers, {100 * len(answered) // len(asked)}% of asked" in page.words


def test_open_right_now_by_age(max_):
    ages = [NOW - filed_at for _, _, until, filed_at in stretches() if until is None]

    page = max_.get("/quality")

    assert page.verdicts()["Open right now"] == str(len(ages))
    old = sum(age > timedelta(days=10) for age in ages)
    fresh = sum(age < timedelta(days=2) for age in ages)
    assert f"{old} over 10 days" in page.words
    assert f"{fresh} under 2 days" in page.words


def test_requests_filed_and_solved_for_good(max_):
    week = timedelta(days=7)
    ended = [(t, until) for t, _, until, _ in stretches() if until and BEGIN <= until < END]
    solved = [(t, until) for t, until in ended if (t.id, until) not in refusals()]
    returned = [
        (t, until)
        for t, until in solved
        if any(t is u and since != filed_at and until < since <= until + week for u, since, _, filed_at in stretches())
    ]

    words = max_.text("/quality")

    assert returned
    assert len(solved) == len(ended) - 2
    assert f"{len(filed())} requests, {len(solved) - len(returned)} solved" in words


@pytest.mark.parametrize(
    ("by", "column"), [("type", "request_type_id"), ("team", "team_id"), ("location", "location_id")]
)
def test_lines_count_what_was_filed(max_, by, column):
    counts = sorted([sum(getattr(t, column) == key for t in filed()) for key in {getattr(t, column) for t in filed()}])
    head = {"type": "Request types", "team": "Teams", "location": "Locations"}[by]

    lines = max_.get(f"/quality?by={by}").table(head)

    assert sorted(int(cells[1 if by == "type" else 0]) for cells in lines.values()) == counts


def test_a_miss_stays_with_the_team_that_missed_it(max_):
    missed = [c for c in verdicts("first_response") if c.breached_at is not None]
    passed_on = [c for c in missed if db.session.get(Ticket, c.ticket_id).transferred]

    (row,) = [r for r in max_.get("/quality/requests?what=missed&team=it").rows() if "Facilities" in r and "First" in r]

    assert len(passed_on) == 1
    assert str(passed_on[0].ticket_id) in row


@pytest.mark.slow
@pytest.mark.parametrize(
    "filters",
    [
        "",
        "by=team&team=it&team=hr",
        "by=location&period=26w",
        "type=it/broken",
        "customer=yes&location=leeds",
        "priority=medium&priority=urgent&period=26w",
        "channel=phone&channel=email&by=location",
        "priority=high&channel=portal&customer=yes&by=team",
    ],
)
def test_every_count_opens_a_list_of_that_many(max_, filters):
    page = max_.get(f"/quality?{filters}")
    counts = {url: words for url, words in page.lists().items() if words[:1].isdigit() and is_count(words)}

    lengths = {url: max_.get(url).counted() for url in counts}

    assert lengths == {url: number(words) for url, words in counts.items()}


def is_count(words):
    """Not a share, a span or a score, whose lists are as long as the cases they are made of."""
    return not any(sign in words for sign in ("%", " min", " h", " d ", " d", "of ")) or "days" in words


def test_spans_and_shares_open_the_cases_they_are_made_of(max_):
    firsts = verdicts("first_response")

    assert max_.get("/quality/requests?what=first").counted() == len(firsts)
    stopped = [c for c in firsts if c.stopped_at is not None]
    assert max_.get("/quality/requests?what=median").counted() == len(stopped)
    missed = [c for target in ("first_response", "resolution") for c in verdicts(target) if c.breached_at is not None]
    assert max_.get("/quality/requests?what=missed").counted() == len(missed)


def test_late_promises_are_shown_however_old(max_):
    late = [c for c in rows(Clock, Clock.breached_at.is_not(None)) if c.state.value in ("running", "paused")]
    late = [c for c in late if c.target.value in ("first_response", "resolution")]

    page = max_.get("/quality")

    assert f"{len(late)} missed promises still wait." in page.words
    assert max_.get("/quality/requests?what=late").counted() == len(late)
