"""Everything a request's page shows, put together once for both voices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from internaldesk.approvals import queries as approvals
from internaldesk.core import questions
from internaldesk.core.clocks import ClockState
from internaldesk.core.lifecycle import AGENT_WORDS, Status
from internaldesk.core.policy import Act, Actor, may
from internaldesk.core.relations import LinkKind
from internaldesk.core.text import initials
from internaldesk.history import queries as history
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Attachment, Ticket
from internaldesk.ratings import actions as rating_actions
from internaldesk.ratings import queries as ratings
from internaldesk.sla import queries as sla
from internaldesk.tickets import (
    approving,
    arrival,
    conversation,
    handover,
    helping_hand,
    leads,
    pills,
    queries,
    relations,
    standing,
)
from internaldesk.tickets.outlook import readers
from internaldesk.web import filters, promises
from internaldesk.web.desk import now


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
    told: str = ""
    files: tuple[Attachment, ...] = ()

    @property
    def initials(self) -> str:
        """For the avatar."""
        return initials(self.who)


def shown(ticket: Ticket, *, actor: Actor, mode: str) -> dict[str, Any]:
    """The context of the page; `mode` is `reply` or `note` and only means something to handlers."""
    as_team = queries.speaks_for_team(actor, ticket)
    mode = mode if as_team else "reply"
    speaks = may(actor, Act.ANSWER if as_team else Act.REPLY, ticket)
    clocks = sla.clocks(ticket.id)
    ties, others = relations.with_others(ticket, actor=actor) if as_team else (relations.of(ticket, actor=actor), [])
    waits = None if as_team else conversation.held(ticket, now=now())
    if waits is not None:
        conversation.show_as_told(ticket, waits)
    known_at = waits.known_at if waits else None
    return {
        "ticket": ticket,
        "as_team": as_team,
        "mode": mode,
        **_talk(ticket, actor=actor, as_team=as_team, known_at=known_at),
        "known_at": known_at,
        "promises": pills.promised(ticket, clocks, now=now()),
        "facts": facts(ticket),
        "status_words": AGENT_WORDS[ticket.status],
        **_standing(ticket, clocks, actor=actor, as_team=as_team),
        **_together(ticket, ties),
        "relations": ties,
        "others": others,
        "readers": _readers(ticket, actor),
        "can_write": speaks and ticket.status is not Status.CLOSED,
        "can_follow": speaks and ticket.status is Status.CLOSED,
        "can_confirm": may(actor, Act.CONFIRM, ticket),
        **(_margin(ticket, actor) if as_team else _after(ticket, actor)),
    }


def _talk(ticket: Ticket, *, actor: Actor, as_team: bool, known_at: datetime | None) -> dict[str, Any]:
    """The conversation, oldest first, and the colleagues called by name in it; notes are fetched for handlers only."""
    files = _by_place(queries.attachments(ticket, with_notes=as_team))
    first = Entry(
        "filed", ticket.filed_at, ticket.requester.name, ticket.details, told=_told(ticket), files=files.get("", ())
    )
    said = [
        Entry(
            w.kind, w.at, w.author, w.body, w.by_team, w.author_id == actor.id, files=files.get(f"{w.kind}{w.id}", ())
        )
        for w in queries.conversation(ticket, with_notes=as_team, told_at=None if as_team else now())
    ]
    lines = history.timeline(ticket.id, public_only=not as_team)
    happened = [
        Entry("event", line.at, line.who, line.words, icon=line.icon)
        for line in lines
        if not line.names and (known_at is None or line.at <= known_at)
    ]
    return {
        "thread": [first, *sorted([*said, *happened], key=lambda entry: entry.at)],
        "mentioned": {name for line in lines for name in line.names},
    }


def _told(ticket: Ticket) -> str:
    """How it came and who wrote it down, for a request that did not come through the portal."""
    came = arrival.logged(ticket)
    if came is None:
        return ""
    received = f"received {filters.when(came.received)} " if came.received else ""
    return f"{received}{came.how}, logged {filters.when(came.at)} by {came.who}"


def _standing(ticket: Ticket, clocks: Sequence[Clock], *, actor: Actor, as_team: bool) -> dict[str, Any]:
    """The status in a sentence; where a promise is late the new time, and for the requester's side who can step in."""
    clock = leads.due_clock(ticket, clocks)
    words = standing.sentence(ticket, now=now(), when=filters.when, decider=approving.decider(ticket, now=now()))
    found = None
    if clock is not None and clock.state is not ClockState.PAUSED:
        known = sla.calendars([ticket.next_calendar_version_id])
        found = standing.late(ticket, known=known, now=now(), missed_at=clock.breached_at)
    if clock is None or found is None:
        return {"sentence": words, "late": "", "helper": None}
    late = standing.new_time(found, now=now(), say=promises.said)
    if as_team:
        return {"sentence": words, "late": late, "helper": None}
    helper, asks = leads.helper(ticket, clock), may(actor, Act.ESCALATE, ticket)
    hotline = ticket.team.hotline if helper is None or found.over_again(now()) else ""
    more = standing.stepping_in(helper, asks=asks, hotline=hotline, say=promises.said)
    unasked = helper if asks and helper and helper.told_at is None else None
    return {"sentence": words, "late": f"{late} {more}".strip(), "helper": unasked}


def _together(ticket: Ticket, ties: Sequence[relations.Relation]) -> dict[str, str]:
    """The sentence of one that was merged."""
    into = relations.one(ties, LinkKind.MERGED)
    return {"sentence": standing.together(ticket, into, when=filters.when)} if into else {}


def facts(ticket: Ticket) -> list[tuple[str, str]]:
    """What was answered on the form, as label and words, with whom it is for and the customer who waits."""
    asked = questions.parse(ticket.form_version.questions)
    pairs = questions.facts(asked, ticket.answers, people=_named(ticket, asked))
    if ticket.for_person_id != ticket.requester_id:
        pairs = [("For", ticket.for_person.name), *pairs]
    if ticket.customer_waiting:
        needed = f", by {filters.when(ticket.needed_by)}" if ticket.needed_by else ""
        pairs = [*pairs, ("Customer waiting", f"{ticket.customer or 'yes'}{needed}")]
    return [*pairs, *((label, "not asked") for label in arrival.not_asked(ticket, asked))]


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
    approval = approving.in_words(approvals.newest(ticket.id))
    held = ticket.holdings[-1]
    return {
        "approval": approval,
        "bounced": handover.bounces(ticket.holdings),
        "asked": held if held.brief else None,
    }


def _after(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    """What the requester is asked once it is solved."""
    invite = None if ticket.solved_at is None else ratings.invite_of(ticket.id, actor=actor)
    key = current_app.config["DESK"].secret_key
    token = rating_actions.token(invite.id, invite.nonce, key=key) if invite else None
    return {
        "rate_token": token,
        "rated": invite is not None and ratings.rating_of(ticket.id) is not None,
        "may_thank": may(actor, Act.THANK, ticket) and helping_hand.unthanked(ticket, giver_id=actor.id),
    }


def _by_place(rows: Sequence[Attachment]) -> dict[str, tuple[Attachment, ...]]:
    found: dict[str, tuple[Attachment, ...]] = {}
    for row in rows:
        place = f"message{row.message_id}" if row.message_id else f"note{row.note_id}" if row.note_id else ""
        found[place] = (*found.get(place, ()), row)
    return found
