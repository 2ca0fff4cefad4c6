"""Read the people around a request, as far as the rules need them to find who decides."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from internaldesk.core.approval import Need
from internaldesk.core.approvers import ABOUT, ROLES, Organisation
from internaldesk.core.policy import Confidentiality
from internaldesk.db import db
from internaldesk.models.approvals import RoleHolder
from internaldesk.models.people import Membership, Person, Team, TeamRole
from internaldesk.models.tickets import Ticket

_Where = ColumnElement[bool] | InstrumentedAttribute[bool]
_DEPTH = 20  # managers of managers; a circle of them ends here
_ENOUGH = 5  # managers and administrators to choose from, should some of them be the ones who ask
_LEAD = "lead:"
_TEAMS = sorted({way for role in ROLES.values() for way in role.ways if way.startswith(_LEAD)} - {_LEAD})


def organisation(ticket: Ticket, needs: Iterable[Need]) -> Organisation:
    """What is known of the people around a ticket, as far as these steps need it; three statements."""
    owners = frozenset({ticket.requester_id, ticket.for_person_id})
    known = _people_around(ticket)
    leads = {way.removeprefix(_LEAD): known[way] for way in _TEAMS}
    return Organisation(
        owners=owners,
        requester_id=ticket.requester_id,
        is_case=ticket.confidentiality is Confidentiality.CASE,
        above=_managers_above(owners),
        holders=_holders([need.role for need in needs], ticket),
        leads={**leads, "": known["own"]},
        case_leads=known["case-lead"],
        case_group=known["case"],
        managers=known["manager"],
        admins=known["admin"],
    )


def leads(ticket: Ticket) -> list[int]:
    """Who looks after the team that holds a ticket; of a case only those named for such."""
    query = _team_people(Membership.team_id == ticket.team_id, Membership.role == TeamRole.LEAD)
    if ticket.confidentiality is Confidentiality.CASE:
        query = query.where(Membership.case_group)
    return list(db.session.scalars(query.order_by(Person.id)))


def case_group(ticket: Ticket) -> list[int]:
    """Who is named for the confidential cases of the team that holds a ticket."""
    query = _team_people(Membership.team_id == ticket.team_id, Membership.case_group)
    return list(db.session.scalars(query.order_by(Person.id)))


def _people_around(ticket: Ticket) -> Mapping[str, list[int]]:
    """Leads, the case group, some managers and administrators, each in the order of their ids."""
    own, lead = Membership.team_id == ticket.team_id, Membership.role == TeamRole.LEAD
    queries = [
        _tagged("own", _team_people(own, lead)),
        _tagged("case-lead", _team_people(own, lead, Membership.case_group)),
        _tagged("case", _team_people(own, Membership.case_group)),
        *(_tagged(way, _team_people(lead, Team.slug == way.removeprefix(_LEAD))) for way in _TEAMS),
        _tagged("manager", select(Person.id).where(Person.manager, Person.active).order_by(Person.id).limit(_ENOUGH)),
        _tagged("admin", select(Person.id).where(Person.admin, Person.active).order_by(Person.id).limit(_ENOUGH)),
    ]
    found: defaultdict[str, list[int]] = defaultdict(list)
    rows: list[tuple[str, int]] = [(tag, person) for tag, person in db.session.execute(union_all(*queries))]
    for tag, person in sorted(rows):
        found[tag].append(person)
    return found


def _tagged(tag: str, people: Select[int]) -> Select[str, int]:
    inner = people.subquery()
    return select(literal(tag), inner.c.id)


def _team_people(*where: _Where) -> Select[int]:
    query = select(Person.id).join(Membership, Membership.person_id == Person.id).join(Team)
    return query.where(Person.active, *where)


def _managers_above(people: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The active line managers of each, nearest first; who left is passed over, their own manager is not."""
    first = select(Person.id.label("start"), Person.line_manager_id.label("person"), literal(1).label("depth"))
    chain = first.where(Person.id.in_(people), Person.line_manager_id.is_not(None)).cte(recursive=True)
    higher = select(chain.c.start, Person.line_manager_id, chain.c.depth + 1).join(Person, Person.id == chain.c.person)
    chain = chain.union_all(higher.where(Person.line_manager_id.is_not(None), chain.c.depth < _DEPTH))
    query = select(chain.c.start, chain.c.person).join(Person, Person.id == chain.c.person).where(Person.active)
    found: defaultdict[int, dict[int, None]] = defaultdict(dict)
    for start, person in db.session.execute(query.order_by(chain.c.start, chain.c.depth)):
        if person != start:
            found[start][person] = None
    return {start: tuple(above) for start, above in found.items()}


def _holders(roles: Sequence[str], ticket: Ticket) -> dict[str, tuple[int, ...]]:
    """Who was entered for these roles: those for what the answers name, or else those for everything."""
    wanted = {role: {plain(ticket.answers.get(slug)) for slug in ABOUT.get(role, ())} - {""} for role in roles}
    about = {"", *(name for names in wanted.values() for name in names)}
    query = (
        select(RoleHolder.role, RoleHolder.about, RoleHolder.person_id)
        .join(Person, RoleHolder.person_id == Person.id)
        .where(RoleHolder.role.in_(wanted), RoleHolder.about.in_(about), Person.active)
        .order_by(RoleHolder.person_id)
    )
    found: dict[str, dict[bool, list[int]]] = {role: {True: [], False: []} for role in wanted}
    for role, name, person_id in db.session.execute(query):
        if not name or name in wanted[role]:
            found[role][bool(name)].append(person_id)
    return {role: tuple(people[True] or people[False]) for role, people in found.items()}


def plain(answer: object) -> str:
    """What a role is about, in the one spelling under which it is kept and looked for."""
    return " ".join(answer.split()).lower() if isinstance(answer, str) else ""
