"""The pages of what follows low answers: the list of a lead, and the low answers to each of the four questions."""

from collections.abc import Callable

from flask import Response, abort, flash, request, url_for

from internaldesk.core.errors import Conflict, Refused
from internaldesk.core.rating import QUESTIONS, overall
from internaldesk.core.remedies import REMEDIES, remedies_for
from internaldesk.models.follow_ups import FollowUp
from internaldesk.quality import asking, caring, forms
from internaldesk.quality.blueprint import bp
from internaldesk.quality.follow_forms import AgainForm, DoneForm
from internaldesk.quality.links import Links
from internaldesk.quality.rail import rail
from internaldesk.ratings import follow_ups as verbs
from internaldesk.web.auth import actor, managers
from internaldesk.web.desk import go, now, page
from internaldesk.web.forms import BaseForm

PER_PAGE = 25
_STATES = {"open": "Open", "done": "Done"}


@bp.get("/quality/follow-ups")
@managers
def follow_ups() -> Response:
    """What there is to see to after low answers, the oldest first; or what was done, the newest first."""
    return _list(_state())


@bp.post("/quality/follow-ups/<int:number>/done")
@managers
def finish(number: int) -> Response:
    """It was seen to."""
    found, form = _found(number), DoneForm()
    try:
        if form.accepts(_finish, found):
            flash(f"The follow-up of R-{found.ticket_id} is done.")
            return go(url_for("quality.follow_ups"))
    except Conflict as conflict:
        form.form_errors.append(conflict.sentence)
        return _list("open", form, found, status=409)
    return _list("open", form, found, status=422)


@bp.post("/quality/follow-ups/<int:number>/open")
@managers
def open_again(number: int) -> Response:
    """It goes on."""
    found, form = _found(number), AgainForm()
    if form.accepts(_open_again, found):
        flash(f"The follow-up of R-{found.ticket_id} is open again.")
        return go(url_for("quality.follow_ups"))
    return _list("done", form, found, status=422)


@bp.get("/quality/dimensions/<name>")
@managers
def dimension(name: str) -> Response:
    """The low answers to one question, and what can be done about them."""
    remedy = REMEDIES.get(name) or abort(404)
    chosen = asking.chosen()
    number, extent = forms.page_asked(request.args), caring.extent(chosen.scope, chosen.over, name)
    offset = (number - 1) * PER_PAGE
    rows = caring.low_answers(chosen.scope, chosen.over, name, limit=PER_PAGE, offset=offset)
    return page(
        "quality/dimension.html",
        chosen=chosen,
        links=Links(chosen.filters),
        rail=rail(actor()),
        remedy=remedy,
        asks=next(question.asks for question in QUESTIONS if question.slug == name),
        others=list(REMEDIES.values()),
        rows=rows,
        types={entry.id: entry.slug for entry in chosen.known.types},
        extent=extent,
        pages=_pages(number, extent.readable, Links(chosen.filters).dimension, name),
    )


def _list(state: str, form: BaseForm | None = None, at: FollowUp | None = None, *, status: int = 200) -> Response:
    """One state of the list; `form` is what was sent about `at` and not accepted."""
    counts, number = caring.counts(actor()), forms.page_asked(request.args)
    done = state == "done"
    found = caring.follow_ups(actor(), done=done, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    return page(
        "quality/follow_ups.html",
        status=status,
        state=state,
        states=[(slug, title, count) for (slug, title), count in zip(_STATES.items(), counts, strict=True)],
        rows=[(row, overall(row.rating), remedies_for(row.rating)) for row in found],
        questions=QUESTIONS,
        remedies=list(REMEDIES.values()),
        form=form,
        at=at,
        blank=AgainForm if done else DoneForm,
        links=Links(forms.Filters()),
        rail=rail(actor()),
        pages=_pages(number, counts[done], Links.follow_ups, state),
    )


def _finish(found: FollowUp, *, version: int | None, note: str) -> FollowUp:
    return verbs.finish(found, by=actor(), now=now(), note=note, version=version)


def _open_again(found: FollowUp, *, version: int | None) -> FollowUp:
    return verbs.open_again(found, by=actor(), version=version)


def _found(number: int) -> FollowUp:
    return caring.follow_up(number, actor=actor()) or abort(404)


def _state() -> str:
    state = request.args.get("state", "") or "open"
    if state not in _STATES:
        raise Refused(f"“{state[:20]}” is not a state: use open or done.", field="state")
    return state


def _pages(number: int, rows: int, address: Callable[[str, int], str], name: str) -> tuple[str | None, str | None, str]:
    """Links to the pages before and after, and where this one stands."""
    first, last = (number - 1) * PER_PAGE + 1, min(number * PER_PAGE, rows)
    before = address(name, number - 1) if number > 1 else None
    after = address(name, number + 1) if last < rows else None
    return before, after, f"{first:,} to {last:,} of {rows:,}"
