"""Read what some tickets took besides their answers; no table that only grows is read for more than these tickets."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from internaldesk.core import questions
from internaldesk.core.approval import State
from internaldesk.core.daily_effort import AGAIN, Asked, Effort, asked
from internaldesk.core.questions import Question
from internaldesk.core.relations import LinkKind
from internaldesk.core.sla_events import Kind
from internaldesk.db import db
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.catalogue import FormVersion
from internaldesk.models.relations import Link
from internaldesk.models.sla import ClockEvent
from internaldesk.models.tickets import Holding, Ticket

_FILLED_IN = "portal"
_LAID_OUT = (LinkKind.CHILD, LinkKind.SPLIT, LinkKind.FOLLOW_UP)
_BY_ITSELF = "plan"
_WHOM = "requester"
_OTHERS_KNOW = "expertise"


def told(ids: Sequence[int]) -> dict[int, Effort]:
    """What is counted of these tickets, by id."""
    query = select(Ticket.id, Ticket.requester_id, Ticket.request_type_id, Ticket.filed_at, Ticket.transferred)
    rows = db.session.execute(query.where(Ticket.id.in_(ids))).all()
    forms, back, again, decided = _forms(ids), _asked_back(ids), _again(ids), _decided(ids)
    passed = _passed([row.id for row in rows if row.transferred])
    return {
        row.id: Effort(
            asked=forms.get(row.id, Asked()),
            back=row.id in back,
            handed=row.transferred > 0,
            again=row.id in again,
            decided=decided.get(row.id, ()),
            passed=passed.get(row.id, ()),
        )
        for row in rows
    }


def _forms(ids: Sequence[int]) -> dict[int, Asked]:
    """Only what requesters filled in themselves: on the telephone nobody leaves a field empty."""
    laid_out = exists().where(Link.ticket_id == Ticket.id, Link.kind.in_(_LAID_OUT))
    query = select(Ticket.id, Ticket.form_version_id, Ticket.answers).where(Ticket.id.in_(ids), ~laid_out)
    rows = db.session.execute(query.where(Ticket.channel == _FILLED_IN)).all()
    versions = {row.form_version_id for row in rows}
    written = select(FormVersion.id, FormVersion.questions).where(FormVersion.id.in_(versions))
    forms: dict[int, tuple[Question, ...]] = {
        version: questions.parse(data) for version, data in (db.session.execute(written) if versions else ())
    }
    return {row.id: asked(forms[row.form_version_id], row.answers) for row in rows}


def _asked_back(ids: Sequence[int]) -> set[int]:
    """Those that once waited for the requester, but for waits that were taken back and those until a date."""
    query = select(ClockEvent.ticket_id, ClockEvent.seq, ClockEvent.kind, ClockEvent.payload)
    kinds = ClockEvent.kind.in_([Kind.PENDING.value, Kind.UNDONE.value])
    waits: set[tuple[int, int]] = set()
    undone: set[tuple[int, int]] = set()
    for ticket_id, seq, kind, payload in db.session.execute(query.where(ClockEvent.ticket_id.in_(ids), kinds)):
        if kind == Kind.UNDONE:
            undone.update((ticket_id, gone) for gone in payload["undoes"])
        elif (payload.get("reason") or _WHOM) == _WHOM:
            waits.add((ticket_id, seq))
    return {ticket_id for ticket_id, _ in waits - undone}


def _again(ids: Sequence[int]) -> set[int]:
    """Those of somebody who had asked for the same kind of thing shortly before; what the desk itself files is none."""
    before = aliased(Ticket)
    same = (before.requester_id == Ticket.requester_id, before.request_type_id == Ticket.request_type_id)
    last = select(func.max(before.filed_at)).where(*same, before.filed_at <= Ticket.filed_at, before.id < Ticket.id)
    laid_out = exists().where(Link.ticket_id == Ticket.id, Link.kind.in_([LinkKind.CHILD, LinkKind.SPLIT]))
    query = select(Ticket.id, Ticket.filed_at, last.scalar_subquery().label("last"))
    rows = db.session.execute(query.where(Ticket.id.in_(ids), ~laid_out, Ticket.channel != _BY_ITSELF))
    return {row.id for row in rows if row.last is not None and row.filed_at - row.last <= AGAIN}


def _decided(ids: Sequence[int]) -> dict[int, list[tuple[datetime, bool]]]:
    found: defaultdict[int, list[tuple[datetime, bool]]] = defaultdict(list)
    query = select(ApprovalRound.ticket_id, ApprovalRound.decided_at, ApprovalRound.state).order_by(ApprovalRound.id)
    over = ApprovalRound.state.in_([State.APPROVED, State.REFUSED])
    for ticket_id, at, state in db.session.execute(query.where(ApprovalRound.ticket_id.in_(ids), over)):
        if at is not None:
            found[ticket_id].append((at, state is State.APPROVED))
    return found


def _passed(ids: Sequence[int]) -> dict[int, list[tuple[datetime, int]]]:
    """When a team passed each on because others know it better; asked only about those that were passed on."""
    found: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    query = select(Holding.ticket_id, Holding.team_id, Holding.started_at, Holding.reason)
    rows = db.session.execute(query.where(Holding.ticket_id.in_(ids)).order_by(Holding.ticket_id, Holding.id)).all()
    for one, other in pairwise(rows):
        if other.ticket_id == one.ticket_id and other.reason == _OTHERS_KNOW:
            found[one.ticket_id].append((other.started_at, one.team_id))
    return found
