"""Work on the steps of a request: tick, add, leave out."""

from datetime import datetime

from sqlalchemy import func, select

from internaldesk.core import checklists as rules
from internaldesk.core.checklists import State
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor, require
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.checklists import Checklist, Step
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import changes, fanning, laying, steps

MOST = 100
"""Steps of one request."""


def tick(step: Step, ticket: Ticket, *, by: Actor, now: datetime, done: bool) -> Step:
    """Say that something the team does itself is done, or that it is not after all."""
    require(by, Act.CHANGE, ticket)
    changes.refuse_closed(ticket)
    if step.asks:
        raise Refused(f"{step.team.name} does this: it is done when they have solved it.")
    if step.dropped_at is not None:
        raise Refused("This was left out.")
    if done is (step.done_at is not None):
        return step
    if not done and not ticket.is_open:
        raise Refused("This request is solved. Reopen it first.")
    step.done_at, step.done_by_id = (now, by.id) if done else (None, None)
    history.record(
        ticket.id, Kind.STEP_TICKED if done else Kind.STEP_UNTICKED, by=by, at=now, step=step.id, words=step.name
    )
    changes.stir(ticket, now)
    fanning.advance(ticket, now=now)
    return step


def add(ticket: Ticket, *, by: Actor, now: datetime, name: str, required: bool = True) -> Step:
    """One thing more for the team to tick, behind the others."""
    require(by, Act.CHANGE, ticket)
    _refuse_over(ticket)
    many, last = _counted(ticket)
    if many >= MOST:
        raise Refused(f"A request has at most {MOST} steps.")
    step = Step(
        ticket_id=ticket.id,
        position=last + 1,
        name=name,
        details="",
        team_id=ticket.team_id,
        answers={},
        begins_at=now,
        required=required,
        made_at=now,
        made_by_id=by.id,
    )
    db.session.add(step)
    db.session.flush()
    history.record(ticket.id, Kind.STEPS_ADDED, by=by, at=now, words=f"the step “{name}”")
    changes.stir(ticket, now)
    return step


def add_checklist(ticket: Ticket, *, by: Actor, now: datetime, checklist: Checklist) -> list[Step]:
    """The steps of a checklist of the team behind those there are; what waits for nothing begins at once."""
    require(by, Act.CHANGE, ticket)
    _refuse_over(ticket)
    version = steps.newest(checklist.id)
    if version is None or checklist.team_id != ticket.team_id or checklist.retired_at is not None:
        raise Refused("Choose a checklist of this team.", field="checklist")
    if not version.steps:
        raise Refused("This checklist has no steps yet.", field="checklist")
    many, _ = _counted(ticket)
    if many + len(version.steps) > MOST:
        raise Refused(f"A request has at most {MOST} steps.", field="checklist")
    laid = laying.lay(ticket, version, by=by, now=now)
    history.record(ticket.id, Kind.STEPS_ADDED, by=by, at=now, words=f"the checklist “{checklist.name}”")
    changes.stir(ticket, now)
    fanning.advance(ticket, now=now)
    return laid


def leave_out(step: Step, ticket: Ticket, *, by: Actor, now: datetime, reason: str) -> Step:
    """Do without a step: what another team was asked is withdrawn, what waited for it may begin."""
    require(by, Act.CHANGE, ticket)
    changes.refuse_closed(ticket)
    where = rules.state(step)
    if where in (State.DONE, State.OUT):
        raise Refused("This is done already." if where is State.DONE else "This was left out already.")
    if step.child is not None:
        fanning.withdraw(step.child, by=by, now=now, reason=reason)
        fanning.stop_waiting(ticket, step.child)
    else:
        step.dropped_at, step.dropped_by_id = now, by.id
    history.record(ticket.id, Kind.STEP_LEFT_OUT, by=by, at=now, step=step.id, words=step.name, why=reason)
    changes.stir(ticket, now)
    fanning.advance(ticket, now=now)
    return step


def _refuse_over(ticket: Ticket) -> None:
    changes.refuse_closed(ticket)
    if not ticket.is_open:
        raise Refused("This request is solved. Reopen it first.")


def _counted(ticket: Ticket) -> tuple[int, int]:
    """How many steps there are, and the place of the last."""
    query = select(func.count(), func.coalesce(func.max(Step.position), 0)).where(Step.ticket_id == ticket.id)
    many, last = db.session.execute(query).one()
    return many, last
