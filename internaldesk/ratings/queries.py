"""Read invitations and ratings."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.tickets import Ticket


def invite_of(ticket_id: int, *, actor: Actor) -> RatingInvite | None:
    """The invitation this person got for a ticket, or None."""
    return db.session.scalars(
        select(RatingInvite)
        .where(RatingInvite.ticket_id == ticket_id, RatingInvite.person_id == actor.id)
        .where(RatingInvite.withdrawn_at.is_(None))
        .options(joinedload(RatingInvite.ticket).joinedload(Ticket.team))
    ).first()


def rating_of(ticket_id: int) -> Rating | None:
    """What was answered about a ticket, or None."""
    return db.session.scalars(select(Rating).where(Rating.ticket_id == ticket_id)).first()
