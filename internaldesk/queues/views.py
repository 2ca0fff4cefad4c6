"""The queue: a list and its filters in one address, its poll, Take next, and the bar for many at once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, flash, g, request, session
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from internaldesk.core import hours, periods
from internaldesk.core.errors import Refused
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.queues import actions, filtering, frame, queries
from internaldesk.queues.filtering import FIRST, SOLVED, VIEWS, Option, View
from internaldesk.queues.forms import NEEDS, BulkForm, NextForm, UndoForm
from internaldesk.queues.queries import PAGE, Choices, Counts
from internaldesk.queues.rows import grouped, lines_of
from internaldesk.queues.scope import PAST, Scope, Shape
from internaldesk.sla import queries as sla
from internaldesk.tickets import actions as tickets
from internaldesk.tickets.forms import AssigneeForm, StatusForm, TransferForm
from internaldesk.tickets.looks import Looks
from internaldesk.tickets.worklist import Place, Row
from internaldesk.web.auth import actor, staff
from internaldesk.web.desk import go, now, page
from internaldesk.web.forms import BaseForm
from internaldesk.web.horizon import Due, Horizon, horizon

bp = Blueprint("queues", __name__)
_HALF_HOUR = timedelta(minutes=30)


@bp.get("/queue")
@staff
def index() -> Response:
    """The way in."""
    return go(FIRST.url)


@bp.get("/queue/<slug>")
@staff
def show(slug: str) -> Response:
    """A view, filtered and sorted as its address says."""
    view = VIEWS.get(slug) or abort(404)
    choices, scope = _scope(view)
    counts, after, before = queries.counts(scope), _place("after"), _place("before")
    rows, pages = frame.pages(queries.rows(scope, after=after, before=before), scope, after=after, before=before)
    return page(
        "queues/list.html",
        part="queues/_swap.html",
        groups=grouped(rows, scope, counts),
        shown=[row.id for row in rows],
        pages=pages,
        horizon=_horizon(scope, rows),
        next_form=NextForm.blank(),
        bulk_form=BulkForm.blank(),
        undo=session.pop("undo") if "undo" in session else None,
        **_around(choices, scope, counts),
    )


@bp.get("/queue/<slug>/by/<name>")
@staff
def choose(slug: str, name: str) -> Response:
    """The choices of one filter chip."""
    view = VIEWS.get(slug) or abort(404)
    choices, scope = _scope(view)
    chip = next((chip for chip in frame.chips(choices, scope) if chip.name == name), None) or abort(404)
    return page("queues/filter.html", part="queues/_panel.html", chip=chip, view=view, filters=scope.filters)


@bp.get("/queue/changes")
@staff
def changes() -> Response:
    """What the page asks every half minute: 204 while nothing changed in the teams of the reader.

    Otherwise the rows on the page that changed, in their places, what left the list, and how many are new.
    """
    made, _, version = request.args.get("since", "").partition("-")
    if not made.isdigit() or str(queries.version(actor())) == version:
        return Response(status=204)
    view = VIEWS.get(request.args.get("view", "")) or abort(404)
    choices, scope = _scope(view)
    counts = queries.counts(scope)  # before the rows: what changes between the two is asked for again
    found = queries.rows(scope, after=_place("after"), before=_place("before"), limit=2 * PAGE)
    shown, still, made_at = _numbers("rows"), {row.id for row in found}, datetime.fromtimestamp(int(made), UTC)
    changed = [row for row in found if row.id in shown and row.updated_at >= made_at]
    return page(
        "queues/_changes.html",
        lines=lines_of(changed, scope),
        gone=sorted(shown - still),
        newer=sum(row.id not in shown for row in found[:PAGE]),
        shown=[row.id for row in found if row.id in shown],
        horizon=_horizon(scope, found),
        **_around(choices, scope, counts),
    )


@bp.post("/queue/next")
@staff
def take_next() -> Response:
    """Be given the most urgent request, and told why."""
    taken = actions.take_next(by=actor(), now=now())
    if taken is None:
        flash("Nothing is due: nothing waits for you or for anybody in your teams.")
        return go(FIRST.url)
    flash(_why(taken))
    return go(_request_url(taken.ticket))


@bp.post("/queue/bulk")
@staff
def bulk() -> Response:
    """Do one thing to many requests, and say what became of them."""
    chosen = BulkForm()
    if not chosen.validate():
        raise Refused(next(words for errors in chosen.errors.values() for words in errors))
    if not chosen.numbers:
        flash("Select requests first, then choose what to do with them.", "warn")
        return go(chosen.url)
    field, kind = NEEDS.get(chosen.action.data or "", ("", NextForm))
    form = _offering(kind())
    if field and field not in request.form:
        g.done_url = chosen.url  # a second press of the same button leads to the list, not to this question
        return _ask(chosen, _offering(kind.blank()))
    if not form.validate():
        return _ask(chosen, form, status=422)
    outcome = actions.bulk(chosen.numbers, by=actor(), now=now(), seen=chosen.shown_at, act=_verb(form))
    flash(outcome.sentence, "warn" if outcome.skipped else "message")
    session["undo"] = outcome.undo
    return go(chosen.url)


@bp.post("/queue/undo")
@staff
def undo() -> Response:
    """Take back what was just done to many."""
    form = UndoForm()
    if not form.validate():
        raise Refused("There is nothing to take back.")
    try:
        outcome = actions.undo(form.number.data or 0, by=actor(), now=now())
        flash(outcome.sentence, "warn" if outcome.skipped else "message")
    except Refused as refusal:
        flash(refusal.sentence, "warn")
    return go(form.url)


def _ask(chosen: BulkForm, form: BaseForm, *, status: int = 200) -> Response:
    """The page that asks what the action still needs to know."""
    return page(
        "queues/bulk.html",
        status=status,
        action=chosen.action.data,
        numbers=chosen.numbers,
        bulk=chosen,
        back=chosen.url,
        form=form,
    )


def _offering(form: BaseForm) -> BaseForm:
    """The form with the people and teams there are to choose from."""
    if isinstance(form, AssigneeForm):
        people = [option for option in queries.choices(actor()).offered["assignee"] if option.id]
        form.assignee.choices = _listed("Nobody yet", people)
    if isinstance(form, TransferForm):
        teams = queries.choices(actor()).teams
        form.team.choices = _listed("Choose a team", teams)
    return form


def _listed(first: str, options: Iterable[Option]) -> list[SelectChoice]:
    return [SelectChoice("", first), *(SelectChoice(option.value, option.label) for option in options)]


def _verb(form: BaseForm) -> Callable[[Ticket], object]:
    """The action with its arguments, for one request."""
    known: dict[str, Any] = {"by": actor(), "now": now()}
    match form:
        case AssigneeForm():
            return partial(tickets.assign, assignee_id=form.chosen(actor().id), **known)
        case StatusForm():
            return partial(tickets.set_status, **form.cleaned(), **known)
        case TransferForm():
            team = queries.team(form.team.data or "")
            if team is None:
                raise Refused("Choose the team they go to.")
            return partial(tickets.transfer, team=team, **form.cleaned(), **known)
        case _:
            return partial(tickets.assign, assignee_id=actor().id, **known)


def _why(taken: actions.Taken) -> str:
    """The reason in a line: "Most urgent in IT, 18 min over"."""
    ticket, how = taken.ticket, "no promise runs"
    if ticket.queue_at < NEVER:
        words = Looks(actor().timezone, now()).words(ticket.queue_at)
        how = f"due {words}" if ticket.queue_at > now() else words
    return (
        f"Yours already, and waiting for your answer, {how}"
        if taken.again
        else (f"Most urgent in {ticket.team.name}, {how}")
    )


def _request_url(ticket: Ticket) -> str:
    return f"/requests/{ticket.number}"


def _scope(view: View) -> tuple[Choices, Scope]:
    choices = queries.choices(actor())
    filters = filtering.read(request.args.to_dict(flat=False), choices.offered)
    return choices, Scope(Shape(actor(), view, filters), now())


def _around(choices: Choices, scope: Scope, counts: Counts) -> dict[str, Any]:
    """What stands around the rows."""
    view, filters = scope.view, scope.filters
    place = {name: frame.address(found) for name in ("after", "before") if (found := _place(name)) is not None}
    since = f"{int(scope.now.timestamp())}-{counts.version}"
    return {
        "view": view,
        "solved": view is SOLVED,
        "filters": filters,
        "count": counts.shown_solved if view is SOLVED else counts.shown,
        "here": view.url + filters.query(**place),
        "poll": f"/queue/changes{filters.query(**place, view=view.slug, since=since)}",
        "seen": int(scope.now.timestamp()),
        "tally": frame.tally(scope, counts),
        "chips": frame.chips(choices, scope),
        "sorts": {name: frame.sort_url(scope, name) for name in ("due", "filed")},
        "choices": choices,
        "nav": {"title": choices.title, "views": frame.rail(counts, view.slug)},
        "updated": f"{scope.now.astimezone(scope.zone):%H:%M:%S}",
    }


def _horizon(scope: Scope, rows: Sequence[Row]) -> Horizon | None:
    """The strip over the working day of the soonest promise in the list; none where no promise runs."""
    running = next((row for row in rows if row.runs), None)
    if running is None or scope.view is SOLVED or running.next_calendar_version_id is None:
        return None
    calendar = sla.calendars([running.next_calendar_version_id])[running.next_calendar_version_id]
    opening, past = hours.next_open(calendar, scope.now), scope.now - PAST
    midnight = periods.day(opening.astimezone(scope.zone).date(), scope.zone).end
    *_, (_, closing) = hours.spans(calendar, opening, midnight)
    start = max(past - (past - datetime.min.replace(tzinfo=UTC)) % _HALF_HOUR, opening - _HALF_HOUR)
    dues = [Due(at, owned) for at, owned in queries.dues(scope)]
    return horizon(dues, start=start, end=closing, now=scope.now, zone=scope.zone)


def _place(name: str) -> Place | None:
    """A place in the list from the address: seconds since 1970, and a number."""
    seconds, _, number = request.args.get(name, "").partition("-")
    if not (seconds.isdigit() and number.isdigit() and len(seconds) < 13):
        return None
    return datetime.fromtimestamp(min(int(seconds), int(NEVER.timestamp())), UTC), int(number)


def _numbers(name: str) -> set[int]:
    return {int(part) for part in request.args.get(name, "").split(".")[:PAGE] if part.isdigit()}
