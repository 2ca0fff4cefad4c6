"""Lock requests that hang together always in the order of their numbers, so that no two people wait in a ring."""

from sqlalchemy import Select, select, union_all

from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.models.checklists import Step
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Ticket


def hold(*numbers: int) -> None:
    """Lock these tickets, what they are parts of and what they were merged into; one statement, whoever may read them.

    What only names them, such as a new line of a record, is written beside it. SQLite lets one writer in at a time;
    there it locks nothing.
    """
    db.session.execute(_together(*numbers).with_for_update(of=Ticket, key_share=True))


def hold_if_free(number: int) -> bool:
    """The same without waiting for anybody: whether all of them are held."""
    together = db.session.scalars(_together(number)).all()
    free = select(Ticket.id).where(Ticket.id.in_(together)).order_by(Ticket.id)
    return len(db.session.scalars(free.with_for_update(key_share=True, skip_locked=True)).all()) == len(together)


def _together(*numbers: int) -> Select[int]:
    named = select(Ticket.id).where(Ticket.id.in_(numbers)).correlate(None)
    wholes = select(Step.ticket_id).where(Step.child_id.in_(numbers))
    merged = select(Link.other_id).where(
        Link.ticket_id.in_(numbers), Link.kind == LinkKind.MERGED, Link.ended_at.is_(None)
    )
    return select(Ticket.id).where(Ticket.id.in_(union_all(named, wholes, merged))).order_by(Ticket.id)
