"""The past put right: a period counted anew, a miss waived; each is one event, and the rows follow the fold."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.clocks import ClockState
from internaldesk.core.errors import Refused
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.sla import actions as sla
from internaldesk.sla import sweep
from internaldesk.tickets import actions
from tests import cast, make
from tests.make import NOON
from tests.sla import rulebook
from tests.sla.folding import folded, logged, row_of, stored

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def dana(app: Flask):
    return cast.actor("dana")


class TestCorrection:
    @pytest.fixture
    def holiday(self, app):
        """The day after was a holiday that nobody knew of until two days later: the way to enter it, and the period."""
        since, team = datetime(2026, 11, 19, tzinfo=UTC), make.team("it")
        version = partial(rulebook.closed_on, team.calendar_id, since.date(), since=NOON + 2 * DAY)
        return lambda: version().id, (since, since + DAY)

    def correct(self, ticket, version, period, *, by, now=NOON + 2 * DAY):
        since, until = period
        return sla.correct(ticket, calendar_version=version, since=since, until=until, by=by, now=now)

    def test_a_missed_promise_that_would_have_been_kept_is_kept(self, dana, holiday):
        enter, period = holiday
        ticket = make.ticket(by="ada", now=NOON)
        row = row_of(ticket, "resolution")
        sweep.sweep(now=row.due_at + HOUR)
        assert row_of(ticket, "resolution").breached_at == row.due_at

        assert self.correct(ticket, enter(), period, by=dana, now=row.due_at + HOUR)

        row = row_of(ticket, "resolution")
        assert (row.breached_at, row.decided_at, row.decided_team_id, row.state) == (
            None,
            None,
            None,
            ClockState.RUNNING,
        )
        assert row.warn_at is not None
        assert stored(ticket) == folded(ticket, NOON + 2 * DAY)
        assert ticket.queue_at == row_of(ticket, "first_response").due_at

    def test_segments_of_the_past_are_written_anew(self, dana, holiday):
        enter, period = holiday
        ticket = make.ticket(by="ada", now=NOON)
        actions.reply(ticket, by=cast.actor("ben"), now=NOON + 2 * DAY, body="Done", then="solve")
        (before,) = [part.seconds for part in row_of(ticket, "resolution").segments]
        version = enter()

        assert self.correct(ticket, version, period, by=dana, now=NOON + 2 * DAY + HOUR)

        row = row_of(ticket, "resolution")
        assert [part.seconds for part in row.segments if part.calendar_version_id == version] == [0]
        assert row.used_seconds == sum(part.seconds for part in row.segments) < before
        assert stored(ticket) == folded(ticket, NOON + 2 * DAY + HOUR)

    def test_once(self, dana, holiday):
        enter, period = holiday
        ticket, version = make.ticket(by="ada", now=NOON), enter()

        assert [self.correct(ticket, version, period, by=dana) for _ in range(2)] == [True, False]
        assert logged(ticket) == ["created", "corrected"]

    def test_nothing_is_written_where_it_moves_nothing(self, dana, holiday):
        enter, period = holiday
        other = make.ticket("facilities/repair", by="ada", now=NOON)
        later = make.ticket(by="ada", now=period[1] + HOUR)
        version = enter()

        assert not self.correct(other, version, period, by=dana)
        assert not self.correct(later, version, period, by=dana)
        assert logged(other) == logged(later) == ["created"]

    def test_told_after_the_hours_were_changed_both_hold(self, dana, holiday):
        enter, period = holiday
        ticket, version = make.ticket(by="ada", now=NOON), enter()

        assert sla.change_hours(ticket, by=dana, now=NOON + 2 * DAY)
        assert self.correct(ticket, version, period, by=dana)

        assert row_of(ticket, "resolution").calendar_version_id == version
        assert stored(ticket) == folded(ticket, NOON + 2 * DAY)


class TestWaiver:
    @pytest.fixture
    def missed(self, app):
        ticket = make.ticket(by="ada", now=NOON)
        db.session.commit()
        sweep.sweep(now=NOON + 30 * DAY)
        return ticket

    def test_it_is_kept_with_why_and_by_whom_and_the_miss_stays(self, missed, dana):
        row = row_of(missed, "first_response")

        sla.waive(missed, clock_id=row.id, why="The line was cut", by=dana, now=NOON + 31 * DAY)

        row = row_of(missed, "first_response")
        assert (row.waived_at, row.waived_why, row.waived_by_id) == (NOON + 31 * DAY, "The line was cut", dana.id)
        assert row.breached_at == row.due_at
        assert stored(missed) == folded(missed, NOON + 31 * DAY)
        told = db.session.scalars(select(Event).where(Event.ticket_id == missed.id, Event.kind == "waived")).one()
        assert (told.actor_id, told.public) == (dana.id, True)
        assert told.data == {"words": "the first reply", "why": "The line was cut"}

    def test_it_stays_waived_whatever_happens_next(self, missed, dana):
        sla.waive(missed, clock_id=row_of(missed, "resolution").id, why="Storm", by=dana, now=NOON + 31 * DAY)
        db.session.commit()

        actions.reply(missed, by=cast.actor("ben"), now=NOON + 32 * DAY, body="Done", then="solve")

        row = row_of(missed, "resolution")
        assert (row.state, row.waived_why, row.waived_by_id) == (ClockState.STOPPED, "Storm", dana.id)

    def test_a_closed_request_can_still_be_put_right(self, missed, dana):
        actions.reply(missed, by=cast.actor("ben"), now=NOON + 32 * DAY, body="Done", then="solve")
        actions.close(missed, by=None, now=NOON + 33 * DAY)

        sla.waive(missed, clock_id=row_of(missed, "resolution").id, why="Storm", by=dana, now=NOON + 34 * DAY)

        assert row_of(missed, "resolution").waived_why == "Storm"
        assert stored(missed) == folded(missed, NOON + 34 * DAY)

    def test_one_that_is_past_due_and_was_not_noted_yet_can_be_waived(self, app, dana):
        ticket = make.ticket(by="ada", now=NOON)
        db.session.commit()

        sla.waive(ticket, clock_id=row_of(ticket, "first_response").id, why="Storm", by=dana, now=NOON + 33 * DAY)

        assert row_of(ticket, "first_response").waived_why == "Storm"

    def test_what_cannot_be_waived_is_refused_and_nothing_is_written(self, missed, dana):
        kept, now = make.ticket(by="ada", now=NOON + 30 * DAY), NOON + 30 * DAY
        db.session.commit()
        first, other = row_of(missed, "first_response").id, row_of(kept, "first_response").id
        sla.waive(missed, clock_id=first, why="Storm", by=dana, now=now)

        for ticket, clock_id, why, sentence in (
            (missed, first, "Storm", "This promise is waived already."),
            (kept, other, "Storm", "This promise was not missed."),
            (missed, other, "Storm", "This request has no such promise."),
            (missed, row_of(missed, "resolution").id, " ", "Say why."),
        ):
            with pytest.raises(Refused, match=sentence):
                sla.waive(ticket, clock_id=clock_id, why=why, by=dana, now=now)

        assert (logged(missed).count("waived"), logged(kept)) == (1, ["created"])

    def test_a_teams_own_part_is_waived_out_of_the_requesters_sight(self, app, dana):
        rulebook.owes("it", 60)
        ticket = make.ticket(by="ada", now=NOON)
        team = ticket.team_id
        db.session.commit()
        sweep.sweep(now=NOON + 2 * HOUR)

        sla.waive(ticket, clock_id=row_of(ticket, "ola", team_id=team).id, why="Storm", by=dana, now=NOON + 3 * HOUR)

        told = db.session.scalars(select(Event).where(Event.ticket_id == ticket.id, Event.kind == "waived")).one()
        assert not told.public
        assert row_of(ticket, "ola", team_id=team).waived_why == "Storm"
        assert stored(ticket) == folded(ticket, NOON + 3 * HOUR)
