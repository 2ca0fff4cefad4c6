"""Ask a requester once per solved request, and keep one answer that can be changed for two weeks."""

import secrets
from datetime import datetime

from itsdangerous import BadSignature, Signer
from sqlalchemy import delete, select

from internaldesk.core import rating
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.tickets import Ticket
from internaldesk.ratings import follow_ups


def invite(ticket: Ticket, *, now: datetime) -> RatingInvite:
    """Ask the requester how it went; a request solved a second time is not asked about again."""
    asked = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).first()
    if asked is not None:
        return asked
    row = RatingInvite(ticket_id=ticket.id, person_id=ticket.requester_id, nonce=secrets.token_hex(12), at=now)
    db.session.add(row)
    return row


def uninvite(ticket: Ticket) -> None:
    """Take the question back, as if it had never been put; raises Refused where it was answered already."""
    if db.session.scalars(select(Rating.id).where(Rating.ticket_id == ticket.id)).first() is not None:
        raise Refused("Its requester has rated it already.")
    db.session.execute(delete(RatingInvite).where(RatingInvite.ticket_id == ticket.id))


def token(invite_id: int, nonce: str, *, key: str) -> str:
    """The signed part of a rating link: of use only with the row it was made for."""
    return Signer(key, salt="rating").sign(f"{invite_id}.{nonce}").decode()


def invited(signed: str, *, key: str) -> RatingInvite | None:
    """The invitation behind a link, or None for one that was never given out."""
    try:
        invite_id, _, nonce = Signer(key, salt="rating").unsign(signed).decode().partition(".")
    except (BadSignature, UnicodeDecodeError):
        return None
    row = db.session.get(RatingInvite, int(invite_id)) if invite_id.isdigit() else None
    return row if row and secrets.compare_digest(row.nonce, nonce) and row.withdrawn_at is None else None


def submit(asked: RatingInvite, *, now: datetime, scores: rating.Scores, comment: str = "") -> Rating:
    """Keep the answer; within two weeks a second one replaces the first, after that it stands."""
    rating.check(scores)
    ticket = asked.ticket
    if ticket.status not in (Status.SOLVED, Status.CLOSED) or ticket.solved_at is None:
        raise Refused("This request was opened again. You can rate it when it is solved.")
    row = db.session.scalars(select(Rating).where(Rating.ticket_id == ticket.id)).first()
    if row is not None and not rating.may_change(row.at, now):
        raise Refused("You rated this more than two weeks ago, so the answer stands.")
    row = row or _first(asked, now=now)
    for name, score in scores._asdict().items():
        setattr(row, name, score)
    row.comment, row.changed_at = comment, now
    db.session.add(row)
    history.record(ticket.id, Kind.RATED, by=None, at=now, **scores._asdict())
    follow_ups.follow(row, now=now)
    return row


def _first(asked: RatingInvite, *, now: datetime) -> Rating:
    ticket = asked.ticket
    return Rating(
        ticket_id=ticket.id,
        person_id=asked.person_id,
        team_id=ticket.team_id,
        request_type_id=ticket.request_type_id,
        at=now,
    )
