"""Every verb that moves the clocks of a ticket: an event is appended to its log, folded in, and the result stored."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from internaldesk.core import sla
from internaldesk.core.clock_words import spoken
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind as Happening
from internaldesk.core.policy import Actor
from internaldesk.core.sla import Clocks, Event, Kind, Target
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.people import Team
from internaldesk.models.sla import Clock, ClockEvent, PolicyVersion
from internaldesk.models.tickets import Ticket
from internaldesk.sla import ledger, notices, queries, rows
from internaldesk.sla.ledger import Ledger
from internaldesk.sla.notices import PROMISED
from internaldesk.sla.queries import Terms
from internaldesk.sla.sweep import settle, sweep

__all__ = [
    "PROMISED", "Kind", "apply_version", "change_hours", "correct", "hand_over", "length", "reprioritise", "settle",
    "sla", "start", "sweep", "tell", "undo", "waive",
]  # fmt: skip


def start(ticket: Ticket, *, by: Actor, now: datetime, since: datetime | None = None) -> None:
    """Start the promises of a new ticket by the policy in force for its type and priority.

    They start at `now`, or at `since` for what was received before and logged afterwards, at most an hour back.
    A ticket that is not in the database yet is put there now, with its place in the queue.
    """
    promise = _promise(ticket, now=now)
    hours, own = queries.holding(_team(ticket), ticket.priority, now=now)
    facts = {"calendar": hours, **promise, "channel": ticket.channel, "team": str(ticket.team_id), "since": since}
    known = Ledger()
    event = _event(ticket, known, Kind.CREATED, by=by, now=now, **facts, team_calendar=hours, ola_minutes=own)
    known.append(event)
    rows.aim(ticket, known.clocks)
    db.session.add(ticket)
    db.session.flush()
    _keep(ticket, ledger.begin(ticket.id, known), event, by=by, now=now)


def tell(ticket: Ticket, kind: Kind, *, by: Actor | None, now: datetime, **facts: Any) -> None:
    """Tell the clocks what happened; they start, pause, resume or stop as the rules say."""
    if kind is Kind.REOPENED:
        change_hours(ticket, by=by, now=now)  # edited since it was solved, when nothing ran
    _append(ticket, kind, by=by, now=now, **facts)


def reprioritise(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """Measure the same clocks against the promise of the new priority, counted from the start."""
    promise = _promise(ticket, now=now)
    _, own = queries.holding(_team(ticket), ticket.priority, now=now)
    _append(ticket, Kind.PRIORITY_CHANGED, by=by, now=now, **promise, ola_minutes=own or 0)


def hand_over(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """Another team holds it: promises run on, and its own part begins, or goes on where it was before."""
    hours, own = queries.holding(_team(ticket), ticket.priority, now=now)
    facts = {"team": str(ticket.team_id), "team_calendar": hours, "priority": ticket.priority.value}
    _append(ticket, Kind.TRANSFERRED, by=by, now=now, **facts, ola_minutes=own or 0)


def apply_version(ticket: Ticket, version: Terms | PolicyVersion, *, by: Actor | None, now: datetime) -> bool:
    """Let an open ticket count by an edited promise from the start; False where it does already or nothing runs."""
    known = ledger.of(ticket.id)
    promised = [clock for clock in known.clocks if clock.open and clock.target is not Target.OLA]
    if not ticket.is_open or not promised or known.version_id == version.id:
        return False
    before = known.clocks
    promise = _terms(ticket, queries.terms([version.id])[version.id], now=now)
    _append(ticket, Kind.POLICY_EDITED, by=by, now=now, applies=True, **promise)
    words = "; ".join(_differences(before, known.clocks))
    if words:
        history.record(ticket.id, Happening.RETARGETED, by=by, at=now, words=words)
    return True


def change_hours(ticket: Ticket, *, by: Actor | None, now: datetime) -> bool:
    """Let the clocks of an open ticket go on in the hours in force now; False where they do already."""
    moved = list(_moved_hours(ticket, ledger.of(ticket.id), now=now)) if ticket.is_open else []
    for facts in moved:
        _append(ticket, Kind.CALENDAR_CHANGED, by=by, now=now, **facts)
    return bool(moved)


def correct(
    ticket: Ticket, *, calendar_version: int, since: datetime, until: datetime, by: Actor | None, now: datetime
) -> bool:
    """Count a period of the past anew by a version of the hours it was counted in; False where that moves nothing."""
    known = ledger.of(ticket.id)
    facts: dict[str, Any] = {"calendar": calendar_version, "since": since, "until": until}
    facts["replaces"] = queries.other_versions(calendar_version)
    told = _event(ticket, known, Kind.CORRECTED, by=by, now=now, **facts)
    settled, corrected = sla.settle(known.clocks, now), known.after(told)
    if (corrected.items, corrected.marks) == (settled.items, settled.marks):
        return False
    _append(ticket, Kind.CORRECTED, by=by, now=now, **facts)
    return True


def waive(ticket: Ticket, *, clock_id: int, why: str, by: Actor, now: datetime) -> None:
    """Not hold a missed promise against anybody: it stays, is shown as waived, and counts in no figure."""
    settle(ticket, now=now)
    found = [row for row in ledger.of(ticket.id).rows.values() if row.id == clock_id]
    if not found:
        raise Refused("This request has no such promise.")
    row = found[0]
    _refuse_unwaivable(row, why)
    team = str(row.team_key) if row.team_key else None
    _append(ticket, Kind.WAIVED, by=by, now=now, target=row.target, team=team, cycle=row.cycle, reason=why)
    row.waived_by_id = by.id
    told = history.record(ticket.id, Happening.WAIVED, by=by, at=now, words=PROMISED[row.target], why=why)
    told.public = notices.public(Happening.WAIVED, row.target)


def length(ticket: Ticket) -> int:
    """How many events the log of its clocks has: those told from now on are numbered from the next one."""
    return len(ledger.of(ticket.id).log)


def undo(ticket: Ticket, seqs: Collection[int], *, by: Actor | None, now: datetime) -> None:
    """Let the clocks run as if these events of the log had never been; the log keeps them, and that they were undone.

    Whoever undoes puts the ticket back first, for its place in the queue is found here. Raises Refused for the filing,
    for an undoing, for what was undone already, and for what the log does not have.
    """
    known = ledger.of(ticket.id)
    able = {event.seq for event in sla.standing(known.log) if event.kind not in (Kind.CREATED, Kind.UNDONE)}
    if not seqs or not able.issuperset(seqs):
        raise Refused("That cannot be undone any more.")
    _append(ticket, Kind.UNDONE, by=by, now=now, undoes=tuple(sorted(seqs)))
    rows.drop_undone(known)


def _refuse_unwaivable(row: Clock, why: str) -> None:
    if row.breached_at is None:
        raise Refused("This promise was not missed.")
    if row.waived_at is not None:
        raise Refused("This promise is waived already.")
    if not why.strip():
        raise Refused("Say why.", field="why")


def _append(ticket: Ticket, kind: Kind, *, by: Actor | None, now: datetime, **facts: Any) -> None:
    """Append one event to the log and store what the fold says; what came by itself before it is stored first."""
    known = ledger.of(ticket.id)
    settled = sla.settle(known.clocks, now)
    if settled is not known.clocks:
        rows.store(ticket, settled, known, held=rows.held_before(ticket, known), now=now)
    event = _event(ticket, known, kind, by=by, now=now, **facts)
    known.append(event)
    _keep(ticket, known, event, by=by, now=now)


def _event(ticket: Ticket, known: Ledger, kind: Kind, *, by: Actor | None, now: datetime, **facts: Any) -> Event:
    return Event(at=now, kind=kind, seq=len(known.log) + 1, by=_role(ticket, by), **facts)


def _role(ticket: Ticket, by: Actor | None) -> str | None:
    if by is None:
        return None
    return "requester" if by.id in (ticket.requester_id, ticket.for_person_id) else "agent"


def _keep(ticket: Ticket, known: Ledger, event: Event, *, by: Actor | None, now: datetime) -> None:
    payload = {name: value for name, value in event.to_dict().items() if name not in ("at", "type", "seq")}
    row = ClockEvent(ticket_id=ticket.id, seq=event.seq or 1, at=now, kind=event.kind.value, payload=payload)
    row.actor_id = by.id if by else None
    db.session.add(row)
    rows.store(ticket, known.clocks, known, held=rows.held_now(ticket), now=now)


def _promise(ticket: Ticket, *, now: datetime) -> dict[str, Any]:
    """What an event says of the service's own promise: internal routing cannot change what the requester was told."""
    version = queries.policy_for(ticket.request_type.team_id, queries.asked_by(ticket), now=now)
    if version is None:
        return {"priority": ticket.priority.value, "policy": {}}
    return _terms(ticket, version, now=now)


def _terms(ticket: Ticket, version: Terms, *, now: datetime) -> dict[str, Any]:
    return {
        "priority": ticket.priority.value,
        "policy": queries.minutes(version, ticket.priority),
        "policy_version": version.id,
        "calendar": queries.current_version(version.calendar_id, now=now),
    }


def _moved_hours(ticket: Ticket, known: Ledger, *, now: datetime) -> Iterator[dict[str, Any]]:
    """What to tell of hours that were edited since: of the promise, and of the team where its own hours count."""
    clocks = known.clocks
    if known.version_id is not None and clocks.targets:
        calendar_id = queries.terms([known.version_id])[known.version_id].calendar_id
        present = queries.current_version(calendar_id, now=now)
        if clocks.calendar is None or clocks.calendar.version != present:
            yield {"calendar": present}
    if clocks.team is not None and (clocks.follow_team or clocks.team in clocks.ola):
        present = queries.current_version(_team(ticket).calendar_id, now=now)
        own = clocks.team_calendars.get(clocks.team)
        if own is None or own.version != present:
            yield {"calendar": present, "team": clocks.team}


def _differences(before: Clocks, after: Clocks) -> Iterator[str]:
    """What other time a promise allows now."""
    was = {(clock.target, clock.cycle): clock.allowance_seconds for clock in before if clock.team is None}
    for clock in after:
        allowed = was.get((clock.target, clock.cycle))
        if clock.team is None and clock.allowance_seconds != allowed:
            instead = f" instead of {spoken(allowed)}" if allowed is not None else ""
            yield f"{PROMISED[clock.target]} within {spoken(clock.allowance_seconds)}{instead}"


def _team(ticket: Ticket) -> Team:
    team = db.session.get(Team, ticket.team_id)
    assert team is not None
    return team
