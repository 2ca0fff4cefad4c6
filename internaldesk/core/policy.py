"""Who may do what to a ticket: one table that a manager can read, and nothing else decides."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from internaldesk.core.errors import Forbidden


class Confidentiality(StrEnum):
    """How far a kind of request may be seen."""

    ORDINARY = "O"
    TEAM = "T"
    CASE = "C"


class Act(StrEnum):
    """Everything a person can do to a ticket."""

    READ = "read"
    COUNT = "count"
    HANDLE = "handle"
    REPLY = "reply"
    ANSWER = "answer"
    NOTE = "note"
    ASSIGN = "assign"
    CHANGE = "change"
    TRANSFER = "transfer"
    CONFIRM = "confirm"
    RATE = "rate"
    THANK = "thank"
    ESCALATE = "escalate"
    WAIVE = "waive"
    ASK_APPROVAL = "ask approval"
    RELATE = "relate"


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person as the rules see them: who they are and which hats they wear.

    `agent_of` holds the ids of teams whose queues they work (leads included), `lead_of` those they
    lead, `case_group_of` those whose confidential cases they were named for.
    """

    id: int
    name: str = ""
    email: str = ""
    location_id: int | None = None
    location_name: str = ""
    timezone: str = "Europe/London"
    agent_of: frozenset[int] = field(default_factory=frozenset)
    lead_of: frozenset[int] = field(default_factory=frozenset)
    case_group_of: frozenset[int] = field(default_factory=frozenset)
    manager: bool = False
    admin: bool = False

    @property
    def is_agent(self) -> bool:
        """Whether they work at least one queue."""
        return bool(self.agent_of)

    @property
    def sees_quality(self) -> bool:
        """Whether the service quality pages are theirs: managers all teams, leads their own."""
        return self.manager or bool(self.lead_of)

    @property
    def sets_rules(self) -> bool:
        """Whether the settings of promises and calendars are theirs: leads those of their teams, administrators all."""
        return self.admin or bool(self.lead_of)

    def rules_over(self, team_id: int) -> bool:
        """Whether they may change what that team promises."""
        return self.admin or team_id in self.lead_of


class TicketLike(Protocol):
    """What the table below reads of a ticket; the table row satisfies it."""

    @property
    def requester_id(self) -> int: ...
    @property
    def for_person_id(self) -> int: ...
    @property
    def team_id(self) -> int: ...
    @property
    def confidentiality(self) -> Confidentiality: ...
    @property
    def follower_ids(self) -> Collection[int]: ...
    @property
    def former_team_ids(self) -> Collection[int]: ...


Predicate = Callable[[Actor, TicketLike], bool]


def is_owner(actor: Actor, ticket: TicketLike) -> bool:
    """The person who asked, or the one it is for: always the requester's view, whatever their job."""
    return actor.id in (ticket.requester_id, ticket.for_person_id)


def is_follower(actor: Actor, ticket: TicketLike) -> bool:
    """Somebody the requester's side or the team added to read along."""
    return actor.id in ticket.follower_ids


def is_handler(actor: Actor, ticket: TicketLike) -> bool:
    """A member of the team that holds it (of its case group for a case), unless it is their own."""
    teams = actor.case_group_of if ticket.confidentiality is Confidentiality.CASE else actor.agent_of
    return ticket.team_id in teams and not is_owner(actor, ticket)


def handled_before(actor: Actor, ticket: TicketLike) -> bool:
    """A member of a team that passed an ordinary request on keeps sight of it."""
    ordinary = ticket.confidentiality is Confidentiality.ORDINARY
    return ordinary and not actor.agent_of.isdisjoint(ticket.former_team_ids)


def oversees(actor: Actor, ticket: TicketLike) -> bool:
    """Managers and administrators may open ordinary requests, never confidential ones."""
    return (actor.manager or actor.admin) and ticket.confidentiality is Confidentiality.ORDINARY


def measures(actor: Actor, ticket: TicketLike) -> bool:
    """Managers see figures of ordinary and team-only requests; cases count only inside their group."""
    return actor.manager and ticket.confidentiality is not Confidentiality.CASE


def leads_it(actor: Actor, ticket: TicketLike) -> bool:
    """A lead of the team that holds it, as far as they handle it."""
    return ticket.team_id in actor.lead_of and is_handler(actor, ticket)


def led_it_before(actor: Actor, ticket: TicketLike) -> bool:
    """A lead of a team that passed an ordinary request on; what that team missed is theirs to judge."""
    led = not actor.lead_of.isdisjoint(ticket.former_team_ids)
    return led and handled_before(actor, ticket) and not is_owner(actor, ticket)


def administers(actor: Actor, ticket: TicketLike) -> bool:
    """An administrator, as far as they may read it, and never their own."""
    return actor.admin and oversees(actor, ticket) and not is_owner(actor, ticket)


ALLOWED: Mapping[Act, tuple[Predicate, ...]] = {
    Act.READ: (is_owner, is_follower, is_handler, handled_before, oversees),
    Act.COUNT: (is_handler, measures),
    Act.HANDLE: (is_handler,),
    Act.REPLY: (is_owner, is_follower),
    Act.ANSWER: (is_handler,),
    Act.NOTE: (is_handler,),
    Act.ASSIGN: (is_handler,),
    Act.CHANGE: (is_handler,),
    Act.TRANSFER: (is_handler,),
    Act.CONFIRM: (is_owner,),
    Act.RATE: (is_owner,),
    Act.THANK: (is_owner,),
    Act.ESCALATE: (is_owner, is_follower),
    Act.WAIVE: (leads_it, led_it_before, administers),
    Act.ASK_APPROVAL: (is_handler,),
    Act.RELATE: (is_handler,),
}

_SENTENCES: Mapping[Act, str] = {
    Act.REPLY: "Only the requester and the people following can write here.",
    Act.CONFIRM: "Only the person who asked can say whether it is solved.",
    Act.RATE: "Only the person who asked can rate this request.",
    Act.THANK: "Only the person who asked can say thanks for this request.",
    Act.ESCALATE: "Only the requester and the people following can ask somebody to step in.",
    Act.WAIVE: "Only a lead of the team or an administrator can waive a missed promise, and never their own.",
}
_TEAM_ONLY = "Only the team that holds this request can do that, and never on a request of one's own."


class ViewLike(Protocol):
    """What the rules read of a saved view; private where it has no team."""

    @property
    def owner_id(self) -> int: ...
    @property
    def team_id(self) -> int | None: ...


def may_see_view(actor: Actor, view: ViewLike) -> bool:
    """Its owner sees a private one, everybody in the team a shared one."""
    return view.owner_id == actor.id if view.team_id is None else view.team_id in actor.agent_of


def may_change_view(actor: Actor, view: ViewLike) -> bool:
    """Rename, replace, move and remove: its owner as long as they see it, and the leads of the team that has it."""
    return may_see_view(actor, view) and (view.owner_id == actor.id or view.team_id in actor.lead_of)


def may_share_view(actor: Actor, team_id: int) -> bool:
    """Whoever works in a team can share a view with it."""
    return team_id in actor.agent_of


def may(actor: Actor, act: Act, ticket: TicketLike) -> bool:
    """Whether `actor` may do `act` to `ticket`."""
    return any(predicate(actor, ticket) for predicate in ALLOWED[act])


def require(actor: Actor, act: Act, ticket: TicketLike) -> None:
    """Raise Forbidden with a sentence unless `actor` may do `act` to `ticket`."""
    if not may(actor, act, ticket):
        raise Forbidden(why(act))


def why(act: Act) -> str:
    """The sentence that explains a refusal, also used for greyed-out buttons."""
    return _SENTENCES.get(act, _TEAM_ONLY)


def matrix() -> str:
    """The permission table as Markdown lines, for the documents (a guard compares them)."""
    lines = ["| act | allowed to |", "|---|---|"]
    for act, predicates in ALLOWED.items():
        names = ", ".join(predicate.__name__.replace("_", " ") for predicate in predicates)
        lines.append(f"| {act} | {names} |")
    return "\n".join(lines)
