"""Pages about people: sign in and out, set a password, one's own profile, pick a co-worker, the key map."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, abort, current_app, flash, render_template, request, session, url_for
from flask_login import current_user
from wtforms import StringField

from internaldesk.core.errors import Refused
from internaldesk.core.tokens import digest
from internaldesk.people import actions, queries, throttle
from internaldesk.people.devices import device_words
from internaldesk.people.forms import ChangePasswordForm, NewPasswordForm, SignInForm
from internaldesk.web import filters
from internaldesk.web.auth import IDLE, actor, anyone, people, start_session
from internaldesk.web.desk import done, go, keep, now, page
from internaldesk.web.errors import error_page
from internaldesk.web.forms import BaseForm

bp = Blueprint("people", __name__)
log = structlog.get_logger(__name__)

WRONG_PAIR = "That e-mail and that password do not belong together."
_YEAR = 365 * 24 * 3600
_ROUNDED_UP = timedelta(seconds=59)
_COOKIES = {"theme": ("light", "dark", "system"), "keys": ("on", "off")}
_USUAL = {"theme": "system", "keys": "on"}


@bp.route("/sign-in", methods=["GET", "POST"])
@anyone
def sign_in() -> Response:
    """The form, and what becomes of it; in a demonstration `?email=` fills it in for one of the invented people."""
    if request.method == "POST":
        return _enter(SignInForm())
    if current_user.is_authenticated:
        return go(_local(request.args.get("next", "")))
    form, email = SignInForm(formdata=None), request.args.get("email", "")
    known = current_app.config["DESK"].demo and email.endswith(queries.DEMO_DOMAIN)
    form.fill_in(email, queries.DEMO_PASSWORD if known else "")
    return _sign_in_page(form)


def _enter(form: SignInForm) -> Response:
    """A fresh session and back to where they were; a wrong pair is remembered and slows further tries."""
    if not form.validate_on_submit():
        return _sign_in_page(form, 422)
    keep()
    try:
        token = actions.sign_in(
            _typed(form.email), _typed(form.password), source=_source(), device=_device(), now=now()
        )
    except throttle.TooManyTries as refusal:
        return _too_many(form, refusal, _sign_in_page)
    if token is None:
        log.warning("sign_in_refused", source=_source())
        form.refuse(Refused(WRONG_PAIR))
        return _sign_in_page(form, 422)
    _replace_session(token)
    log.info("signed_in", source=_source())
    return go(_local(request.form.get("next", "")))


@bp.post("/sign-out")
@anyone
def sign_out() -> Response:
    """End this session; whoever is signed out already gets the same answer."""
    _replace_session("")
    return go(url_for("people.sign_in"))


@bp.get("/password/<token>")
@anyone
def password(token: str) -> Response:
    """Set a password with a one-time link; looking at the page does not use it up."""
    return _password_page(NewPasswordForm(formdata=None), token)


@bp.post("/password/<token>")
@anyone
def choose_password(token: str) -> Response:
    """Use the link up and go on to the sign-in page."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            person = actions.set_password(token, password=_typed(form.password), now=now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("Your password is set. Sign in with it now.")
            return done(url_for("people.sign_in", email=person.email))
    return _password_page(form, token, 422)


@bp.get("/profile")
@people
def profile() -> Response:
    """Own things: who I am here, how pages look, where I am signed in, my password."""
    return _profile_page(ChangePasswordForm(formdata=None))


@bp.post("/profile/password")
@people
def change_password() -> Response:
    """Change one's own password; every other device is signed out."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _profile_page(form, 422)
    keep()
    try:
        token = actions.change_password(
            _typed(form.old), password=_typed(form.password), by=actor(), source=_source(), device=_device(), now=now()
        )
    except throttle.TooManyTries as refusal:
        return _too_many(form, refusal, _profile_page)
    except Refused as refusal:
        form.refuse(refusal)
        return _profile_page(form, 422)
    if token is None:
        form.refuse(Refused("That is not your present password.", field="old"))
        return _profile_page(form, 422)
    start_session(token)
    flash("Your password is changed. All other devices are signed out.")
    return done(url_for("people.profile"))


@bp.post("/profile/<any(theme, keys):choice>")
@people
def choose(choice: str) -> Response:
    """Remember how pages look, or whether single letters press buttons, on this device."""
    value = request.form.get(choice, "")
    if value not in _COOKIES[choice]:
        abort(422)
    answer = done(url_for("people.profile"))
    lasting = 0 if value == _USUAL[choice] else _YEAR
    answer.set_cookie(
        choice, value, max_age=lasting, httponly=True, samesite="Lax", secure=current_app.config["DESK"].secure
    )
    return answer


@bp.post("/profile/sessions/<int:number>/end")
@people
def end_session(number: int) -> Response:
    """Sign one of one's own devices out."""
    actions.end_session(number, by=actor())
    flash("That device is signed out.")
    return done(url_for("people.profile"))


@bp.get("/people")
@people
def pick() -> Response:
    """Co-workers whose name begins with `q`, as choices for a form; a fragment only."""
    found = queries.co_workers(request.args.get("q", ""))
    return Response(render_template("people/_picks.html", people=found, typed=request.args.get("q", "").strip()))


@bp.get("/help/keyboard")
@anyone
def keyboard() -> Response:
    """The key map."""
    return page("help/keyboard.html")


def _sign_in_page(form: SignInForm, status: int = 200) -> Response:
    demo = current_app.config["DESK"].demo
    return page(
        "people/sign_in.html",
        status=status,
        form=form,
        next=_local(request.values.get("next", "")),
        ended="_user_id" in session and not current_user.is_authenticated,
        demo_people=queries.demo_people() if demo else [],
        demo_password=queries.DEMO_PASSWORD,
    )


def _password_page(form: NewPasswordForm, token: str, status: int = 200) -> Response:
    person = queries.open_link(token, now=now())
    if person is None:
        return error_page(404, "This link was used already or is too old. Ask the person who sent it for a new one.")
    return page("people/password.html", status=status, form=form, person=person, token=token)


def _profile_page(form: ChangePasswordForm, status: int = 200) -> Response:
    return page(
        "people/profile.html",
        status=status,
        form=form,
        person=queries.profile(actor().id),
        devices=queries.sessions(actor().id, seen_after=now() - IDLE, now=now()),
        this_device=digest(current_user.token),
        chosen={name: request.cookies.get(name, usual) for name, usual in _USUAL.items()},
    )


def _too_many(form: BaseForm, refusal: throttle.TooManyTries, shown: Callable[[Any, int], Response]) -> Response:
    """The same form with what was typed, and the minute from which it will be heard."""
    form.refuse(Refused(f"Too many tries. Again at {filters.clock(refusal.until + _ROUNDED_UP)}."))
    answer = shown(form, 429)
    answer.headers["Retry-After"] = str(int((refusal.until - now()).total_seconds()))
    return answer


def _replace_session(token: str) -> None:
    """End the session this browser came with, and begin another unless there is none."""
    if "_user_id" in session:
        actions.sign_out(session["_user_id"])
    start_session(token) if token else session.clear()


def _local(target: str) -> str:
    """`target` if it is a path of this desk, else the first page: a link in a mail must not lead elsewhere."""
    parts = urlsplit(target)
    plain = target.isprintable() and "\\" not in target and not (parts.scheme or parts.netloc)
    return target if plain and target.startswith("/") and not target.startswith("//") else "/"


def _typed(field: StringField) -> str:
    return field.data or ""


def _source() -> str:
    """Where a request comes from, as far as the listed proxies tell."""
    return (request.remote_addr or "unknown")[:64]


def _device() -> str:
    return device_words(request.user_agent.string)
