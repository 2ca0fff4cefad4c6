"""What stands in the blanks of a text on one request, and what doing a macro to it would change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from internaldesk.core import macros as rules
from internaldesk.core import wording
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.macros import Assign, MacroLike, Part
from internaldesk.core.policy import Actor
from internaldesk.core.text import excerpt
from internaldesk.macros.actions import standing
from internaldesk.models.macros import Macro
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries as sla

_LINE = 110
SAMPLE = {rules.FIRST_NAME: "Ada", rules.NUMBER: "R-4836", rules.PROMISE: "Wed 25 Nov, 17:02"}


@dataclass(frozen=True, slots=True)
class Row:
    """A macro in a list: its text with the blanks filled in, and what it does."""

    macro: Macro
    text: str
    does: list[str]

    @property
    def line(self) -> str:
        """The beginning of the text."""
        return excerpt(self.text, _LINE)


@dataclass(frozen=True, slots=True)
class Preview:
    """What doing a macro would say and change; `problems` keep it from being done as it is."""

    text: str
    changes: Mapping[Part, str]
    ticks: tuple[tuple[Part, str, bool], ...]
    problems: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing at all would happen."""
        return not self.text and not self.changes


def rows(
    macros: Iterable[Macro], values: Mapping[str, str], *, names: Mapping[int, str], me: int | None = None
) -> list[Row]:
    """Macros with their texts filled in; `me` is who would use them."""
    return [Row(macro, rules.filled_in(macro.body, values), rules.does(macro, names=names, me=me)) for macro in macros]


def preview(
    macro: MacroLike, ticket: Ticket, values: Mapping[str, str], *, by: Actor, names: Mapping[int, str], note: bool
) -> Preview:
    """What it would do to this ticket now, in sentences; `names` are those of the people it can be given to."""
    text, before = rules.filled_in(macro.body, values), standing(ticket)
    after = rules.outcome(macro, before, me=by.id, replies=bool(text) and not note)
    found, own = rules.changes(before, after, me=by.id, names=names), rules.parts(macro)
    problems = [f"There is no value for {blank} here: write it yourself." for blank in rules.blanks(text)]
    gone = macro.assign is Assign.PERSON and macro.assignee_id not in names
    if gone:
        problems.append(f"It cannot be given to who is named: they do not work on requests of {ticket.team.name}.")
    ticks = tuple((part, words, not (gone and part is Part.ASSIGNEE)) for part, words in found.items() if part in own)
    return Preview(text, found, ticks, problems)


def values(ticket: Ticket, *, by: Actor, now: datetime) -> dict[str, str]:
    """What stands in the blanks on this ticket; the promise is empty where none runs."""
    return {
        rules.FIRST_NAME: ticket.requester.name.split()[0],
        rules.NUMBER: ticket.number,
        rules.MY_NAME: by.name,
        rules.TEAM: ticket.team.name,
        rules.PROMISE: _promise(ticket, now),
    }


def _promise(ticket: Ticket, now: datetime) -> str:
    """By when it is promised to be solved, in the requester's zone and with the day: the text may be read tomorrow."""
    running = [clock for clock in sla.clocks(ticket.id) if clock.target is Target.RESOLUTION]
    due = next((clock.due_at for clock in reversed(running) if clock.state is ClockState.RUNNING), None)
    if due is None or due <= now:
        return ""
    zone = ZoneInfo(ticket.requester.timezone or ticket.requester.location.timezone)
    local, today = due.astimezone(zone), now.astimezone(zone).date()
    return f"{wording.day(local.date(), today=today)}, {local:%H:%M}"
