"""Write people: enter them, sign them in and out, and change their passwords."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update

from internaldesk.core.errors import BadInput, Refused
from internaldesk.core.policy import Actor
from internaldesk.core.tokens import digest
from internaldesk.db import db, frame
from internaldesk.models.people import (
    Department,
    Location,
    Membership,
    PasswordLink,
    Person,
    SignInTry,
    TeamRole,
    WebSession,
)
from internaldesk.people import queries, secrecy, throttle
from internaldesk.people.secrecy import hash_password

__all__ = ["hash_password"]

SESSION = timedelta(days=7)
SESSION_ON_DUTY = timedelta(hours=24)
LINK = timedelta(hours=72)
_LINKS_KEPT = timedelta(days=30)
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")
_DEVICE_LENGTH = 200
_DEPARTMENT_LENGTH = 80


def add_location(slug: str, *, name: str, timezone: str) -> Location:
    """Enter a place; `timezone` is an IANA name."""
    place = Location(slug=slug, name=name, timezone=ZoneInfo(timezone).key)
    db.session.add(place)
    db.session.flush()
    return place


def add_person(
    email: str,
    *,
    name: str,
    now: datetime,
    location: Location | None = None,
    job_title: str = "",
    phone: str = "",
    line_manager: Person | None = None,
    manager: bool = False,
    admin: bool = False,
    password_hash: str | None = None,
    department: str = "",
) -> Person:
    """Enter a co-worker, in the first place if none is given; raises BadInput for an address that cannot be used.

    `department` is its name; one that nobody was in yet is entered with them.
    """
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise BadInput(f"“{email}” is not an e-mail address.", field="email")
    if not name.strip():
        raise BadInput("A person needs a name.", field="name")
    if queries.by_email(address):
        raise BadInput(f"There is somebody with the address {address} already.", field="email")
    person = Person(email=address, name=name.strip(), job_title=job_title, phone=phone, created_at=now)
    person.location_id = (location or _first_location()).id
    person.line_manager_id = line_manager.id if line_manager else None
    person.manager, person.admin, person.password_hash = manager, admin, password_hash
    person.department = _department(department)
    db.session.add(person)
    db.session.flush()
    return person


def _department(name: str) -> Department | None:
    """The department of that name, entered if need be; none for no name. Raises BadInput where it is too long."""
    plain = " ".join(name.split())
    if len(plain) > _DEPARTMENT_LENGTH:
        raise BadInput(f"A department's name has at most {_DEPARTMENT_LENGTH} letters.", field="department")
    if not plain:
        return None
    known = select(Department).where(func.lower(Department.name) == plain.lower()).order_by(Department.id)
    return db.session.scalars(known).first() or Department(name=plain)


def join(person: Person, team_slug: str, *, role: TeamRole = TeamRole.AGENT, case_group: bool = False) -> Membership:
    """Put a person into a team; `case_group` names them for its confidential cases.

    Raises BadInput when there is no such team.
    """
    team = queries.team_by_slug(team_slug)
    if team is None:
        raise BadInput(f"There is no team called “{team_slug}”.", field="team")
    place = Membership(person_id=person.id, team_id=team.id, role=role, case_group=case_group)
    db.session.add(place)
    db.session.flush()
    return place


def sign_in(email: str, password: str, *, source: str, device: str, now: datetime) -> str | None:
    """A fresh session token, or None when address and password do not belong together.

    A failed try is written down, so keep it even though nobody gets in. Raises TooManyTries when it is too
    early for another one. The password is checked while no transaction is open, because hashing is slow: what is
    pending in the session is dropped. Tries are counted afterwards and under a lock, so guesses sent side by side
    gain nothing.
    """
    person_id, known = _known_password(email, source, now=now)
    good = secrecy.matches(password, known)
    _one_at_a_time(email)
    _refuse_if_too_early(email, source, now=now)
    person = db.session.get(Person, person_id) if good and person_id else None
    if person is None or person.password_hash != known:
        db.session.add(SignInTry(account=queries.account_key(email), source=source, at=now))
        return None
    _forgive(email)
    if known and secrecy.is_outdated(known):
        person.password_hash = hash_password(password)
    return start_session(person, device=device, now=now)


def start_session(person: Person, *, device: str, now: datetime) -> str:
    """Open a session and return its token, which is not kept; people with duties sign in daily."""
    token = secrecy.fresh_token()
    row = WebSession(token_hash=digest(token), person_id=person.id, created_at=now, seen_at=now)
    row.ends_at = now + (SESSION_ON_DUTY if queries.has_duties(person) else SESSION)
    row.device = device[:_DEVICE_LENGTH]
    db.session.add(row)
    return token


def sign_out(token: str) -> None:
    """End the session behind a token; one that ended before stays ended."""
    db.session.execute(delete(WebSession).where(WebSession.token_hash == digest(token)))


def end_session(session_id: int, *, by: Actor) -> None:
    """Sign one's own device out; raises Refused when it is signed out already or not one's own."""
    own = delete(WebSession).where(WebSession.id == session_id, WebSession.person_id == by.id)
    if db.session.execute(own.returning(WebSession.id)).first() is None:
        raise Refused("That device is signed out already.")


def end_sessions(person: Person) -> None:
    """Sign a person out everywhere."""
    db.session.execute(delete(WebSession).where(WebSession.person_id == person.id))


def password_link(person: Person, *, now: datetime) -> str:
    """The token of a one-time link, good for 72 hours; an earlier link stops working."""
    db.session.execute(delete(PasswordLink).where(PasswordLink.person_id == person.id, PasswordLink.used_at.is_(None)))
    token = secrecy.fresh_token()
    row = PasswordLink(token_hash=digest(token), person_id=person.id, created_at=now)
    row.expires_at = now + LINK
    db.session.add(row)
    return token


def set_password(token: str, *, password: str, now: datetime) -> Person:
    """Set the password of the link's person, sign them out everywhere, and use the link up."""
    person = queries.open_link(token, now=now)
    if person is None:
        raise Refused("This link was used already or is too old. Ask for a new one.")
    secrecy.require_good(password, about=queries.words_about(person))
    used = update(PasswordLink).where(PasswordLink.token_hash == digest(token), PasswordLink.used_at.is_(None))
    if db.session.execute(used.values(used_at=now).returning(PasswordLink.id)).first() is None:
        raise Refused("This link was used already. Ask for a new one.")
    person.password_hash = hash_password(password)
    end_sessions(person)
    _forgive(person.email)
    return person


def change_password(old: str, *, password: str, by: Actor, source: str, device: str, now: datetime) -> str | None:
    """Change one's own password and sign out everywhere; returns a fresh session token for this device.

    None when `old` is not the present password: as in `sign_in`, that try is written down and slows the next ones.
    """
    _refuse_if_too_early(by.email, source, now=now)
    person = queries.profile(by.id)
    if not secrecy.matches(old, person.password_hash):
        db.session.add(SignInTry(account=queries.account_key(by.email), source=source, at=now))
        return None
    secrecy.require_good(password, about=queries.words_about(person))
    person.password_hash = hash_password(password)
    end_sessions(person)
    return start_session(person, device=device, now=now)


def forget_old_sessions(*, now: datetime) -> int:
    """Remove sessions that ended, links nobody can use, and tries that slow nobody; returns how many rows went."""
    old = (
        delete(WebSession).where(WebSession.ends_at <= now),
        delete(PasswordLink).where(PasswordLink.expires_at <= now - _LINKS_KEPT),
        delete(SignInTry).where(SignInTry.at <= now - throttle.REMEMBERED),
    )
    return sum(len(db.session.execute(rows.returning(rows.table.c.id)).all()) for rows in old)


def _known_password(email: str, source: str, *, now: datetime) -> tuple[int | None, str | None]:
    """Id and password hash of an active person; reads in a transaction of its own and ends it."""
    with frame(reading=True):
        _refuse_if_too_early(email, source, now=now)
        person = queries.by_email(email)
        found = (person.id, person.password_hash) if person and person.active else (None, None)
        db.session.rollback()
    return found


def _refuse_if_too_early(email: str, source: str, *, now: datetime) -> None:
    opens = queries.sign_in_opens_at(email, source, now=now)
    if opens:
        raise throttle.TooManyTries(opens)


def _one_at_a_time(email: str) -> None:
    """Tries on one account queue up; SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        key = int(queries.account_key(email)[:15], 16)
        db.session.execute(select(func.pg_advisory_xact_lock(key)))


def _forgive(email: str) -> None:
    """The account starts afresh; its source does not, or one good account would hide guesses at others."""
    own = SignInTry.account == queries.account_key(email)
    db.session.execute(update(SignInTry).where(own).values(account=""))


def _first_location() -> Location:
    place = queries.first_location()
    if place is None:
        raise BadInput("There is no place to put people in yet. Run: flask desk init")
    return place
