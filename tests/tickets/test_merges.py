"""A duplicate is merged: nothing leaks, nothing is lost, and it can be taken out again."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, may
from internaldesk.core.relations import LinkKind
from internaldesk.core.sla import Target
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.relations import Link
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.sla import queries as clocks
from internaldesk.tickets import actions, merges, queries, relations
from tests import cast, make
from tests.make import NOON

HOUR = timedelta(hours=1)
LATER = NOON + HOUR


def merged(ticket: Ticket, into: Ticket, by: str = "ben", now: object = LATER) -> Ticket:
    target = merges.merge(ticket, into, by=cast.actor(by), now=now)  # type: ignore[arg-type]
    db.session.flush()
    return target


def unmerged(ticket: Ticket, by: str = "ben") -> Ticket:
    merges.unmerge(ticket, by=cast.actor(by), now=LATER + HOUR)
    db.session.flush()
    return ticket


def told(ticket: Ticket, *, public: bool = False) -> list[str]:
    db.session.flush()
    return [line.words for line in history.timeline(ticket.id, public_only=public)]


def promises(ticket: Ticket) -> dict[str, tuple[object, ...]]:
    """Everything stored of its clocks."""
    db.session.flush()
    rows = db.session.scalars(select(Clock).where(Clock.ticket_id == ticket.id)).all()
    return {
        f"{row.target}{row.cycle}": (row.state, row.due_at, row.breached_at, row.used_seconds, row.segment_from)
        for row in rows
    }


def test_a_duplicate_is_closed_without_being_solved_and_both_sides_say_so(app: Flask) -> None:
    twice, first = make.ticket(by="eve"), make.ticket(by="ada")

    assert merged(twice, first) is first

    assert (twice.status, twice.is_open, twice.solved_at, twice.closed_at) == (Status.CLOSED, False, None, LATER)
    assert twice.queue_at == NEVER
    assert {row.cancel_reason for row in clocks.clocks(twice.id)} == {"merged"}
    assert told(twice) == ["merged it into another request about the same"]
    assert told(first) == [f"merged {twice.number} into it"]
    assert told(first, public=True) == []


def test_to_its_own_requester_the_record_names_the_number(app: Flask) -> None:
    twice, first = make.ticket(), make.ticket()

    merged(twice, first)

    assert told(twice, public=True) == [f"merged it into {first.number}"]


@pytest.mark.parametrize("name", cast.NAMES)
def test_merging_gives_nobody_sight_of_anything(app: Flask, name: str) -> None:
    twice, first = make.ticket(by="eve", for_person=cast.person("chi")), make.ticket(by="ada")
    actions.follow(twice, by=cast.actor("eve"), now=NOON, person="Finn")
    actions.follow(twice, by=cast.actor("eve"), now=NOON, person="Max")
    db.session.flush()
    before = {ticket.id: may(cast.actor(name), Act.READ, ticket) for ticket in (twice, first)}

    merged(twice, first)

    db.session.expire_all()
    assert {ticket.id: may(cast.actor(name), Act.READ, ticket) for ticket in (twice, first)} == before
    listed = db.session.scalars(select(Ticket.id).where(queries.visible_tickets(cast.actor(name))))
    assert set(listed) == {number for number, seen in before.items() if seen}
    [tie] = relations.of(twice, actor=cast.actor(name))[0].ties if before[twice.id] else [None]
    assert tie is None or (bool(tie.number), bool(tie.summary), bool(tie.requester)) == (before[first.id],) * 3


def test_who_may_read_the_other_one_anyway_follows_it_until_it_is_undone(app: Flask) -> None:
    twice, first = make.ticket(by="eve", for_person=cast.person("chi")), make.ticket(by="ada")
    actions.follow(twice, by=cast.actor("eve"), now=NOON, person="Max")
    db.session.flush()

    merged(twice, first)

    assert set(first.follower_ids) == {cast.person("chi").id, cast.person("max").id}
    unmerged(twice)
    assert list(first.follower_ids) == []


def test_undone_it_stands_as_before_with_its_clocks_as_if_they_had_run_on(app: Flask) -> None:
    twice, first = make.ticket(assignee="chi", now=NOON - HOUR), make.ticket(assignee="ben")
    untouched = make.ticket(now=NOON - HOUR, assignee="chi")
    actions.set_status(twice, by=cast.actor("chi"), now=NOON, status=Status.SUPPLIER, reason="a part")
    actions.set_status(untouched, by=cast.actor("chi"), now=NOON, status=Status.SUPPLIER, reason="a part")
    before = promises(first)

    merged(twice, first)
    assert promises(first) != before, "the older one lends its used time"
    unmerged(twice)

    assert promises(first) == before
    assert promises(twice) == promises(untouched)
    assert (twice.status, twice.status_reason, twice.assignee_id) == (Status.SUPPLIER, "a part", cast.person("chi").id)
    assert (twice.is_open, twice.closed_at, twice.queue_at) == (True, None, untouched.queue_at)
    assert told(twice)[-1] == "took it up again on its own"
    assert told(first)[-1] == f"took {twice.number} out of it again"
    assert relations.standing(twice.id, LinkKind.MERGED) is None


def test_an_older_duplicate_lends_the_time_it_has_used(app: Flask) -> None:
    older, younger = make.ticket(now=NOON - HOUR), make.ticket()

    merged(older, younger)

    due = {row.target: row.due_at for row in clocks.clocks(younger.id)}
    alone = {row.target: row.due_at for row in clocks.clocks(make.ticket(now=NOON - HOUR).id)}
    assert due[Target.RESOLUTION] == alone[Target.RESOLUTION]


def test_a_younger_duplicate_changes_no_clock_of_the_other(app: Flask) -> None:
    older, younger = make.ticket(now=NOON - HOUR), make.ticket()
    before = promises(older)

    merged(younger, older)

    assert promises(older) == before


def test_what_was_missed_stays_missed(app: Flask) -> None:
    late, first = make.ticket(now=NOON - 200 * HOUR), make.ticket(now=NOON - 300 * HOUR)

    merged(late, first)

    states = {row.target: (row.state, row.breached_at is not None) for row in clocks.clocks(late.id)}
    assert states[Target.RESOLUTION] == ("stopped", True)


def test_a_merged_one_named_as_target_means_where_it_went(app: Flask) -> None:
    first, second, third = make.ticket(), make.ticket(), make.ticket()
    merged(second, first)

    assert merged(third, second) is first


def test_no_chains(app: Flask) -> None:
    first, second, third = make.ticket(), make.ticket(), make.ticket()
    merged(second, first)

    with pytest.raises(Refused, match=f"Merge {third.number} into it instead"):
        merged(first, third)
    with pytest.raises(Refused, match="into itself"):
        merged(first, second)


def test_it_stays_closed_and_says_why(app: Flask) -> None:
    twice, first = make.ticket(by="eve"), make.ticket()
    merged(twice, first)

    for attempt in (
        lambda: actions.reply(twice, by=cast.actor("eve"), now=LATER, body="And?"),
        lambda: actions.reopen(twice, by=cast.actor("ben"), now=LATER),
        lambda: actions.set_status(twice, by=cast.actor("eve"), now=LATER, status=Status.PROGRESS),
    ):
        with pytest.raises(Refused, match="together with another one about the same"):
            attempt()
    assert actions.close_silent(now=LATER + 9000 * HOUR) == 0


def test_what_was_solved_once_and_merged_later_is_not_rated(app: Flask) -> None:
    twice, first = make.ticket(), make.ticket()
    actions.solve(twice, by=cast.actor("ben"), now=NOON)
    db.session.flush()
    invite = ratings.invite(twice, now=NOON) or db.session.scalars(select(ratings.RatingInvite)).one()
    actions.reopen(twice, by=cast.actor("ben"), now=NOON)
    merged(twice, first)

    with pytest.raises(Refused):
        ratings.submit(invite, now=LATER, scores=ratings.rating.Scores(5, 5, 5, 5))


def test_what_changed_meanwhile_is_not_merged(app: Flask) -> None:
    twice, first = make.ticket(), make.ticket()
    seen = twice.version
    actions.reply(twice, by=cast.actor("ada"), now=NOON, body="One more thing")

    with pytest.raises(Conflict):
        merges.merge(twice, first, by=cast.actor("ben"), now=LATER, version=seen)


@pytest.mark.parametrize("name", ["ada", "eve", "max", "hana", "root"])
def test_only_who_handles_both_merges_and_undoes(app: Flask, name: str) -> None:
    twice, first = make.ticket(), make.ticket()
    with pytest.raises(Forbidden):
        merged(twice, first, by=name)
    merged(twice, first)
    with pytest.raises(Forbidden):
        unmerged(twice, by=name)


def test_both_must_be_handled_to_merge_and_to_undo(app: Flask) -> None:
    twice, first, others = make.ticket(), make.ticket(), make.ticket("hr/ask")
    for pair in ((twice, others), (others, twice)):
        with pytest.raises(Forbidden):
            merged(*pair)
    merged(twice, first)
    actions.transfer(first, by=cast.actor("ben"), now=LATER, team=make.team("finance"), reason="wrong-desk")
    with pytest.raises(Forbidden):
        unmerged(twice)


def test_what_is_not_merged_cannot_be_taken_out(app: Flask) -> None:
    with pytest.raises(Refused, match="is not merged"):
        unmerged(make.ticket())


def test_merged_again_after_undoing(app: Flask) -> None:
    twice, first = make.ticket(), make.ticket()
    merged(twice, first)
    unmerged(twice)

    merged(twice, first, now=LATER + 2 * HOUR)

    assert twice.status is Status.CLOSED
    assert [link.ended_at is None for link in db.session.scalars(select(Link).order_by(Link.id))] == [False, True]
