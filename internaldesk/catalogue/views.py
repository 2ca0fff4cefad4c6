"""Pages of the catalogue: what a team can be asked for, and the way in for those who do not know whom to ask."""

from flask import Blueprint, Response, abort, request, url_for
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from internaldesk.catalogue import queries
from internaldesk.catalogue.queries import Uses
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, page
from internaldesk.web.forms import BaseForm, plain

bp = Blueprint("catalogue", __name__)

_ANSWERS = 3
_NO_USES = Uses({}, {})
_LONGEST = 200


class AskForm(BaseForm):
    """One sentence in a person's own words."""

    summary = StringField(
        "What do you need, in one sentence?",
        filters=[plain],
        validators=[
            DataRequired("Write one sentence."),
            Length(max=_LONGEST, message="Keep it to one sentence; details come next."),
        ],
    )


@bp.get("/catalogue/<team>")
@people
def team(team: str) -> Response:
    """Everything a team can be asked for; `summary` is carried over to the form that is chosen."""
    found = queries.by_team(queries.offers(actor(), team=team), _NO_USES)
    if not found:
        abort(404)
    return page("catalogue/team.html", team=found[0].team, offers=found[0].offers, words=_words())


@bp.get("/ask")
@people
def ask() -> Response:
    """One sentence; with `summary` already written, the types that fit it."""
    form = AskForm(formdata=None, data={"summary": _words()})
    return _ask_page(form, words=_words())


@bp.post("/ask")
@people
def answer() -> Response:
    """The types that fit a sentence, which goes along to the one chosen."""
    form = AskForm()
    if not form.validate_on_submit():
        return _ask_page(form, status=422)
    return go(url_for("catalogue.ask", summary=form.summary.data))


def _ask_page(form: AskForm, *, words: str = "", status: int = 200) -> Response:
    """The sentence and, once there is one, what fits it: the nearest types, or each team's door for questions."""
    offers = queries.offers(actor()) if words else []
    near = queries.nearest(words, offers, limit=_ANSWERS)
    doors = [] if near else [(group.team, queries.general(group)) for group in queries.by_team(offers, _NO_USES)]
    return page("catalogue/ask.html", status=status, form=form, words=words, answers=near, doors=doors)


def _words() -> str:
    """What was written before, cut to what a summary holds."""
    return plain(request.args.get("summary"))[:_LONGEST]
