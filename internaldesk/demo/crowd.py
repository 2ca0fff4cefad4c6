"""Enough people for a large desk: the known ones, and a crowd whose names are put together from theirs."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import func, insert, select

from internaldesk.db import db
from internaldesk.demo import people
from internaldesk.demo.people import DOMAIN, Cast
from internaldesk.demo.sheets import table_of
from internaldesk.models.people import Membership, Person, Team, TeamRole

_PER_PERSON = 25
"""Requests for each co-worker."""
_MOST = 4000
_AGENTS = 15
"""One in so many works in a team."""


def enter(tickets: int, *, dice: Random, now: datetime) -> Cast:
    """The people of a desk with that many requests."""
    cast = people.enter(now=now)
    missing = min(tickets // _PER_PERSON, _MOST) - len(cast.everybody)
    if missing <= 0:
        return cast
    first_id = (db.session.scalar(select(func.max(Person.id))) or 0) + 1
    rows = list(_rows(cast, first_id, missing, dice, now))
    db.session.execute(insert(table_of(Person)), rows)
    teams = db.session.scalars(select(Team.id).order_by(Team.id)).all()
    places = [
        {"person_id": row["id"], "team_id": teams[n % len(teams)], "role": TeamRole.AGENT, "case_group": False}
        for n, row in enumerate(rows[::_AGENTS])
    ]
    db.session.execute(insert(table_of(Membership)), places)
    db.session.expire_all()
    return people.cast()


def _rows(cast: Cast, first_id: int, number: int, dice: Random, now: datetime) -> Iterator[dict[str, Any]]:
    names = [who.actor.name.split() for who in cast.everybody.values()]
    secret = db.session.scalar(select(Person.password_hash).where(Person.password_hash.is_not(None)).limit(1))
    for key in range(first_id, first_id + number):
        first, last = dice.choice(names)[0], dice.choice(names)[-1]
        neighbour = dice.choice(cast.front)
        yield {
            "id": key,
            "email": f"{_plain(first)}.{_plain(last)}.{key}@{DOMAIN}",
            "name": f"{first} {last}",
            "job_title": "Customer service",
            "phone": f"{neighbour.phone[:-3]}{key % 1000:03}",
            "location_id": neighbour.actor.location_id,
            "line_manager_id": neighbour.line,
            "timezone": None,
            "manager": False,
            "admin": False,
            "active": True,
            "password_hash": secret,
            "created_at": now,
            "department_id": neighbour.department_id,
        }


def _plain(name: str) -> str:
    """A name as it stands in an address."""
    flat = unicodedata.normalize("NFKD", name.lower().replace("ł", "l"))
    return "".join(sign for sign in flat if sign.isascii() and sign.isalpha())
