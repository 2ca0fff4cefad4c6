"""Facts kept up, facts made anew and figures counted from scratch are the same, whatever happened to the requests."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from internaldesk.core import daily_report, periods, tally
from internaldesk.core.daily import ANY, ANYHOW, STANDING, TIMES, Space, unpacked
from internaldesk.core.priority import Priority
from internaldesk.core.quality import Names
from internaldesk.db import db
from internaldesk.facts import actions
from internaldesk.models.catalogue import RequestType
from internaldesk.models.facts import FactCell, FactMark, FactTicket
from internaldesk.models.people import Department, Location, Membership, Team, TeamRole
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.quality import queries
from internaldesk.quality.scope import Scope
from tests import cast, make
from tests.facts import scratch
from tests.facts.life import Desk

pytestmark = pytest.mark.slow

BEGIN = datetime(2026, 9, 2, 8, 13, tzinfo=UTC)
ZONE = "Europe/London"
STEPS = 70


def kept_up(now: datetime) -> None:
    while actions.keep_up(now=now, zone=ZONE, batch=3) >= 3:
        db.session.commit()
    db.session.commit()


def everything() -> dict[str, list]:
    """All that is kept, but for how far it is."""
    found = {}
    for table in (FactCell, FactTicket):
        rows = db.session.execute(select(*table.__table__.columns).order_by(*table.__table__.primary_key))
        found[table.__tablename__] = [tuple(row) for row in rows]
    return found


def named() -> tuple[Names, dict[int, tuple[str, str]]]:
    teams = {team.id: team.name for team in db.session.scalars(select(Team))}
    types = {kind.id: (kind.name, kind.team_id) for kind in db.session.scalars(select(RequestType))}
    places = {place.id: (place.name, "") for place in db.session.scalars(select(Location))}
    return Names(teams, types), places


def scopes() -> list[Scope]:
    """Managers, leads and those named for cases, with every kind of filter."""
    max_, dana, hana = cast.actor("max"), cast.actor("dana"), cast.actor("hana")
    it = make.team("it").id
    kinds = frozenset(make.request_type(path).id for path in ("it/broken", "hr/pay"))
    place = frozenset({max_.location_id or 0})
    return [
        Scope(max_),
        Scope(replace(hana, manager=True)),
        Scope(max_, teams=frozenset({it})),
        Scope(max_, types=kinds),
        Scope(max_, places=place),
        Scope(max_, customer=True),
        Scope(max_, types=kinds, places=place, customer=True),
        Scope(dana),
        Scope(hana),
        Scope(hana, places=place),
        Scope(max_, priorities=frozenset({Priority.URGENT, Priority.MEDIUM})),
        Scope(max_, channels=frozenset({"phone", "email"})),
        Scope(max_, types=kinds, customer=True, priorities=frozenset({Priority.HIGH}), channels=frozenset({"portal"})),
        Scope(hana, priorities=frozenset({Priority.HIGH, Priority.LOW})),
    ]


def cells_of(space: Space) -> dict[tuple, tuple]:
    """Counts and times of the cells of a space, by where and when."""
    found = {}
    for cell in db.session.scalars(select(FactCell).where(FactCell.space == space)):
        where = (cell.unit, cell.start, cell.team_id, cell.type_id, cell.place_id, cell.customer, cell.holder_id)
        times = [list(unpacked(getattr(cell, name))) for name in (*TIMES, *STANDING)]
        found[*where, cell.cases, cell.department_id, cell.priority, cell.channel] = (Counter(cell.counts), times)
    return found


def finest() -> dict[tuple, tuple]:
    """The smallest cells put together over departments, priorities and channels."""
    found: dict[tuple, tuple] = {}
    for key, (counts, times) in cells_of(Space.EACH).items():
        before, earlier = found.get((*key[:-3], ANY, ANY, ANYHOW), (Counter(), [[] for _ in times]))
        together = [sorted(one + other) for one, other in zip(earlier, times, strict=True)]
        found[*key[:-3], ANY, ANY, ANYHOW] = (before + counts, together)
    return found


@pytest.mark.parametrize("seed", [2, 3])
def test_kept_facts_are_those_counted_from_scratch(app, seed):
    db.session.add(Membership(person_id=cast.person("eve").id, team_id=make.team("it").id, role=TeamRole.AGENT))
    db.session.scalars(
        select(Membership).where(Membership.person_id == cast.person("hana").id)
    ).one().role = TeamRole.LEAD
    for name in ("ada", "hana"):
        cast.person(name).department = Department(name=f"Where {name} works")
    desk = Desk(seed, BEGIN)
    for _ in range(STEPS):
        desk.step()
        kept_up(desk.now)
    names, places = named()

    for text in ("13w", "4w", "month", "quarter", f"{desk.now:%Y-%m-%d}", "2026-10"):
        over = tally.frame(periods.parse(text, desk.now, ZoneInfo(ZONE)), desk.now)
        for scope in scopes():
            counted = queries.counted(scope, over, by="location")
            assert daily_report.summarise(counted.cells, over, names) == scratch.report(scope, over, names)
            assert daily_report.lines(counted.places, over, places, "place_id") == scratch.places(scope, over, places)

    assert finest() == cells_of(Space.ALL)
    assert len(set(db.session.scalars(select(Ticket.channel)))) == 3
    changed = select(Clock.id).join(Ticket).where(Clock.decided_priority != Ticket.priority)
    assert len(db.session.scalars(changed).all()) > 1
    before = everything()
    actions.rebuild(now=desk.now, zone=ZONE)
    assert everything() == before
    assert len(before["fact_cell"]) > 100
    assert len({row.department_id for row in db.session.scalars(select(FactTicket))}) == 3
    assert db.session.scalars(select(FactMark)).all() == []
