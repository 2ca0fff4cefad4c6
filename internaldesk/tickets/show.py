"""Everything a request's page shows, put together once for both voices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from internaldesk.core import hours, questions
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.lifecycle import AGENT_WORDS, PAUSING, Status, requester_words
from internaldesk.core.policy import Act, Actor, may
from internaldesk.core.text import initials
from internaldesk.core.wording import Pill
from internaldesk.history import queries as history
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import NEVER, Attachment, Ticket
from internaldesk.ratings import actions as rating_actions
from internaldesk.ratings import queries as ratings
from internaldesk.sla import queries as sla
from internaldesk.tickets import drafts, queries
from internaldesk.tickets.outlook import readers
from internaldesk.web import filters, promises
from internaldesk.web.desk import now

_LABELS = {
    Target.FIRST_RESPONSE: "First reply",
    Target.NEXT_RESPONSE: "Next reply",
    Target.RESOLUTION: "Solve",
}
_SPOKEN = {
    Target.FIRST_RESPONSE: "First reply",
    Target.NEXT_RESPONSE: "Next reply",
    Target.RESOLUTION: "Solved",
}
_LOOKS = {"met": "is-met", "soon": "is-now", "over": "is-over", "missed": "is-over"}


@dataclass(frozen=True, slots=True)
class Promise:
    """One of the three promises on the page."""

    label: str
    pill: Pill
    look: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the thread: the request itself, a message, a note, or a line of history."""

    kind: str
    at: datetime
    who: str
    body: str = ""
    by_team: bool = False
    mine: bool = False
    icon: str = ""
    files: tuple[Attachment, ...] = ()

    @property
    def initials(self) -> str:
        """For the avatar."""
        return initials(self.who)


def shown(ticket: Ticket, *, actor: Actor, mode: str) -> dict[str, Any]:
    """The context of the page; `mode` is `reply` or `note` and only means something to handlers."""
    as_team = queries.speaks_for_team(actor, ticket)
    mode = mode if as_team else "reply"
    return {
        "ticket": ticket,
        "as_team": as_team,
        "mode": mode,
        "thread": thread(ticket, actor=actor, as_team=as_team),
        "promises": three_promises(ticket),
        "facts": facts(ticket),
        "status_words": AGENT_WORDS[ticket.status],
        "sentence": sentence(ticket),
        "readers": _readers(ticket, actor),
        "can_write": may(actor, Act.ANSWER if as_team else Act.REPLY, ticket) and ticket.status is not Status.CLOSED,
        "can_confirm": may(actor, Act.CONFIRM, ticket),
        "draft": drafts.find(f"R-{ticket.id}:{mode}", by=actor),
        **(_margin(ticket, actor) if as_team else _after(ticket, actor)),
    }


def thread(ticket: Ticket, *, actor: Actor, as_team: bool) -> list[Entry]:
    """The conversation, oldest first; notes are fetched for handlers only."""
    files = _by_place(queries.attachments(ticket, with_notes=as_team))
    first = Entry("filed", ticket.filed_at, ticket.requester.name, ticket.details, files=files.get("", ()))
    said = [
        Entry("message", m.at, m.author.name, m.body, m.by_team, m.author_id == actor.id, "", files.get(f"m{m.id}", ()))
        for m in queries.messages(ticket)
    ]
    noted = [
        Entry("note", n.at, n.author.name, n.body, True, n.author_id == actor.id, "", files.get(f"n{n.id}", ()))
        for n in (queries.notes(ticket) if as_team else ())
    ]
    lines = history.timeline(ticket.id, public_only=not as_team)
    happened = [Entry("event", line.at, line.who, line.words, icon=line.icon) for line in lines]
    return [first, *sorted([*said, *noted, *happened], key=lambda entry: entry.at)]


def three_promises(ticket: Ticket) -> list[Promise]:
    """First reply, next reply, solve: always named, each with its state."""
    latest: dict[Target, Clock] = {}
    for clock in sla.clocks(ticket.id):
        if clock.target in _LABELS:
            latest[clock.target] = clock
    pills = {target: _pill(latest[target], ticket) if target in latest else _idle(target) for target in _LABELS}
    return [Promise(_LABELS[target], pill, _LOOKS.get(pill.state, "is-ok")) for target, pill in pills.items()]


def sentence(ticket: Ticket) -> str:
    """The first line of the requester's page: who has it and when the next word comes."""
    who = ticket.assignee.name if ticket.assignee else None
    words = requester_words(ticket.status, team=ticket.team.name, assignee=who)
    if ticket.status is Status.SOLVED and ticket.solved_at is not None:
        return f"{ticket.team.name} solved it {filters.when(ticket.solved_at)}."
    if ticket.status in PAUSING and ticket.status_until:
        return f"{words}, until {filters.when(ticket.status_until)}."
    if ticket.queue_at == NEVER or ticket.next_target is None or not ticket.is_open:
        return words if words.endswith("?") else f"{words}."
    if ticket.queue_at <= now():
        promised = filters.when(ticket.queue_at)
        return f"We are late. {words}; a word was promised by {promised}."
    return f"{words}. {_SPOKEN[ticket.next_target]} by {filters.when(ticket.queue_at)}."


def _pill(clock: Clock, ticket: Ticket) -> Pill:
    match clock.state:
        case ClockState.CANCELLED:
            return promises.cancelled()
        case ClockState.STOPPED if clock.stopped_at is not None:
            return promises.missed(clock.stopped_at) if clock.breached_at else promises.met(clock.stopped_at)
        case ClockState.PAUSED if clock.breached_at is None:
            return promises.paused(_waiting_words(ticket, clock.pause_reason))
        case _:
            assert clock.due_at is not None
            return promises.running(clock.due_at, share=_share(clock))


def _idle(target: Target) -> Pill:
    """A promise that nothing has started, which is named all the same."""
    return promises.paused("no question open" if target is Target.NEXT_RESPONSE else "not promised")


def _share(clock: Clock) -> int:
    used = clock.used_seconds
    if clock.segment_from is not None:
        calendar = sla.calendars([clock.calendar_version_id])[clock.calendar_version_id]
        used += int(hours.elapsed(calendar, clock.segment_from, now()).total_seconds())
    return min(100, used * 100 // clock.target_seconds)


def _waiting_words(ticket: Ticket, reason: str | None) -> str:
    if reason == "scheduled" and ticket.status_until:
        return f"Until {filters.at(ticket.status_until)}"
    first_name = ticket.requester.name.split()[0]
    return {"requester": f"Waiting: {first_name}", "approval": "Approval", "vendor": "Supplier"}.get(
        reason or "", "Waiting"
    )


def facts(ticket: Ticket) -> list[tuple[str, str]]:
    """What was answered on the form, as label and words, with whom it is for and the customer who waits."""
    asked = questions.parse(ticket.form_version.questions)
    pairs = questions.facts(asked, ticket.answers, people=_named(ticket, asked))
    if ticket.for_person_id != ticket.requester_id:
        pairs = [("For", ticket.for_person.name), *pairs]
    if ticket.customer_waiting:
        needed = f", by {filters.when(ticket.needed_by)}" if ticket.needed_by else ""
        pairs = [*pairs, ("Customer waiting", f"{ticket.customer or 'yes'}{needed}")]
    return pairs


def _named(ticket: Ticket, asked: Sequence[questions.Question]) -> dict[int, str]:
    """The names of people given as answers; no statement where no question asks for one."""
    slugs = [question.slug for question in asked if question.kind is questions.Kind.PERSON]
    ids = [ticket.answers[slug] for slug in slugs if slug in ticket.answers]
    return queries.names(ids) if ids else {}


def _readers(ticket: Ticket, actor: Actor) -> str:
    """Who can read it, said to those who write in it."""
    people = dict.fromkeys((ticket.requester, ticket.for_person))
    whose = ", ".join("you" if person.id == actor.id else person.name for person in people)
    return readers(ticket.confidentiality, whose=whose, team=ticket.team.name)


def _margin(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    return {"others": queries.others_of(ticket, actor=actor)}


def _after(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    """What the requester is asked once it is solved."""
    invite = None if ticket.is_open else ratings.invite_of(ticket.id, actor=actor)
    key = current_app.config["DESK"].secret_key
    token = rating_actions.token(invite.id, invite.nonce, key=key) if invite else None
    return {"rate_token": token, "rated": invite is not None and ratings.rating_of(ticket.id) is not None}


def _by_place(rows: Sequence[Attachment]) -> dict[str, tuple[Attachment, ...]]:
    found: dict[str, tuple[Attachment, ...]] = {}
    for row in rows:
        place = f"m{row.message_id}" if row.message_id else f"n{row.note_id}" if row.note_id else ""
        found[place] = (*found.get(place, ()), row)
    return found
