"""Read the steps of a request: for its team with everything about them, for whoever asked in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from internaldesk.core import checklists as rules
from internaldesk.core.checklists import State
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor, Confidentiality, may
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.checklists import Checklist, ChecklistVersion, Step
from internaldesk.models.people import Person, Team
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.queries import visible_tickets


class StepRow(NamedTuple):
    """A step as a page shows it; `who` has it or ticked it.

    `confidentiality` is that of the kind of request that is asked for; `readable` says whether the child can be opened.
    """

    id: int
    position: int
    name: str
    details: str
    team: str
    team_id: int
    asks: bool
    after_id: int | None
    begins_at: datetime
    due_at: datetime | None
    required: bool
    from_checklist: bool
    child_id: int | None
    child_status: Status | None
    child_solved_at: datetime | None
    done_at: datetime | None
    dropped_at: datetime | None
    who: str | None
    confidentiality: Confidentiality | None
    readable: bool

    @property
    def state(self) -> State:
        """Where it stands."""
        return rules.state(self)


def of(ticket: Ticket, *, actor: Actor) -> list[StepRow]:
    """The steps in their order; one statement. Who asked is told those they may hear of, see `told`."""
    holder, ticker = aliased(Person), aliased(Person)
    query = (
        select(
            *(Step.id, Step.position, Step.name, Step.details, Team.name, Step.team_id),
            *(Step.request_type_id.is_not(None), Step.after_id, Step.begins_at, Step.due_at, Step.required),
            *(Step.checklist_id.is_not(None), Step.child_id, Ticket.status, Ticket.solved_at),
            *(Step.done_at, Step.dropped_at),
            case((Step.done_at.is_not(None), ticker.name), else_=holder.name),
            RequestType.confidentiality,
            case((Ticket.id.is_(None), False), else_=visible_tickets(actor)),
        )
        .outerjoin(RequestType, RequestType.id == Step.request_type_id)
        .outerjoin(Ticket, Ticket.id == Step.child_id)
        .join(Team, Team.id == func.coalesce(Ticket.team_id, Step.team_id))  # what was handed on is with another team
        .outerjoin(holder, holder.id == Ticket.assignee_id)
        .outerjoin(ticker, ticker.id == Step.done_by_id)
        .where(Step.ticket_id == ticket.id)
        .order_by(Step.position, Step.id)
    )
    rows = [StepRow._make(row) for row in db.session.execute(query)]
    return rows if may(actor, Act.HANDLE, ticket) else told(ticket, rows)


def told(ticket: Ticket, rows: Sequence[StepRow]) -> list[StepRow]:
    """What whoever asked is told: of no case anything, else what other teams do by the checklist openly."""
    if ticket.confidentiality is Confidentiality.CASE:
        return []
    return [
        row
        for row in rows
        if row.from_checklist and row.confidentiality is Confidentiality.ORDINARY and row.state is not State.OUT
    ]


def all_of(ticket_id: int) -> Sequence[Step]:
    """The steps with the requests they became, for those that change them."""
    query = select(Step).where(Step.ticket_id == ticket_id).order_by(Step.position, Step.id)
    return db.session.scalars(query.options(joinedload(Step.child), joinedload(Step.team))).unique().all()


def one(number: int, *, of: int) -> Step | None:
    """A step of that request."""
    query = select(Step).where(Step.id == number, Step.ticket_id == of)
    return db.session.scalars(query.options(joinedload(Step.child), joinedload(Step.team))).first()


def parent_of(child_id: int) -> Step | None:
    """The step that this request is, with the request it is a part of; None for what stands alone."""
    query = select(Step).where(Step.child_id == child_id)
    return db.session.scalars(query.options(joinedload(Step.ticket), joinedload(Step.team))).first()


def newest(checklist_id: int) -> ChecklistVersion | None:
    """A checklist as it is now."""
    query = select(ChecklistVersion).where(ChecklistVersion.checklist_id == checklist_id)
    return db.session.scalars(query.order_by(ChecklistVersion.number.desc()).limit(1)).first()


def for_type(request_type_id: int) -> ChecklistVersion | None:
    """The steps every request of this type gets, if there is a checklist for it; one statement."""
    query = (
        select(ChecklistVersion)
        .join(Checklist, Checklist.id == ChecklistVersion.checklist_id)
        .where(Checklist.request_type_id == request_type_id, Checklist.retired_at.is_(None))
        .where(ChecklistVersion.number == Checklist.version)
    )
    return db.session.scalars(query).first()


def for_team(team_id: int) -> Sequence[Checklist]:
    """The checklists a team can add to a request by hand, in its order."""
    query = select(Checklist).where(Checklist.team_id == team_id, Checklist.retired_at.is_(None))
    return db.session.scalars(query.order_by(Checklist.position, Checklist.id)).all()


def waiting(*, now: datetime, limit: int) -> list[int]:
    """Open requests of which a step can be asked of another team now; those that wait for approval do not begin."""
    before, parent, child = aliased(Step), aliased(Ticket), aliased(Ticket)
    over = or_(before.done_at.is_not(None), before.dropped_at.is_not(None), child.is_open.is_(False))
    query = (
        select(Step.ticket_id)
        .join(parent, parent.id == Step.ticket_id)
        .outerjoin(before, before.id == Step.after_id)
        .outerjoin(child, child.id == before.child_id)
        .where(Step.child_id.is_(None), Step.done_at.is_(None), Step.dropped_at.is_(None))
        .where(Step.request_type_id.is_not(None), Step.begins_at <= now)
        .where(parent.is_open, parent.status != Status.APPROVAL, or_(Step.after_id.is_(None), over))
        .distinct()
        .order_by(Step.ticket_id)
        .limit(limit)
    )
    return list(db.session.scalars(query))
