"""Who is asking: the session behind the cookie, the actor, and the five audience marks."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import select, update

from internaldesk.core.policy import Actor
from internaldesk.core.text import initials
from internaldesk.core.tokens import digest
from internaldesk.db import db
from internaldesk.models.people import Location, Membership, Person, TeamRole, WebSession
from internaldesk.web.desk import SAFE, go, now, wants_part

IDLE = timedelta(hours=8)
TOUCH_EVERY = timedelta(minutes=5)
MARKS = ("anyone", "people", "staff", "managers", "leads")

_HATS = (Membership.team_id, Membership.role, Membership.case_group)

View = TypeVar("View", bound=Callable[..., Any])
login = LoginManager()


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """The person behind this request, as pages show them."""

    def __init__(self, token: str, actor: Actor, team_ids: list[int]) -> None:
        self.token = token
        self.actor = actor
        self.team_ids = team_ids
        self.initials = initials(actor.name)

    def get_id(self) -> str:
        """The session token, so that ending the row ends the session everywhere."""
        return self.token

    def __getattr__(self, name: str) -> Any:
        """Everything the rules know of the actor is there for templates too."""
        if name == "actor":
            raise AttributeError(name)
        return getattr(self.actor, name)


def _mark(audience: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return decorate


anyone = _mark("anyone")
people = _mark("people")
staff = _mark("staff")
managers = _mark("managers")
leads = _mark("leads")


def actor() -> Actor:
    """The signed-in person; only behind a mark other than `anyone`."""
    found: Actor = current_user.actor
    return found


def init(app: Flask) -> None:
    """Connect Flask-Login and the gate in front of every view."""
    login.init_app(app)
    login.session_protection = None  # the row in web_session is what counts
    app.before_request(_gate)


def refuse_unmarked(app: Flask) -> None:
    """Stop the start when a route says nothing about who may use it."""
    bare = sorted(e for e, view in app.view_functions.items() if getattr(view, "audience", None) not in MARKS)
    if bare:
        raise RuntimeError(f"routes without an audience mark: {', '.join(bare)}")


@login.user_loader  # type: ignore[untyped-decorator]
def load(token: str) -> SignedIn | None:
    """The person behind a session token, or None when the session ended."""
    rows = db.session.execute(
        select(WebSession, Person, Location, *_HATS)
        .join(Person, WebSession.person_id == Person.id)
        .join(Location, Person.location_id == Location.id)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .where(WebSession.token_hash == digest(token), Person.active)
    ).all()
    row = rows[0] if rows else None
    if row is None or row.WebSession.ends_at <= now() or row.WebSession.seen_at + IDLE <= now():
        return None
    _touch(row.WebSession)
    g.reader = row.Person, row.Location  # a session lets go of what nobody holds, and reads it again
    hats = [hat for hat in rows if hat.team_id is not None]
    return SignedIn(token, *_wearing(hats, row.Person, row.Location))


def actor_of(person: Person, location: Location) -> tuple[Actor, list[int]]:
    """A person as the rules see them, and the teams they work in, by id (one statement)."""
    return _wearing(db.session.execute(select(*_HATS).where(Membership.person_id == person.id)).all(), person, location)


def _wearing(hats: Sequence[Any], person: Person, location: Location) -> tuple[Actor, list[int]]:
    found = Actor(
        id=person.id,
        name=person.name,
        email=person.email,
        location_id=location.id,
        location_name=location.name,
        timezone=person.timezone or location.timezone,
        agent_of=frozenset(row.team_id for row in hats),
        lead_of=frozenset(row.team_id for row in hats if row.role is TeamRole.LEAD),
        case_group_of=frozenset(row.team_id for row in hats if row.case_group),
        manager=person.manager,
        admin=person.admin,
    )
    return found, sorted(found.agent_of)


def _touch(row: WebSession) -> None:
    """Move the idle limit on, at most every few minutes and only in a request that may write."""
    if row.seen_at + TOUCH_EVERY > now() or request.method in SAFE:
        return
    db.session.execute(update(WebSession).where(WebSession.id == row.id).values(seen_at=now()))


def _gate() -> Response | None:
    """Default deny: signed in unless marked `anyone`, and wearing the hat the mark asks for."""
    if request.endpoint is None:
        return None
    _refuse_foreign_writes()
    audience = getattr(current_app.view_functions[request.endpoint], "audience", None)
    if audience == "anyone":
        return None
    if not current_user.is_authenticated:
        return sign_in_first()
    g.actor_id = actor().id
    who = actor()
    allowed = {"people": True, "staff": who.is_agent, "managers": who.sees_quality, "leads": who.sets_rules}
    if not allowed.get(audience or "", False):
        abort(403)
    return None


def sign_in_first() -> Response:
    """To the sign-in page and back to where they were (the page, when a form was being sent)."""
    fragment = request.method not in SAFE or wants_part()
    target = _page_of_form() if fragment else request.full_path.rstrip("?")
    return go(url_for("people.sign_in", next=target))


def _page_of_form() -> str:
    parts = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return parts.path if parts.netloc == request.host else "/"


def _refuse_foreign_writes() -> None:
    """A second lock beside the CSRF token: browsers say where a request comes from."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin", "")
    foreign = origin not in ("", "null") and urlsplit(origin).netloc != request.host
    if foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


def start_session(token: str) -> None:
    """Put a fresh token into the cookie; what an earlier visitor left there goes."""
    session.clear()
    session["_user_id"] = token
    session.permanent = True
