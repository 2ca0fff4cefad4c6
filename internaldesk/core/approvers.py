"""Who decides a step: the roles an approval rule can name, where each is found, and who decides where it is not."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from internaldesk.core.approval import SECOND, Need


class Source(StrEnum):
    """How it came that somebody was asked."""

    NAMED = "named"
    HOLDER = "holder"
    LINE = "line"
    LEAD = "lead"
    CASE = "case"
    MANAGER = "manager"
    ADMIN = "admin"


class Role(NamedTuple):
    """A role in words, and the places where its people are looked for, in order; a team's lead is `lead:<slug>`."""

    words: str
    ways: tuple[str, ...]


class Seat(NamedTuple):
    """Somebody to ask, and why them."""

    person_id: int
    source: Source


class Step(NamedTuple):
    """A step with the people to ask, of whom so many must agree."""

    need: Need
    seats: tuple[Seat, ...]
    quorum: int = 1


_HOLDER, _LINE, _OWN = "holder", "line", "lead:"
_ASKED = "the team that was asked"
_FEW = 3
"""At most so many managers or administrators are asked where nobody is nearer."""

# Whoever was entered as the holder of a role comes first; the rest of a row is for desks that entered nobody.
ROLES: Mapping[str, Role] = {
    "manager": Role("line manager", (_LINE,)),
    "budget-holder": Role("cost centre owner", (_HOLDER, _LINE)),
    "receiving-budget-holder": Role("owner of the receiving cost centre", (_HOLDER, _LINE)),
    "business-owner": Role("business owner", (_HOLDER, _LINE)),
    "original-approver": Role("approver of the order", (_HOLDER, _LINE)),
    "finance": Role("finance", (_HOLDER, "lead:finance")),
    "controller": Role("controller", (_HOLDER, "lead:finance")),
    "hr": Role("HR", (_HOLDER, "lead:hr")),
    "legal": Role("legal", (_HOLDER, "lead:legal")),
    "compliance": Role("compliance", (_HOLDER, "lead:legal")),
    "privacy-lead": Role("privacy lead", (_HOLDER, "lead:records")),
    "case-lead": Role("lead of such cases", (_HOLDER, _OWN)),
    "supervisor": Role("supervisor", (_HOLDER, _OWN)),
    "shift-lead": Role("shift lead", (_HOLDER, _OWN)),
    SECOND: Role("second person", (_HOLDER, _OWN)),
    "system-owner": Role("system owner", (_HOLDER, _OWN)),
    "door-owner": Role("owner of the door", (_HOLDER, _OWN)),
    "room-owner": Role("owner of the room", (_HOLDER, _OWN)),
    "record-owner": Role("owner of the records", (_HOLDER, _OWN)),
    "data-owner": Role("owner of the data", (_HOLDER, _OWN)),
}
ABOUT: Mapping[str, tuple[str, ...]] = {
    "budget-holder": ("cost_centre", "job"),
    "receiving-budget-holder": ("to",),
    "system-owner": ("system",),
    "door-owner": ("doors",),
    "record-owner": ("record", "series"),
    "data-owner": ("system",),
}
"""The questions whose answer says what a holder must hold: the cost centre, the system, the records."""


_INSTEAD = {
    Source.LINE: "As {}: nobody else is known, so the line manager decides",
    Source.LEAD: "As {}, because you lead the team",
    Source.CASE: "As {}, because you are named for such cases",
    Source.MANAGER: "As {}, because nobody nearer is known",
    Source.ADMIN: "As {}, because nobody nearer is known",
}


@dataclass(frozen=True, slots=True)
class Organisation:
    """What is known of the people around a request; only active people, each list in the order of their ids.

    `above` holds the line managers of those whose request it is, nearest first; `holders` the people of a role who
    hold what the answers name; `leads` those of teams by slug, "" for the team that holds the request; `case_leads`
    and `case_group` the people named for its confidential cases.
    """

    owners: frozenset[int]
    requester_id: int
    is_case: bool = False
    above: Mapping[int, Sequence[int]] = field(default_factory=dict)
    holders: Mapping[str, Sequence[int]] = field(default_factory=dict)
    leads: Mapping[str, Sequence[int]] = field(default_factory=dict)
    case_leads: Sequence[int] = ()
    case_group: Sequence[int] = ()
    managers: Sequence[int] = ()
    admins: Sequence[int] = ()


def steps(needs: Iterable[Need], org: Organisation) -> tuple[Step, ...]:
    """The steps with the people of each; the same people are not asked twice in a row, unless it takes a second person.

    Asked once, they decide on what both steps name. A step for which there is nobody but the requester is left out.
    """
    found: list[Step] = []
    for need in needs:
        before = {seat.person_id for seat in found[-1].seats} if found else set()
        second = need.role == SECOND
        seats = seats_of(need.role, org, without=before if second and len(before) == 1 else ())
        if seats and (second or {seat.person_id for seat in seats} != before):
            found.append(Step(need, seats))
        elif seats:
            known = found[-1].need
            both = Need(known.role, tuple(dict.fromkeys((*known.shows, *need.shows))))
            found[-1] = found[-1]._replace(need=both)
    return tuple(found)


def seats_of(role: str, org: Organisation, *, without: Collection[int] = ()) -> tuple[Seat, ...]:
    """The people to ask in a role: from the first place that has any, never those whose request it is."""
    for source, people in _places(role, org):
        seats = _seats(source, people, org, without)
        if seats:
            return seats
    return ()


def role_words(role: str) -> str:
    """A role as a sentence names it; empty for people chosen by name.

    >>> role_words("manager"), role_words("named")
    ('line manager', '')
    """
    return ROLES[role].words if role in ROLES else ""


def otherwise(role: str) -> str:
    """Who decides in a role for which nobody was entered, in words.

    >>> otherwise("budget-holder"), otherwise("controller"), otherwise("system-owner")
    ('the line manager of who asks', 'who leads Finance', 'who leads the team that was asked')
    """
    way = ROLES[role].ways[-1]
    if way == _LINE:
        return "the line manager of who asks"
    team = way.removeprefix(_OWN)
    return f"who leads {team.upper() if len(team) == 2 else team.capitalize()}" if team else f"who leads {_ASKED}"


def why_words(role: str, source: Source, *, requester: str, asker: str) -> str:
    """Why somebody is asked, to themselves; `requester` and `asker` are first names.

    >>> why_words("manager", Source.LINE, requester="Ada", asker="Pia")
    'As line manager of Ada'
    """
    words = role_words(role)
    if source is Source.NAMED:
        return f"Because {asker} asked you by name"
    if source is Source.LINE and role == "manager":
        return f"As {words} of {requester}"
    return f"As {words}" if source is Source.HOLDER else _INSTEAD[source].format(words)


def _places(role: str, org: Organisation) -> Iterator[tuple[Source, Sequence[int]]]:
    """Where to look, in order. Of a case nobody hears but those named for it, and whom its own rule names."""
    for way in ROLES[role].ways:
        if way == _HOLDER:
            yield Source.HOLDER, org.holders.get(role, ())
        elif way == _LINE:
            yield Source.LINE, org.above.get(org.requester_id, ())[:1]
        elif not org.is_case:
            yield Source.LEAD, org.leads.get(way.removeprefix(_OWN), ())
    if org.is_case:
        yield Source.CASE, org.case_leads
        yield Source.CASE, org.case_group
        return
    yield Source.LEAD, org.leads.get("", ())
    yield Source.MANAGER, org.managers[:_FEW]
    yield Source.ADMIN, org.admins[:_FEW]


def _seats(source: Source, people: Sequence[int], org: Organisation, without: Collection[int]) -> tuple[Seat, ...]:
    """These people; in place of somebody whose own request it is, the nearest line manager of theirs."""
    found: dict[int, Seat] = {}
    for person in people:
        seat = _above(person, org, named=source is Source.LINE) if person in org.owners else Seat(person, source)
        if seat is not None and seat.person_id not in without:
            found.setdefault(seat.person_id, seat)
    return tuple(found.values())


def _above(person: int, org: Organisation, *, named: bool) -> Seat | None:
    """Who decides in the place of somebody whose own it is; of a case only whom its rule named, or who handles such."""
    for manager in org.above.get(person, ()):
        if manager not in org.owners and (named or not org.is_case or manager in org.case_group):
            return Seat(manager, Source.LINE)
    return None
