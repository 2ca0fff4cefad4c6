"""What can be done to many besides the verbs of one request: each for one of them, with what it takes to undo it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from internaldesk.core import macros as rules
from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.macros import actions as macros
from internaldesk.macros import filling
from internaldesk.macros import queries as macro_queries
from internaldesk.models.macros import Macro
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Message, Ticket
from internaldesk.tickets import causes, tags
from internaldesk.tickets import queries as tickets


def retag(ticket: Ticket, *, by: Actor, now: datetime, add: Iterable[str], remove: Iterable[str]) -> None:
    """Put these tags on and take those off, where they are not or are."""
    tags.tag(ticket, by=by, now=now, tags=({*ticket.tag_words} - {*remove}) | {*add})


def link(ticket: Ticket, *, by: Actor, now: datetime, cause: Ticket) -> Link | None:
    """Let it follow the cause; None where it did already."""
    made = causes.link(ticket, cause, by=by, now=now)
    db.session.flush()
    return made if made.made_at == now else None


def cause_called(text: str, *, by: Actor) -> Ticket:
    """The request that is named as the cause, by its number; raises Refused where they see none like that."""
    digits = text.strip().upper().removeprefix("R-")
    found = tickets.get(int(digits), actor=by) if digits.isdigit() and len(digits) < 10 else None
    if found is None:
        raise Refused(
            "There is no such request, or it is not yours to see. Give its number, like R-4811.", field="cause"
        )
    return found


def run(ticket: Ticket, *, by: Actor, now: datetime, macro: Macro, version: int | None) -> Message | None:
    """Do a macro to it as `version` of it was shown; gives the message it sent, if it says anything."""
    if not fits(macro, ticket, by=by):
        raise Refused(f"“{macro.name}” is not a macro of {ticket.team.name}.")
    body = rules.filled_in(macro.body, filling.values(ticket, by=by, now=now))
    before = macros.standing(ticket)
    if not body and rules.outcome(macro, before, me=by.id, replies=False) == before:
        raise Refused("Nothing would change.")
    return macros.run(macro, ticket, by=by, now=now, note=False, body=body, do=rules.parts(macro), seen=version)


def fits(macro: Macro, ticket: Ticket, *, by: Actor) -> bool:
    """Whether there is this macro for this request: its team's, or one's own."""
    return macro.team_id == ticket.team_id or macro.owner_id == by.id


def macros_for(chosen: Iterable[Ticket], *, by: Actor) -> Sequence[Macro]:
    """The macros there are for any of these requests, the teams' in their order and then one's own."""
    some = list(chosen)
    found = [macro for macro in macro_queries.shown(by) if any(fits(macro, ticket, by=by) for ticket in some)]
    return sorted(found, key=lambda macro: macro.owner_id is not None)


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a macro will do to many: to how many, in which words (as the first of them reads), and what besides."""

    macro: Macro
    fit: int
    of: int
    example: Ticket | None
    text: str
    does: list[str]


def foretell(macro: Macro, chosen: Sequence[Ticket], *, by: Actor, now: datetime) -> Foretold:
    """Say what doing it to these would do, before it is done."""
    some = [ticket for ticket in chosen if fits(macro, ticket, by=by)]
    first = some[0] if some else None
    text = rules.filled_in(macro.body, filling.values(first, by=by, now=now)) if first else ""
    names = {macro.assignee.id: macro.assignee.name} if macro.assignee else {}
    return Foretold(macro, len(some), len(chosen), first, text, rules.does(macro, names=names, me=by.id))
