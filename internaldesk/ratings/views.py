"""Rating a solved request: in the app, and behind a signed link without signing in."""

from flask import Blueprint, Response, abort, current_app, request, url_for

from internaldesk.core import rating as rules
from internaldesk.models.ratings import RatingInvite
from internaldesk.ratings import actions, queries
from internaldesk.ratings.forms import RatingForm
from internaldesk.web.auth import actor, anyone, people
from internaldesk.web.desk import done, now, page
from internaldesk.web.errors import error_page

bp = Blueprint("ratings", __name__)


@bp.get("/rate/<token>")
@anyone
def rate(token: str) -> Response:
    """The page behind the link; `s` (and each question by name) only preselects, nothing is stored."""
    invite = actions.invited(token, key=_key())
    if invite is None:
        return _no_such_link()
    return _page(invite, RatingForm.blank(data=_preselected(invite)), token)


@bp.post("/rate/<token>")
@anyone
def submit(token: str) -> Response:
    """Keep the answer given through the link."""
    invite = actions.invited(token, key=_key())
    if invite is None:
        return _no_such_link()
    return _submitted(invite, token)


@bp.post("/requests/R-<int:number>/rating")
@people
def submit_in_app(number: int) -> Response:
    """Keep the answer given in the app, by the person who was asked."""
    invite = queries.invite_of(number, actor=actor())
    if invite is None:
        abort(404)
    return _submitted(invite, actions.token(invite.id, invite.nonce, key=_key()))


def _submitted(invite: RatingInvite, token: str) -> Response:
    form = RatingForm()
    if form.accepts(actions.submit, invite, now=now()):
        return done(url_for("ratings.rate", token=token, thanks=1), part="ratings/_thanks.html", ticket=invite.ticket)
    return _page(invite, form, token, status=422)


def _page(invite: RatingInvite, form: RatingForm, token: str, *, status: int = 200) -> Response:
    given = queries.rating_of(invite.ticket_id)
    return page(
        "ratings/rate.html",
        part="ratings/_form.html",
        status=status,
        form=form,
        ticket=invite.ticket,
        questions=rules.QUESTIONS,
        token=token,
        given=given,
        thanks="thanks" in request.args and given is not None,
        changeable=given is None or rules.may_change(given.at, now()),
    )


def _preselected(invite: RatingInvite) -> dict[str, object]:
    """What was answered before, overlaid with the scores in the link."""
    given = queries.rating_of(invite.ticket_id)
    data: dict[str, object] = {"comment": given.comment if given else ""}
    for question in rules.QUESTIONS:
        asked = request.args.get(question.slug) or request.args.get("s", "")
        score = int(asked) if asked in ("1", "2", "3", "4", "5") else None
        data[question.slug] = score or (getattr(given, question.slug) if given else None)
    return data


def _no_such_link() -> Response:
    return error_page(404, "This rating link is not valid any more. Your request itself still takes a rating.")


def _key() -> str:
    key: str = current_app.config["DESK"].secret_key
    return key
