"""Half a year of a small desk, told by the desk's own actions: late and timely replies, solutions, returns, ratings."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from internaldesk.core import periods
from internaldesk.core.approval import Decision
from internaldesk.core.priority import Priority
from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.facts import actions as facts
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.tickets import Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions, approving
from tests import cast, make

NOW = datetime(2026, 11, 24, 10, 48, tzinfo=UTC)
PERIOD = periods.parse("13w", NOW, ZoneInfo("Europe/London"))
"""The 13 weeks of the report: from summer time into winter time."""
HANDLERS = {"it/broken": "ben", "hr/pay": "hana", "purchasing/buy": "pia", "facilities/repair": "chi"}
HANDLER_OF = {path.split("/")[0]: name for path, name in HANDLERS.items()}
PATHS = ("it/broken", "it/broken", "hr/pay", "it/broken", "purchasing/buy", "facilities/repair")
CHANNELS = ("portal", "portal", "phone", "portal", "email", "portal", "portal")
SECRET, CASE = "Nobody's business but payroll's", "A concern about somebody"


def told(many: int = 54) -> None:
    """`many` requests of Ada, Eve and Max, filed from 26 weeks before NOW until yesterday."""
    dice = random.Random(7)
    for n in range(many):
        filed = working(NOW - timedelta(days=181 * (many - n) / many), dice)
        one(PATHS[n % len(PATHS)], n, filed, dice)
    hand_over(working(NOW - timedelta(days=20), dice))
    not_approved(working(NOW - timedelta(days=30), dice))
    sla.sweep(now=NOW)
    calmed(NOW)
    db.session.commit()
    kept()


def kept(now: datetime = NOW) -> None:
    """What the worker does every few seconds: count what has changed."""
    while facts.keep_up(now=now, zone="Europe/London") >= facts.BATCH:
        pass
    facts.keep_up(now=now, zone="Europe/London")  # the first time it only counts what is there
    db.session.commit()


def working(at: datetime, dice: random.Random) -> datetime:
    """A morning at work near `at`."""
    monday = at - timedelta(days=at.weekday() - 4) if at.weekday() > 4 else at
    return monday.replace(hour=9, minute=dice.randrange(60), second=0, microsecond=0)


def one(path: str, n: int, filed: datetime, dice: random.Random) -> Ticket:
    """One request: three in four are answered soon, most are solved, a few come back, half are rated."""
    who = ("ada", "eve", "ada", "max", "ada")[n % 5]
    words = {"summary": f"{SECRET}, {n}"} if path == "hr/pay" else {}
    ticket = make.ticket(path, by=who, now=filed, customer_waiting=n % 5 == 0, customer="Acme" * (n % 5 == 0), **words)
    ticket.channel = CHANNELS[n % len(CHANNELS)]
    by = cast.actor(HANDLERS[path])
    replied = filed + timedelta(minutes=dice.choice((4, 11, 25, 48, 7200)))
    if replied >= NOW or n % 9 == 8:
        return ticket
    actions.reply(ticket, by=by, now=replied, body="I am on it")
    solved = replied + timedelta(hours=dice.choice((1, 26, 30, 200)))
    if solved < NOW and n % 7:
        settle(ticket, n, solved, who)
    return ticket


def settle(ticket: Ticket, n: int, solved: datetime, who: str) -> None:
    by = cast.actor(HANDLERS[PATHS[n % len(PATHS)]])
    actions.solve(ticket, by=by, now=solved)
    back = solved + timedelta(days=2 if n % 2 else 8)
    if n % 8 == 3 and back < NOW:
        actions.reopen(ticket, by=cast.actor(who), now=back)
        if back + timedelta(days=1) < NOW:
            actions.solve(ticket, by=by, now=back + timedelta(days=1))
    elif n % 2:
        rate(ticket, n, min(solved + timedelta(hours=2), NOW))


def rate(ticket: Ticket, n: int, at: datetime, comment: str | None = None) -> None:
    asked = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
    low = n % 3 == 0
    said = "Nobody told me for two days" if low else "Thank you" * (n % 5 == 0)
    scores = Scores(1, 2, None, 2) if low else Scores(5, 4, 5, None)
    ratings.submit(asked, now=at, scores=scores, comment=said if comment is None else comment)


def hand_over(filed: datetime) -> Ticket:
    """IT misses the first reply, then passes it on: the miss stays with IT."""
    ticket = make.ticket("it/broken", by="ada", now=filed)
    sla.settle(ticket, now=filed + timedelta(days=4))
    to = make.team("facilities")
    actions.transfer(ticket, by=cast.actor("ben"), now=filed + timedelta(days=5), team=to, reason="wrong-desk")
    return ticket


def not_approved(filed: datetime) -> None:
    """Two requests that Max refuses: one at once, one after it came back."""
    at_once = make.ticket("purchasing/quotes", by="ada", now=filed, answers={}, approved=False)
    refuse(at_once, now=filed + timedelta(days=3))
    back = make.ticket("it/broken", by="ada", now=filed)
    actions.solve(back, by=cast.actor("ben"), now=filed + timedelta(days=1))
    actions.reopen(back, by=cast.actor("ada"), now=filed + timedelta(days=2))
    asked = filed + timedelta(days=3)
    approving.ask(back, by=cast.actor("ben"), now=asked, whom="manager", words="A new one")
    refuse(back, now=asked + timedelta(days=1))


def calmed(now: datetime) -> None:
    """What was decided of every second open request stays under the priority of then."""
    query = select(Ticket).where(Ticket.is_open, Ticket.id % 2 == 0).order_by(Ticket.id)
    for ticket in db.session.scalars(query):
        actions.set_priority(ticket, by=cast.actor(HANDLER_OF[ticket.team.slug]), now=now, level=Priority.LOW)


def refuse(ticket: Ticket, *, now: datetime) -> None:
    ballot = make.first_ballot(ticket)
    assert ballot is not None
    approving.decide(ballot.id, by=cast.actor("max"), now=now, decision=Decision.REFUSED, reason="Too dear")


def case() -> Ticket:
    """A confidential case: late, solved, reopened, solved again, rated badly, and another that stays open."""
    filed = datetime(2026, 10, 7, 9, tzinfo=UTC)
    ticket = make.ticket("hr/concern", by="ada", now=filed, summary=CASE)
    hana = cast.actor("hana")
    actions.reply(ticket, by=hana, now=filed + timedelta(days=6), body="I read it")
    actions.solve(ticket, by=hana, now=filed + timedelta(days=7))
    actions.reopen(ticket, by=cast.actor("ada"), now=filed + timedelta(days=8))
    actions.solve(ticket, by=hana, now=filed + timedelta(days=9))
    rate(ticket, 0, filed + timedelta(days=10), comment=CASE)
    make.ticket("hr/concern", by="eve", now=filed, summary=CASE)
    sla.sweep(now=NOW)
    db.session.commit()
    kept()
    return ticket
