"""Read people: who they are, where they are signed in, and a co-worker by the first letters of a name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload, selectinload

from internaldesk.core.text import initials
from internaldesk.core.tokens import digest
from internaldesk.db import db
from internaldesk.models.people import (
    Location,
    Membership,
    PasswordLink,
    Person,
    SignInTry,
    Team,
    TeamRole,
    WebSession,
)
from internaldesk.people import throttle

PICKED = 8
DEMO_DOMAIN = "@desk.example"
_DEMO_PEOPLE = 10
_ESCAPE = "\\"


class CoWorker(NamedTuple):
    """Somebody a request can be for."""

    id: int
    name: str
    location: str
    job_title: str


class DemoPerson(NamedTuple):
    """Somebody the sign-in page of a demonstration offers."""

    email: str
    name: str
    role_words: str

    @property
    def initials(self) -> str:
        """The letters of the avatar."""
        return initials(self.name)


def by_email(email: str) -> Person | None:
    """The person with that address, active or not."""
    return db.session.scalars(select(Person).where(Person.email == email.strip().lower())).first()


def anybody() -> bool:
    """Whether the desk has people yet."""
    return db.session.scalar(select(select(Person.id).exists())) or False


def profile(person_id: int) -> Person:
    """A person with place and teams, as their own page shows them."""
    query = select(Person).where(Person.id == person_id)
    teams = selectinload(Person.memberships).joinedload(Membership.team)
    return db.session.scalars(query.options(joinedload(Person.location), joinedload(Person.department), teams)).one()


def co_workers(typed: str, *, limit: int = PICKED) -> list[CoWorker]:
    """Active people with a first, middle or last name that begins with what was typed, by name; nobody for nothing."""
    start = " ".join(typed.replace("\x00", "").split())
    if not start:
        return []
    query = (
        select(Person.id, Person.name, Location.name.label("location"), Person.job_title)
        .join(Location, Person.location_id == Location.id)
        .where(Person.active, or_(*(_begins(spelling) for spelling in {start, start.title()})))
        .order_by(Person.name, Person.id)
        .limit(limit)
    )
    return [CoWorker(*row) for row in db.session.execute(query)]


def _begins(start: str) -> ColumnElement[bool]:
    """ILIKE; SQLite folds only plain letters, which is why both spellings of the first one are asked for."""
    safe = start.replace(_ESCAPE, _ESCAPE * 2).replace("%", f"{_ESCAPE}%").replace("_", f"{_ESCAPE}_")
    return or_(Person.name.ilike(f"{safe}%", escape=_ESCAPE), Person.name.ilike(f"% {safe}%", escape=_ESCAPE))


def co_worker(person_id: int) -> CoWorker | None:
    """An active person by id, for a form that names one."""
    query = (
        select(Person.id, Person.name, Location.name, Person.job_title)
        .join(Location, Person.location_id == Location.id)
        .where(Person.id == person_id, Person.active)
    )
    row = db.session.execute(query).first()
    return CoWorker(*row) if row else None


def sessions(person_id: int, *, seen_after: datetime, now: datetime) -> Sequence[WebSession]:
    """Where a person is signed in, last seen first."""
    return db.session.scalars(
        select(WebSession)
        .where(WebSession.person_id == person_id, WebSession.ends_at > now, WebSession.seen_at > seen_after)
        .order_by(WebSession.seen_at.desc(), WebSession.id.desc())
    ).all()


def open_link(token: str, *, now: datetime) -> Person | None:
    """Whose password a link may set, or None when it is unknown, used or too old."""
    return db.session.scalars(
        select(Person)
        .join(PasswordLink, PasswordLink.person_id == Person.id)
        .where(PasswordLink.token_hash == digest(token), PasswordLink.used_at.is_(None))
        .where(PasswordLink.expires_at > now, Person.active)
    ).first()


def sign_in_opens_at(email: str, source: str, *, now: datetime) -> datetime | None:
    """The instant at which a next try to sign in will be heard, or None when that is now."""
    recent = SignInTry.at > now - throttle.REMEMBERED
    waits = [
        throttle.open_from(db.session.scalars(select(SignInTry.at).where(who, recent)).all(), free=free)
        for who, free in (
            (SignInTry.account == account_key(email), throttle.FREE_OF_ACCOUNT),
            (SignInTry.source == source, throttle.FREE_OF_SOURCE),
        )
    ]
    latest = max((wait for wait in waits if wait is not None), default=None)
    return latest if latest is not None and latest > now else None


def account_key(email: str) -> str:
    """What failed tries are counted under; a hash, because people type passwords into the wrong field."""
    return digest(email.strip().lower())


def has_duties(person: Person) -> bool:
    """Whether they see other people's requests, by team or by role."""
    working = select(Membership.person_id).where(Membership.person_id == person.id).exists()
    return person.manager or person.admin or bool(db.session.scalar(select(working)))


def words_about(person: Person) -> list[str]:
    """What somebody guessing this person's password would try first."""
    return [person.name, person.email, person.job_title, person.location.name]


DEMO_PASSWORD: Final = "demo-desk-2026"  # noqa: S105 - told to everybody on the sign-in page of a demonstration


def demo_people() -> list[DemoPerson]:
    """The invented people of a demonstration, in the order they were made."""
    people = db.session.scalars(
        select(Person)
        .where(Person.email.endswith(DEMO_DOMAIN), Person.active)
        .options(joinedload(Person.location), selectinload(Person.memberships).joinedload(Membership.team))
        .order_by(Person.id)
        .limit(_DEMO_PEOPLE)
    )
    return [DemoPerson(person.email, person.name, _hats(person)) for person in people]


def _hats(person: Person) -> str:
    """What they do, in words: "leads IT", "answers in IT and Facilities", "asks from Leeds"."""
    leads = [place.team.name for place in person.memberships if place.role is TeamRole.LEAD]
    works = [place.team.name for place in person.memberships if place.role is TeamRole.AGENT]
    parts = [f"leads {' and '.join(leads)}" if leads else "", f"answers in {' and '.join(works)}" if works else ""]
    parts += ["sees service quality" if person.manager else "", "looks after the system" if person.admin else ""]
    return ", ".join(filter(None, parts)) or f"asks from {person.location.name}"


def team_by_slug(slug: str) -> Team | None:
    """The team called `slug` in addresses."""
    return db.session.scalars(select(Team).where(Team.slug == slug)).first()


def location_by_slug(slug: str) -> Location | None:
    """The place called `slug`."""
    return db.session.scalars(select(Location).where(Location.slug == slug)).first()


def first_location() -> Location | None:
    """Where people belong who were entered without a place."""
    return db.session.scalars(select(Location).order_by(Location.id).limit(1)).first()
