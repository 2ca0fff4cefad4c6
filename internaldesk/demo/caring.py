"""What low answers led to at the demo desk: who was let down and said so, and what whoever leads the team did."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, select

from internaldesk.core.policy import Confidentiality
from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.demo.people import KNOWN, Cast, Somebody
from internaldesk.models.follow_ups import FollowUp
from internaldesk.models.history import Event
from internaldesk.models.people import Team
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.tickets import Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.ratings import follow_ups

_HOUR, _DAY, _SATURDAY = timedelta(hours=1), timedelta(days=1), 5


class _LetDown(NamedTuple):
    """Somebody who was badly served: by which team, how many days ago at most, what they said, what was done."""

    team: str
    days: int
    scores: Scores
    comment: str
    done: str = ""


_SAID = (
    _LetDown(
        "it",
        24,
        Scores(4, 1, 1, 3),
        "I asked three times before anybody said what it was waiting for.",
        "Rang and said sorry. Whoever waits for others says so at once now; there is a macro for it.",
    ),
    _LetDown(
        "purchasing",
        20,
        Scores(3, 1, 3, 2),
        "Four days for one signature, and the customer asked every morning.",
        "It lay with me for three of the four days. Two of us can sign now.",
    ),
    _LetDown(
        "facilities",
        18,
        Scores(4, 2, 2, 1),
        "Was told to file it again with another team, which sent it back.",
        "Went through the hand-overs with the desk: the form asked the wrong thing first. Changed it.",
    ),
    _LetDown("it", 9, Scores(3, 3, 1, 2), "The answer was a link. I could not open it, which was why I had written."),
    _LetDown("finance", 9, Scores(3, 3, 2, 1), "Why do you ask for what stands in the papers I had sent?"),
    _LetDown("purchasing", 6, Scores(4, 1, 1, 3), "No word since Tuesday. I rang the supplier myself."),
    _LetDown("warehouse", 5, Scores(2, 1, 3, 3), "Nobody could say who was on it, or when I would hear."),
)


def enter(cast: Cast, *, now: datetime) -> None:
    """Some low answers of the last weeks; the older ones were seen to on the next day."""
    stars = {cast.everybody[key].id for key in KNOWN}
    for said in _SAID:
        found = next(_unrated(said, stars, now), None)
        if found is not None:
            invite, at = found
            row = ratings.submit(invite, now=at, scores=said.scores, comment=said.comment)
            _see_to(row, _lead(cast, invite.ticket.team), said.done, _at_work(at + _DAY), now)


def _unrated(said: _LetDown, stars: Collection[int], now: datetime) -> Iterator[tuple[RatingInvite, datetime]]:
    """Invitations nobody followed where the answer took long, with an hour after all was over; the oldest first.

    Never one of those whom people sign in as: theirs are left for them to rate.
    """
    last = select(func.max(Event.at)).where(Event.ticket_id == Ticket.id).scalar_subquery()
    rated = exists().where(Rating.ticket_id == Ticket.id)
    query = (
        select(RatingInvite, last)
        .join(Ticket, Ticket.id == RatingInvite.ticket_id)
        .join(Team, Team.id == Ticket.team_id)
        .where(Team.slug == said.team, Ticket.confidentiality == Confidentiality.ORDINARY, ~rated)
        .where(RatingInvite.person_id.not_in(stars))
        .where(Ticket.solved_at > now - said.days * _DAY, last < now - 2 * _HOUR, RatingInvite.withdrawn_at.is_(None))
        .order_by(Ticket.id)
    )
    for invite, at in db.session.execute(query):
        answered = invite.ticket.first_answered_at
        if answered and answered - invite.ticket.filed_at > 3 * _HOUR:
            yield invite, at + _HOUR


def _at_work(at: datetime) -> datetime:
    """The same hour, on Monday where it is a weekend."""
    return at + (7 - at.weekday()) * _DAY if at.weekday() >= _SATURDAY else at


def _lead(cast: Cast, team: Team) -> Somebody:
    return next(who for who in cast.leads if team.id in who.actor.lead_of)


def _see_to(row: Rating, lead: Somebody, done: str, at: datetime, now: datetime) -> None:
    """The lead did it, if they could: nobody judges an answer about their own request."""
    db.session.flush()
    found = db.session.scalars(select(FollowUp).where(FollowUp.rating_id == row.id)).one()
    own = lead.id in (found.ticket.requester_id, found.ticket.for_person_id)
    if done and at < now and not own:
        follow_ups.finish(found, by=lead.actor, now=at, note=done)
