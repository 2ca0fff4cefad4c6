"""File what plans are due: once for each of their days, however many workers look and however long none did."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from internaldesk.core import periods, recurring
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Actor
from internaldesk.core.recurring import Occurrence, PlanDeed
from internaldesk.core.sla import Kind as ClockKind
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.people import Person
from internaldesk.models.recurring import Plan, PlanLine
from internaldesk.models.tickets import Ticket
from internaldesk.recurring import queries
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import changes
from internaldesk.tickets import queries as ticket_queries
from internaldesk.tickets.arrival import Arrival

BATCH = 20
CHANNEL = "plan"
_MOVED_AT_MOST = timedelta(days=recurring.FURTHEST + 9)
_NAMED = 3

log = structlog.get_logger(__name__)


class Outlook(NamedTuple):
    """What of a plan is due, oldest first, and what comes after that; both by the hours in force."""

    due: Sequence[Occurrence]
    following: Occurrence | None


def file_due(*, now: datetime) -> int:
    """File what is due by `now`, a plan's ticket in the same transaction as its next date; returns how many it saw.

    Of several days that passed while nobody looked only the latest is filed, and its line says so.
    """
    found = queries.due(now=now, limit=BATCH)
    for number in found:
        _deal_with(number, now=now)
    return len(found)


def _deal_with(number: int, *, now: datetime) -> None:
    plan = db.session.scalars(
        select(Plan).where(Plan.id == number).execution_options(populate_existing=True)
    ).one_or_none()
    if plan is None or plan.next_at is None or plan.next_at > now:
        return  # another worker was faster
    outlook = _outlook(plan, now=now)
    if _claim(plan, outlook) and outlook.due:
        _line(plan, outlook.due, now=now)


def _outlook(plan: Plan, *, now: datetime) -> Outlook:
    """By the calendar as it is now: a day that was closed meanwhile is moved, and one that fell away is not filed."""
    assert plan.next_on is not None
    assert plan.next_at is not None
    over = queries.dealt_with(plan)
    since = Occurrence(plan.next_on - recurring.DAY, over.at if over else plan.next_at - _MOVED_AT_MOST)
    left = None if plan.times is None else plan.times - plan.done
    due: list[Occurrence] = []
    for found in islice(recurring.occurrences(plan, queries.calendar(plan.team, now=now), after=since), left):
        if found.at > now:
            return Outlook(due, found)
        due.append(found)
    return Outlook(due, None)


def _claim(plan: Plan, outlook: Outlook) -> bool:
    """Move the plan on; of two workers one gets it, and who edits it at the same moment is not overwritten."""
    after = outlook.following
    moved = (
        update(Plan)
        .where(Plan.id == plan.id, Plan.next_on == plan.next_on, Plan.version == plan.version)
        .where(Plan.paused_at.is_(None), Plan.removed_at.is_(None))
        .values(next_on=after.on if after else None, next_at=after.at if after else None)
        .values(done=Plan.done + len(outlook.due))
        .returning(Plan.id)
    )
    return db.session.execute(moved.execution_options(synchronize_session=False)).first() is not None


def _line(plan: Plan, due: Sequence[Occurrence], *, now: datetime) -> None:
    """What becomes of the latest day: filed, or left out with the reason."""
    words = _missed(due[:-1])
    line = PlanLine(plan_id=plan.id, at=now, deed=PlanDeed.SKIPPED, due_on=due[-1].on)
    if plan.skip_open and plan.last_ticket is not None and plan.last_ticket.is_open:
        words.append(f"{plan.last_ticket.number} is still open.")
    else:
        try:
            with db.session.begin_nested():
                ticket = _filed(plan, words, now=now)
            line.deed, line.ticket_id = PlanDeed.FILED, ticket.id
        except OperationalError:  # the database is away: the worker tries again
            raise
        except Refused as refusal:
            words.append(f"It could not be filed: {refusal.sentence}")
        except Exception:  # one plan that fails keeps no other from being filed
            log.exception("plan_failed", plan=plan.id)
            words.append("It could not be filed: something went wrong in the desk.")
    line.words = " ".join(words)
    db.session.add(line)
    db.session.flush()


def _missed(earlier: Sequence[Occurrence]) -> list[str]:
    if not earlier:
        return []
    named = ", ".join(periods.day_words(found.on) for found in earlier[:_NAMED])
    more = f" and {len(earlier) - _NAMED} more" if len(earlier) > _NAMED else ""
    return [f"Nothing ran when it was due on {named}{more}: only this one was filed."]


def _filed(plan: Plan, words: list[str], *, now: datetime) -> Ticket:
    requester = _requester(plan, words)
    by = Actor(requester.id, requester.name, requester.email, requester.location_id)
    ticket = tickets.file(
        plan.request_type,
        by=by,
        now=now,
        form=plan.form_version,
        summary=plan.summary,
        details=plan.details,
        answers=dict(plan.answers),
        arrival=Arrival(requester.id, requester.location_id, CHANNEL),
    )
    history.record(ticket.id, Kind.PLANNED, by=None, at=now, rule=recurring.sentence(plan))
    _give(ticket, plan, words, now=now)
    moved = update(Plan).where(Plan.id == plan.id).values(last_ticket_id=ticket.id)
    db.session.execute(moved.execution_options(synchronize_session=False))
    return ticket


def _requester(plan: Plan, words: list[str]) -> Person:
    """Whose request it is; where they left, it is that of a lead of the team."""
    members = queries.members(plan.team_id)
    if plan.requester.active and plan.requester_id in {plan.made_by_id, *(member.id for member in members)}:
        return plan.requester
    lead = next((member for member in members if member.leads), None)
    if lead is None:
        raise Refused(f"{plan.requester.name} does not work in {plan.team.name} any more, and nobody leads it.")
    words.append(f"{plan.requester.name} does not work in {plan.team.name} any more: it is a request of {lead.name}.")
    return db.session.get_one(Person, lead.id)


def _give(ticket: Ticket, plan: Plan, words: list[str], *, now: datetime) -> None:
    if plan.assignee is None:
        return
    if plan.assignee_id not in {handler.id for handler in ticket_queries.handlers(ticket)}:
        words.append(f"{plan.assignee.name} cannot be given it any more: it waits for anybody in the team.")
        return
    ticket.assignee_id = plan.assignee_id
    changes.stir(ticket, now)
    sla.tell(ticket, ClockKind.ASSIGNED, by=None, now=now)
    history.record(ticket.id, Kind.ASSIGNED, by=None, at=now, to=plan.assignee.name)
