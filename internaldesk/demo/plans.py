"""What files itself at the demo desk: the monthly check of backups, done ten days ago, and the quarterly fire drill."""

from datetime import datetime, timedelta

from sqlalchemy import select

from internaldesk.catalogue import queries as catalogue
from internaldesk.core.policy import Actor
from internaldesk.core.recurring import LAST, Closed, Rule, Unit
from internaldesk.db import db
from internaldesk.demo.people import Cast
from internaldesk.models.people import Team
from internaldesk.models.recurring import Plan
from internaldesk.models.tickets import Ticket
from internaldesk.recurring import actions, running
from internaldesk.recurring.actions import Wish
from internaldesk.tickets import actions as tickets

_BEGUN = timedelta(weeks=3)
_FILED = timedelta(days=10)
_ANSWERED = timedelta(hours=1)
_QUARTER = 3


def enter(cast: Cast, *, now: datetime) -> None:
    """Plan both three weeks before `now`, and let the worker and Ben do what has come due since."""
    begun = now - _BEGUN
    _backups(cast, begun, on=(now - _FILED).day)
    _drill(cast, begun)
    while (due := db.session.scalar(select(Plan.next_at).order_by(Plan.next_at).limit(1))) and due <= now - _ANSWERED:
        running.file_due(now=due)
        db.session.expire_all()
        _check(cast, due + _ANSWERED)


def _backups(cast: Cast, begun: datetime, *, on: int) -> None:
    dana, ben = cast.everybody["dana"].actor, cast.everybody["ben"].actor
    rule = Rule(Unit.MONTH, begun.date(), day=on, closed=Closed.NEXT)
    check = Wish(
        rule,
        summary="Check that the backups can be read",
        details="Restore one folder of each site to the test server and compare it. Note what was restored.",
        answers={"device": "Backup server", "can_work": "yes", "affected": "many"},
        requester_id=dana.id,
        assignee_id=ben.id,
        skip_open=True,
    )
    _plan("it/broken", check, by=dana, now=begun)


def _drill(cast: Cast, begun: datetime) -> None:
    team = db.session.scalars(select(Team.id).where(Team.slug == "facilities")).one()
    lead = next(who.actor for who in cast.leads if team in who.actor.lead_of)
    begins = (begun.replace(day=1) + timedelta(days=62)).date()
    rule = Rule(Unit.MONTH, begins, every=_QUARTER, nth=LAST, weekday=2, minute=10 * 60, closed=Closed.PREVIOUS)
    drill = Wish(
        rule,
        summary="Fire drill in every building",
        details="Tell the floor wardens a week ahead, time the way out, and write down what stood in the way.",
        answers={"place": "All buildings", "what": "other", "usable": "yes"},
        requester_id=lead.id,
    )
    _plan("facilities/repair", drill, by=lead, now=begun)


def _plan(path: str, wish: Wish, *, by: Actor, now: datetime) -> None:
    found = catalogue.form_for(*path.split("/"), actor=by)
    assert found is not None
    actions.plan(found.request_type, by=by, now=now, form=found.version, wish=wish)


def _check(cast: Cast, at: datetime) -> None:
    """Ben does what was just filed."""
    ticket = db.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
    ben = cast.everybody["ben"].actor
    tickets.reply(ticket, by=ben, now=at, body="One folder of each site restored and compared: all good.", then="solve")
