"""A random life of a small desk: whatever can be done to requests, by those who may, in an order nobody thought of."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions, handover, merges
from tests import cast, make

HANDLERS = {"it": "ben", "hr": "hana", "purchasing": "pia", "facilities": "chi"}
PATHS = ("it/broken", "hr/pay", "hr/concern", "purchasing/buy", "facilities/repair", "it/broken")
WHY = ("wrong-desk", "expertise", "workload")
CHANNELS = ("portal", "portal", "phone", "email")
ASKERS = ("ada", "eve", "max", "dana", "hana")


class Desk:
    """The desk and its dice; each step is an act of the pages, at `now`."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.dice, self.now = random.Random(seed), now
        self.acts: tuple[Callable[[], object], ...] = (
            *(self.file,) * 4,
            *(self.reply, self.reply, self.solve, self.solve, self.reopen, self.wait, self.rate, self.rate),
            *(self.hand_over, self.waive, self.merge, self.unmerge, self.silence, self.customer, self.urge, self.urge),
            self.door,
        )

    def step(self) -> str:
        """Something happens, or is refused, and the sweep looks for what is late."""
        self.now += timedelta(minutes=self.dice.choice((7, 90, 400, 1500, 4000)))
        act = self.dice.choice(self.acts)
        try:
            with db.session.begin_nested():
                act()
        except (Refused, ValueError, IndexError):
            pass
        sla.sweep(now=self.now)
        db.session.commit()
        return act.__name__

    def file(self) -> None:
        path, by = self.dice.choice(PATHS), self.dice.choice(ASKERS)
        waits = self.dice.random() < 0.3
        ticket = make.ticket(path, by=by, now=self.now, customer_waiting=waits, customer="Acme" * waits)
        ticket.channel = self.dice.choice(CHANNELS)

    def reply(self) -> None:
        ticket = self.any()
        actions.reply(ticket, by=self.handler(ticket), now=self.now, body="I am on it")

    def solve(self) -> None:
        ticket = self.any()
        actions.solve(ticket, by=self.handler(ticket), now=self.now)

    def reopen(self) -> None:
        ticket = self.any(Ticket.status == Status.SOLVED)
        actions.reopen(ticket, by=self.handler(ticket), now=self.now)

    def wait(self) -> None:
        ticket = self.any()
        actions.set_status(ticket, by=self.handler(ticket), now=self.now, status=Status.WAITING, reason="Which one?")

    def rate(self) -> None:
        asked = self.dice.choice(db.session.scalars(select(RatingInvite).order_by(RatingInvite.id)).all())
        given = [self.dice.choice((None, 1, 2, 4, 5)) for _ in range(3)]
        ratings.submit(
            asked, now=self.now, scores=Scores(self.dice.randint(1, 5), *given), comment="So" * given.count(5)
        )

    def hand_over(self) -> None:
        ticket = self.any()
        team = make.team(self.dice.choice(list(HANDLERS)))
        handover.transfer(ticket, by=self.handler(ticket), now=self.now, team=team, reason=self.dice.choice(WHY))

    def waive(self) -> None:
        missed = select(Clock).where(Clock.breached_at.is_not(None), Clock.waived_at.is_(None)).order_by(Clock.id)
        clock = self.dice.choice(db.session.scalars(missed).all())
        ticket = db.session.get_one(Ticket, clock.ticket_id)
        sla.waive(ticket, clock_id=clock.id, why="Nobody's fault", by=cast.actor("dana"), now=self.now)

    def merge(self) -> None:
        one = self.any()
        other = self.any(Ticket.team_id == one.team_id)
        merges.merge(one, other, by=self.handler(one), now=self.now)

    def unmerge(self) -> None:
        ticket = self.any(Ticket.status == Status.CLOSED)
        merges.unmerge(ticket, by=self.handler(ticket), now=self.now)

    def silence(self) -> None:
        actions.close_silent(now=self.now)

    def customer(self) -> None:
        """A column that no act changes today may change tomorrow: the database marks it all the same."""
        ticket = self.any()
        ticket.customer_waiting, ticket.customer = not ticket.customer_waiting, ""

    def door(self) -> None:
        """Nor does any act change this one."""
        self.any().channel = self.dice.choice(CHANNELS)

    def urge(self) -> None:
        """Mostly when something was decided already, which stays under the priority of then."""
        decided = Ticket.id.in_(select(Clock.ticket_id).where(Clock.decided_at.is_not(None)))
        ticket = self.any(decided) if self.dice.random() < 0.8 else self.any()
        actions.set_priority(ticket, by=self.handler(ticket), now=self.now, level=self.dice.choice(list(Priority)))

    def any(self, *where: object) -> Ticket:
        return self.dice.choice(db.session.scalars(select(Ticket).where(*where).order_by(Ticket.id)).all())

    def handler(self, ticket: Ticket):
        return cast.actor(HANDLERS[ticket.team.slug])
