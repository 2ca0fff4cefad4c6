"""What several teams do together at the demo desk: a hire half way through, a leaver just filed, and some help."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from internaldesk.catalogue import queries as catalogue
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Confidentiality
from internaldesk.db import db
from internaldesk.demo import moments, play
from internaldesk.demo.people import Cast, Somebody
from internaldesk.demo.steps import Act, Step
from internaldesk.models.people import Team
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import fanning, helping, steps, ticking

_FILED, _STARTS = timedelta(days=8), timedelta(days=9)
_AGREED, _TAKEN, _BEGUN = timedelta(hours=1), timedelta(hours=2), timedelta(hours=2, minutes=5)
_TICKED, _DONE = timedelta(days=1), timedelta(days=2)
_JUST = timedelta(minutes=40)
_HOME = "Europe/London"


def enter(cast: Cast, *, now: datetime) -> None:
    """File the hire eight days before `now` and the leaver just now; somebody of IT asks Facilities for help."""
    known = cast.everybody
    hire = _hire(known["max"], now=now)
    _go_on(hire, cast)
    _leaver(known["dana"], known["eve"], now=now)
    _help(cast, now=now)


def _hire(asker: Somebody, *, now: datetime) -> Ticket:
    at = moments.at_work(now - _FILED, _HOME, Random(8))
    starts = moments.at_work(now + _STARTS, _HOME, Random(9)).date()
    return _file(
        "hr/new-hire",
        by=asker,
        at=at,
        summary="Noor Haddad joins Purchasing",
        details="She has signed. Please have everything ready on her first day.",
        answers={
            "name": "Noor Haddad",
            "role": "Buyer",
            "line_manager": asker.id,
            "start": starts.isoformat(),
            "site": "Leeds, desk 3.14",
            "equipment": ["laptop", "phone", "screens"],
            "access": "The same as the other buyers",
        },
    )


def _go_on(hire: Ticket, cast: Cast) -> None:
    """It is approved, Hana takes it, the teams are asked, and two of the steps are done."""
    at, hana, ben = hire.filed_at, cast.everybody["hana"], cast.everybody["ben"]
    approved = Step(at + _AGREED, Act.APPROVE, None, {"left": 0})
    play.play(hire, [approved, Step(at + _TAKEN, Act.ASSIGN, hana, {"to": hana})], now=at + _BEGUN)
    fanning.advance(hire, now=at + _BEGUN)
    first, equipment, *_ = steps.all_of(hire.id)
    words = "Thank you, Max. The teams are asked; here you see how far they are."
    tickets.reply(hire, by=hana.actor, now=at + _BEGUN, body=words)
    play.catch_up(hire, now=at + _TICKED)
    ticking.tick(first, hire, by=hana.actor, now=at + _TICKED, done=True)
    child = equipment.child
    assert child is not None
    for ticket in (hire, child):
        play.catch_up(ticket, now=at + _DONE)
    tickets.reply(child, by=ben.actor, now=at + _DONE, body="All three stand ready at desk 3.14.", then="solve")


def _leaver(asker: Somebody, who: Somebody, *, now: datetime) -> Ticket:
    last = moments.at_work(now + _STARTS, _HOME, Random(10)).date()
    return _file(
        "hr/leaver",
        by=asker,
        at=now - _JUST,
        summary="A colleague leaves at the end of next week",
        answers={"who": who.id, "last_day": last.isoformat(), "cut": "evening", "goods": ["laptop", "badge"]},
    )


def _help(cast: Cast, *, now: datetime) -> None:
    """Whoever in IT has something on the go asks Facilities about it, and says that it waits for them."""
    plain = select(Ticket).where(
        Ticket.team.has(Team.slug == "it"),
        Ticket.confidentiality == Confidentiality.ORDINARY,
        Ticket.status == Status.PROGRESS,
        Ticket.assignee_id.is_not(None),
        Ticket.updated_at < now - _JUST,
        Ticket.risk_at > now,
    )
    ticket = db.session.scalars(plain.order_by(Ticket.id.desc()).limit(1)).first()
    if ticket is None:
        return
    agent = next(who.actor for who in cast.everybody.values() if who.id == ticket.assignee_id)
    found = catalogue.form_for("facilities", "repair", actor=agent)
    assert found is not None
    helping.ask(
        ticket,
        by=agent,
        now=now - _JUST,
        request_type=found.request_type,
        form=found.version,
        summary="No power at the socket under the desk",
        details="The device is fine; the socket is dead. Two desks beside it, too.",
        answers={"place": ticket.requester.location.name, "what": "light", "usable": "yes"},
        waits=True,
    )


def _file(path: str, *, by: Somebody, at: datetime, **words: Any) -> Ticket:
    found = catalogue.form_for(*path.split("/"), actor=by.actor)
    assert found is not None
    return tickets.file(found.request_type, by=by.actor, now=at, form=found.version, **words)
