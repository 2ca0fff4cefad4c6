"""Back-office people of the demo desk ask each other: everybody sits in a building that Facilities looks after."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from internaldesk.catalogue import queries as catalogue
from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.demo.people import Cast, Somebody
from internaldesk.models.ratings import RatingInvite
from internaldesk.ratings import actions as ratings
from internaldesk.tickets import actions as tickets

_ASKED = (
    ("ruth.adeyemi", "Blind over the desks in Accounts is stuck", (5, 4, 4, 5)),
    ("finn", "Two chairs in Accounts wobble", (5, 5, 4, 4)),
    ("marta.wojcik", "The shredder room has no light", (4, 3, 4, 4)),
    ("tiago.ramos", "Door of the archive does not close", (5, 4, 5, 5)),
    ("finn", "Cable duct lies open beside the printer", (4, 4, 5, 4)),
    ("ruth.adeyemi", "Shelf in the safe room came off the wall", (5, 4, 4, 4)),
    ("judith.marsh", "Meeting room 3 smells of damp", (4, 2, 3, 4)),
    ("sofia.almeida", "Sun blinds for the payroll desks", (4, 2, 4, 4)),
    ("paul.lefevre", "Lock of the personnel cabinet", (5, 3, 4, 5)),
    ("priya.raman", "Projector screen in the legal room sags", (4, 3, 4, 4)),
    ("colin.barker", "Sample shelves want fixing to the wall", (4, 4, 4, 3)),
    ("inga.malinowska", "Tap in the purchasing kitchen drips", (5, 4, 4, 4)),
)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def enter(cast: Cast, *, now: datetime) -> None:
    """A request on each of the last working days, answered, solved, and rated on the day after."""
    duarte, day = cast.everybody["duarte.neves"], now.astimezone(UTC).replace(hour=9, minute=20, second=0)
    for key, summary, scores in _ASKED:
        day -= _DAY * (4 if day.weekday() in (0, 1) else 2)
        if day.weekday() < 5:
            _one(cast.everybody[key], duarte, day, summary, Scores(*scores))


def _one(asker: Somebody, handler: Somebody, at: datetime, summary: str, scores: Scores) -> None:
    form = catalogue.form_for("facilities", "repair", actor=asker.actor)
    assert form is not None
    answers = {"place": "Leeds, floor 1", "what": "furniture", "usable": True}
    ticket = tickets.file(
        form.request_type, by=asker.actor, now=at, form=form.version, summary=summary, answers=answers
    )
    tickets.assign(ticket, by=handler.actor, now=at + _HOUR, assignee_id=handler.id)
    tickets.reply(ticket, by=handler.actor, now=at + 1.5 * _HOUR, body="I am coming up with the tools this afternoon.")
    tickets.solve(ticket, by=handler.actor, now=at + 6 * _HOUR)
    db.session.flush()
    invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one_or_none()
    if invite is not None:
        ratings.submit(invite, now=at + _DAY, scores=scores, comment="")
