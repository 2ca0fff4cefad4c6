"""What is measured: which page, asked for by whom, and what the bare application has in its place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any, NamedTuple, TypeVar

from flask import Flask
from sqlalchemy import Select, func, select

from bench import bare
from bench.databases import Desk
from bench.load import Asking
from internaldesk.core.policy import Confidentiality
from internaldesk.core.text import words
from internaldesk.db import db, unit_of_work
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Membership, Person, Team
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people

PATHS = 50
"""Different requests each client opens."""
_CASE = Confidentiality.CASE
_TEAM, _KIND = "it", "broken"
_FILLED_IN = {
    "for_whom": "me",
    "device": "LDS-1904",
    "can_work": "partly",
    "affected": "one",
    "summary": "Card reader at the loading bay rejects every badge",
    "details": "It worked until this morning. The light stays red for every badge we tried.",
    "customer_waiting": "no",
}
_T = TypeVar("_T")


@dataclass(frozen=True)
class Case:
    """One line of the table; each asking is a client of its own."""

    name: str
    title: str
    desk: Sequence[Asking]
    bare: Sequence[Asking] = ()


class _Visitor(NamedTuple):
    """The cookies of a person, for the desk and for the bare application, and what they filed most recently."""

    desk: str
    bare: str
    filed: Sequence[int]


@dataclass(frozen=True)
class _Known:
    """Whom and what the cases need of a desk."""

    agents: Sequence[_Visitor]
    requesters: Sequence[_Visitor]
    managers: Sequence[_Visitor]
    queue: Sequence[tuple[int, str]]
    kind: int


def cases(desk: Desk, clients: int) -> list[Case]:
    """Every case with that many clients, who are different people where there are enough."""
    app = desk.app
    with app.app_context(), unit_of_work():
        known = _known(app, clients)
    with app.app_context():
        db.engine.dispose()
    numbers = [number for number, _ in known.queue]
    sought = [f"/search?q={_longest(summary)}" for _, summary in known.queue]
    return [
        _case("queue", "Queue, first page", known.agents, lambda _: ["/queue/due-next"], lambda _: ["/queue"]),
        _case(
            "request_team",
            "Request, as its team sees it",
            known.agents,
            lambda _: [f"/requests/R-{number}" for number in numbers],
            lambda _: [f"/requests/{number}" for number in numbers],
        ),
        _case(
            "request_mine",
            "Request, as its requester sees it",
            known.requesters,
            lambda who: [f"/requests/R-{number}" for number in who.filed],
            lambda who: [f"/requests/{number}" for number in who.filed],
        ),
        _case("home", "Home", known.requesters, lambda _: ["/"]),
        _case("search", "Search for a word", known.agents, lambda _: sought),
        _case("quality", "Service quality", known.managers, lambda _: ["/quality"]),
        _case(
            "file",
            "Filing: form and post",
            known.requesters,
            lambda _: [f"/catalogue/{_TEAM}/{_KIND}"],
            lambda _: [f"/file/{known.kind}"],
            fields=_FILLED_IN,
        ),
    ]


def _case(
    name: str,
    title: str,
    who: Sequence[_Visitor],
    paths: Callable[[_Visitor], list[str]],
    bare_paths: Callable[[_Visitor], list[str]] | None = None,
    *,
    fields: dict[str, str] | None = None,
) -> Case:
    floor = [Asking(one.bare, bare_paths(one), fields) for one in who] if bare_paths else []
    return Case(name, title, [Asking(one.desk, paths(one), fields) for one in who], floor)


def _known(app: Flask, clients: int) -> _Known:
    team = _first(select(Ticket.team_id).group_by(Ticket.team_id).order_by(func.count().desc()))
    queue = select(Ticket.id, Ticket.summary).where(Ticket.team_id == team, Ticket.confidentiality != _CASE)
    queue = queue.order_by(Ticket.is_open.desc(), Ticket.queue_at, Ticket.id).limit(PATHS)
    kind = select(RequestType.id).join(Team).where(Team.slug == _TEAM, RequestType.slug == _KIND)

    def visitors(query: Select[Any]) -> list[_Visitor]:
        return _repeated([_visitor(app, person) for person in db.session.scalars(query.limit(clients)).all()], clients)

    return _Known(
        visitors(select(Person).join(Membership).where(Membership.team_id == team).order_by(Person.id)),
        visitors(_typical_requesters()),
        visitors(select(Person).where(Person.manager).order_by(Person.id)),
        [(number, summary) for number, summary in db.session.execute(queue)],
        _first(kind),
    )


def _typical_requesters() -> Select[Any]:
    """People of no team who filed as much as half of them; those with the most would be a worst case."""
    counted = select(Ticket.requester_id, func.count().label("filed")).group_by(Ticket.requester_id).subquery()
    members = select(Membership.person_id)
    middle = db.session.scalars(select(counted.c.filed).order_by(counted.c.filed)).all()
    near = func.abs(counted.c.filed - middle[len(middle) // 2])
    return (
        select(Person)
        .join(counted, counted.c.requester_id == Person.id)
        .where(Person.id.not_in(members))
        .order_by(near, Person.id)
    )


def _visitor(app: Flask, person: Person) -> _Visitor:
    token = people.start_session(person, device="a measurement", now=datetime.now(UTC))
    mine = select(Ticket.id).where(Ticket.requester_id == person.id).order_by(Ticket.updated_at.desc()).limit(PATHS)
    return _Visitor(
        f"{app.config['SESSION_COOKIE_NAME']}={_signed(app, {'_user_id': token, '_permanent': True})}",
        f"{bare.COOKIE}={_signed(app, {'person': person.id})}",
        db.session.scalars(mine).all(),
    )


def _signed(app: Flask, content: dict[str, Any]) -> str:
    """A session cookie; both applications have the same key."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # the interface is typed without signing
    return str(signer.dumps(content))


def _longest(summary: str) -> str:
    return max(words(summary), key=len, default="printer")


def _first(query: Select[Any]) -> Any:
    return db.session.scalars(query.limit(1)).one()


def _repeated(found: Sequence[_T], number: int) -> list[_T]:
    return list(islice(cycle(found), number))
