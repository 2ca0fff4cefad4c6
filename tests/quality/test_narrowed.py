"""Figures of some priorities and channels: counted by hand, and each number opens what it counts."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from internaldesk.core.daily import Space
from internaldesk.core.figures import span_words
from internaldesk.core.policy import Actor
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.ratings import Rating
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.quality.forms import CHANNELS, PRIORITIES
from internaldesk.quality.scope import Scope
from internaldesk.tickets import actions
from tests import cast, make
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.reading import number, said
from tests.quality.story import NOW
from tests.quality.test_figures import BEGIN, END, filed, is_count, nth, rows, stretches, verdicts

COUNT = re.compile(r"[\d,]+( request| decision| answer|$)")


def late():
    missed = rows(Clock, Clock.breached_at.is_not(None))
    return [c for c in missed if c.state.value in ("running", "paused") and c.target.value != "next_response"]


def channel_of(row):
    return row.channel if isinstance(row, Ticket) else db.session.get_one(Ticket, row.ticket_id).channel


def test_the_story_has_what_can_be_told_apart(told):
    assert {ticket.channel for ticket in filed()} == {"portal", "phone", "email"}
    assert {ticket.priority for ticket in filed()} >= {Priority.HIGH, Priority.MEDIUM, Priority.LOW}
    then = [(c.decided_priority, db.session.get_one(Ticket, c.ticket_id).priority) for c in verdicts("first_response")]
    assert sum(one is not other for one, other in then) >= 2
    assert any(c.decided_priority is not db.session.get_one(Ticket, c.ticket_id).priority for c in late())


@pytest.mark.parametrize("level", list(Priority))
def test_what_was_decided_counts_under_the_priority_of_then(max_, level):
    first = [c for c in verdicts("first_response") if c.decided_priority is level]
    taken = [c.used_seconds for c in first if c.stopped_at is not None]

    page = max_.get(f"/quality?priority={level}")

    assert max_.get(f"/quality/requests?what=first&priority={level}").counted() == len(first)
    assert max_.get(f"/quality/requests?what=median&priority={level}").counted() == len(taken)
    half = span_words(nth(taken, 0.5)) if taken else "none"
    assert page.verdicts()["Half of first replies within"] == half
    waiting = sum(c.decided_priority is level for c in late())
    assert max_.get(f"/quality/requests?what=late&priority={level}").counted() == waiting
    assert (f"{waiting} missed promises still wait." in page.words) == (waiting > 1)


@pytest.mark.parametrize("level", list(Priority))
def test_all_else_counts_under_the_priority_of_now(max_, level):
    asked = [ticket for ticket in filed() if ticket.priority is level]
    standing = [s for s in stretches() if s[2] is None and s[0].priority is level]
    rated = [
        r for r in rows(Rating) if BEGIN <= r.at < END and db.session.get_one(Ticket, r.ticket_id).priority is level
    ]

    page = max_.get(f"/quality?priority={level}")

    assert page.verdicts()["Open right now"] == str(len(standing))
    assert max_.get(f"/quality/requests?what=filed&priority={level}").counted() == len(asked)
    assert max_.get(f"/quality/requests?what=rated&priority={level}").counted() == len(rated)
    lines = page.table("Request types")
    assert sum(int(cells[1]) for cells in lines.values()) == len(asked)


@pytest.mark.parametrize("channel", ["portal", "phone", "email", "plan"])
def test_channels_are_those_of_the_requests(max_, channel):
    first = [c for c in verdicts("first_response") if channel_of(c) == channel]
    asked = Counter(ticket.team.name for ticket in filed() if ticket.channel == channel)

    lines = max_.get(f"/quality?by=team&channel={channel}").table("Teams") if asked else {}

    assert {name: int(cells[0]) for name, cells in lines.items() if cells[0] != "0"} == asked
    assert max_.get(f"/quality/requests?what=first&channel={channel}").counted() == len(first)


def test_the_parts_make_the_whole(max_):
    whole = max_.get("/quality/requests?what=missed").counted()

    for name, entries in (("priority", PRIORITIES), ("channel", CHANNELS)):
        parts = [max_.get(f"/quality/requests?what=missed&{name}={entry.slug}").counted() for entry in entries]
        assert sum(parts) == whole
        assert sum(part > 0 for part in parts) > 1


@pytest.mark.parametrize("place", ["chain", "simplicity", "training"])
@pytest.mark.parametrize("query", ["period=26w&priority=medium", "period=26w&channel=portal&priority=high"])
def test_other_pages_count_what_their_lists_hold(max_, place, query):
    page = max_.get(f"/quality/{place}?{query}")
    counts = {url: words for url, words in page.lists().items() if COUNT.match(words) and is_count(words)}

    lengths = {url: max_.get(url).counted() for url in counts}

    assert lengths == {url: number(words) for url, words in counts.items()}
    assert all("priority=" in url for url in page.lists())
    assert counts or place == "training"


def test_chips_name_what_is_chosen_and_forms_need_no_script(max_):
    page = max_.get("/quality?priority=urgent&priority=high&channel=phone&team=it")
    chips = [said(node) for node in page.find("summary", "chip--on")]
    (form,) = [form for form in page.root.iter("form") if any(one.get("value") == "fax" for one in form.iter("input"))]

    assert {"2 priorities", "By phone"} <= set(chips)
    assert (form.get("method"), form.get("action")) == ("get", "/quality")
    fields = [(one.get("type"), one.get("name"), one.get("value")) for one in form.iter("input")]
    kept = [(name, value) for kind, name, value in fields if kind == "hidden"]
    assert kept == [("team", "it"), ("priority", "urgent"), ("priority", "high")]
    (ticked,) = [one.get("value") for one in form.iter("input") if one.get("checked") is not None]
    assert ticked == "phone"
    assert "/quality?team=it&priority=urgent&priority=high" in [node.get("href") for node in page.root.iter("a")]


def test_files_say_what_was_chosen_and_hold_it(max_):
    text = max_.client.get("/quality.csv?what=filed&priority=medium&channel=email").text

    assert "Filter,priority,Medium\r\n" in text
    assert "Filter,channel,By e-mail\r\n" in text
    asked = [ticket for ticket in filed() if (ticket.priority.value, ticket.channel) == ("medium", "email")]
    assert f"Counted,{len(asked)}\r\n" in text
    assert len(asked) > 0


@pytest.mark.parametrize("query", ["", "&priority=medium&priority=high", "&type=it/broken"])
def test_departments_that_asked_nothing_in_this_time_have_no_line(app, morning, query):
    ticket = make.ticket("it/broken", by="ada", now=NOW - timedelta(days=60))
    actions.reply(ticket, by=cast.actor("ben"), now=NOW - timedelta(days=60), body="I am on it")
    actions.solve(ticket, by=cast.actor("ben"), now=NOW - timedelta(days=3))
    db.session.commit()
    story.kept()

    page = pages(app, "max").get(f"/quality/chain?period=4w{query}")

    assert [url for url in page.lists() if "what=parted" in url]
    assert "Not entered" not in page.words


@pytest.mark.parametrize("chosen", [{}, {"places": {1}}, {"types": {1}, "customer": True}, {"teams": {1}}])
def test_only_narrowed_pages_read_the_smallest_cells(chosen):
    usual = Scope(Actor(1, manager=True), **chosen)

    for scope in (replace(usual, priorities={Priority.LOW}), replace(usual, channels={"phone"})):
        assert {scope.space, scope.space_of_places, scope.space_of_askers} == {Space.EACH}
    assert Space.EACH not in {usual.space, usual.space_of_places}
