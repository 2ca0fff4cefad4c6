"""What the demo's people thanked each other for, and what teams thought of themselves in the quarter that is over."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

from sqlalchemy import select

from internaldesk.core import periods
from internaldesk.core.rating import Scores
from internaldesk.core.recognition import Tag, quarter_of
from internaldesk.db import db
from internaldesk.demo.people import Cast
from internaldesk.models.people import Team
from internaldesk.models.tickets import Ticket
from internaldesk.recognition import actions

_EACH, _LATER = 4, timedelta(hours=3)
_SAID = (
    (Tag.FAST, "I had not even finished my tea."),
    (Tag.CLEAR, "For once I understood what was wrong, and why it will not come back."),
    (Tag.EXTRA, "Stayed until the shift could go on. The customer got everything in time."),
    (Tag.FRIENDLY, ""),
    (Tag.CLEAR, "Three steps, one picture, done."),
    (Tag.FAST, ""),
    (Tag.FRIENDLY, "Asked how my day was before asking for the number on the label."),
)
_OWN = {
    "it": (Scores(5, 3, 4, 3), Scores(4, 4, 4, 3), Scores(5, 4, 5, 4), Scores(4, 4, 4, 4)),
    "purchasing": (Scores(5, 5, 4, 4), Scores(5, 5, 5, 4), Scores(4, 5, 5, 3), Scores(5, 4, 5, 4)),
    "finance": (Scores(4, 4, 5, 2), Scores(4, 5, 5, 3), Scores(5, 4, 5, 2), Scores(4, 4, 5, 3)),
    "facilities": (Scores(4, 3, 4, 4), Scores(4, 4, 4, 4), Scores(5, 4, 4, 5), Scores(4, 4, 4, 4)),
    "warehouse": (Scores(4, 5, 4, 4), Scores(5, 5, 4, 5), Scores(4, 4, 4, 4), Scores(5, 5, 4, 4)),
}
_MODEST = (Scores(5, 4, 4, 4), Scores(4, 4, 5, 3), Scores(5, 3, 5, 4), Scores(4, 4, 4, 3))


def enter(cast: Cast, *, now: datetime, zone: ZoneInfo) -> None:
    """Some thanks for each who solved something, and the answers of every team about the quarter before `now`."""
    _thank(cast, now)
    over = periods.previous(quarter_of(now, zone))
    slugs = {row.id: row.slug for row in db.session.execute(select(Team.id, Team.slug))}
    for team, members in sorted(cast.handlers.items()):
        for who, scores in zip(members, cycle(_OWN.get(slugs[team], _MODEST)), strict=False):
            actions.answer(team, by=who.actor, quarter=over.first_day, scores=scores)


def _thank(cast: Cast, now: datetime) -> None:
    known = {who.id: who for who in cast.everybody.values()}
    query = select(Ticket).where(Ticket.solved_by_id.in_(sorted(_agents(cast))), Ticket.solved_at < now - _LATER)
    chosen, many = [], Counter[int]()
    for ticket in db.session.scalars(query.order_by(Ticket.id.desc())):
        solver = ticket.solved_by_id or 0
        if many[solver] < _EACH and ticket.requester_id in known and solver not in _side(ticket):
            many[solver] += 1
            chosen.append(ticket)
    for ticket, (tag, words) in zip(reversed(chosen), cycle(_SAID), strict=False):
        at = (ticket.solved_at or now) + _LATER
        actions.thank(ticket, by=known[ticket.requester_id].actor, now=at, tag=tag, words=words)


def _agents(cast: Cast) -> set[int]:
    return {who.id for members in cast.handlers.values() for who in members}


def _side(ticket: Ticket) -> tuple[int, int]:
    return ticket.requester_id, ticket.for_person_id
