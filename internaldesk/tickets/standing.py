"""Where a request stands, in words for its requester: who has it, when the next word comes, and what if it is late."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from internaldesk.core import hours
from internaldesk.core.clocks import Target
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.lifecycle import PAUSING, Status, requester_words
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.tickets.endings import ending
from internaldesk.tickets.relations import Tie

Saying = Callable[[datetime], str]
"""How an instant is said to the reader."""
_AHEAD = {
    Target.FIRST_RESPONSE: "First reply",
    Target.NEXT_RESPONSE: "Next reply",
    Target.RESOLUTION: "Solved",
    Target.PERIODIC_UPDATE: "Next word",
}
_MISSED = {
    Target.FIRST_RESPONSE: "the first reply",
    Target.NEXT_RESPONSE: "the next reply",
    Target.RESOLUTION: "the solution",
    Target.PERIODIC_UPDATE: "a word in between",
}


class Promised(Protocol):
    """What is read of a ticket, or of its row in a list."""

    @property
    def queue_at(self) -> datetime: ...
    @property
    def next_seconds(self) -> int | None: ...
    @property
    def next_calendar_version_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Late:
    """The next promise was missed at `since`; `again` is the promised time once more, counted from there.

    Both follow from the promise alone, so the new time never slides: it may pass, too.
    """

    since: datetime
    again: datetime

    def over_again(self, now: datetime) -> bool:
        """Whether the new time has passed as well."""
        return self.again <= now


class Helper(NamedTuple):
    """Whom the requester can ask to step in, and when that was done for this promise."""

    id: int
    name: str
    told_at: datetime | None


def late(
    row: Promised, *, known: Mapping[int, BusinessCalendar], now: datetime, missed_at: datetime | None = None
) -> Late | None:
    """How late the next promise is; None while there is time, or where none runs. `known` has its calendar.

    It was missed when it was due, unless `missed_at` says that it was made later, when that time was up already.
    """
    if row.queue_at > now or not row.next_seconds or row.next_calendar_version_id is None:
        return None
    calendar, since = known[row.next_calendar_version_id], missed_at or row.queue_at
    return Late(since, hours.add(calendar, since, timedelta(seconds=row.next_seconds)))


def sentence(ticket: Ticket, *, now: datetime, when: Saying, decider: str | None = None) -> str:
    """Who has it, or decides about it, and when the next word comes; `when` begins with the day ("today 11:18")."""
    who = ticket.assignee.name if ticket.assignee else None
    words = requester_words(ticket.status, team=ticket.team.name, assignee=who, decider=decider)
    if ticket.status is Status.SOLVED and ticket.solved_at is not None:
        return f"{ticket.team.name} solved it {when(ticket.solved_at)}."
    if ticket.status is Status.CLOSED and ticket.solved_at is None:
        return f"It was {ending(ticket.status_reason).lower()}."
    if ticket.status in PAUSING and ticket.status_until:
        return f"{words}, until {when(ticket.status_until)}."
    if ticket.queue_at == NEVER or ticket.next_target is None or not ticket.is_open:
        return words if words.endswith("?") else f"{words}."
    if ticket.queue_at <= now:
        return f"{words}; {_MISSED[ticket.next_target]} was promised by {when(ticket.queue_at)}."
    return f"{words}. {_AHEAD[ticket.next_target]} by {when(ticket.queue_at)}."


def together(ticket: Ticket, into: Tie, *, when: Saying) -> str:
    """Of one that was merged: with which it is answered, as far as the reader may know, and how far that is."""
    which = f"R-{into.number}" if into.known else "another request about the same"
    how = f"solved {when(into.solved_at)}" if into.solved_at else "still open" if into.is_open else "closed"
    return f"{ticket.team.name} answers it together with {which}, which is {how}."


def new_time(found: Late, *, now: datetime, say: Saying) -> str:
    """The sentence about the new time, also where that one has passed; `say` ends with the day ("13:00 today")."""
    again = say(found.again)
    if found.over_again(now):
        return f"We are late, and the new time of {again.removesuffix(' today')} has passed too."
    return f"We are late. New time: {again}."


def stepping_in(helper: Helper | None, *, asks: bool, hotline: str, say: Saying) -> str:
    """Who was told, or can be asked by those who may (`asks`), and the team's `hotline` where it is of use."""
    words = []
    if helper and helper.told_at:
        words.append(f"{helper.name} was told at {say(helper.told_at).removesuffix(' today')}.")
    elif helper and asks:
        words.append(f"You can ask {helper.name} to step in.")
    return " ".join([*words, *([f"Hotline {hotline}."] if hotline else [])])
