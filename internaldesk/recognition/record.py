"""The personal service record: it belongs to the person it is about, and nobody else can open it."""

from zoneinfo import ZoneInfo

from flask import Response, abort, current_app, flash, request, url_for

from internaldesk.core import mirror as mirrors
from internaldesk.core import recognition
from internaldesk.core.errors import Refused
from internaldesk.core.periods import Period
from internaldesk.quality import forms, sheets
from internaldesk.recognition import actions, export, queries, recorded
from internaldesk.recognition.blueprint import bp
from internaldesk.recognition.forms import KeepForm
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page

PER_PAGE = 25
_STATES = ("shown", "hidden")
_COLUMNS = ("Quarter", "Who", *((head, "n") for head in recorded.HEADS), ("Thanks", "n"))


@bp.get("/profile/record")
@people
def show_record() -> Response:
    """One's own figures beside those of one's teams, and one's thanks."""
    state, number = _state(), forms.page_asked(request.args)
    spans = _spans()
    found = recorded.record(actor(), spans)
    hidden = state == "hidden"
    many = found.tally.hidden if hidden else found.tally.shown
    return page(
        "recognition/record.html",
        record=found,
        columns=_COLUMNS,
        entries=queries.entries(actor(), hidden=hidden, limit=PER_PAGE, offset=(number - 1) * PER_PAGE),
        state=state,
        tags=recognition.TAGS,
        pages=_pages(state, number, many),
        form=KeepForm,
        unanswered=[team for team in found.teams if not team.answered] if mirrors.is_near_end(spans[0], now()) else [],
        least=recognition.LEAST_TEAM,
    )


@bp.get("/profile/record.csv")
@people
def export_record() -> Response:
    """The same as a file to take along: all that is shown, nothing that is hidden."""
    lines = export.rows(
        recorded.record(actor(), _spans()), queries.entries(actor(), hidden=False), by=actor(), made=now()
    )
    answer = Response(sheets.CSV.pieces(list(lines)), mimetype=sheets.CSV.mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="service-record-{now():%Y-%m-%d}.csv"'
    return answer


@bp.post("/profile/record/thanks/<int:number>/<any(hidden, shown):state>")
@people
def keep(number: int, state: str) -> Response:
    """Hide one of one's own thanks, or show it again."""
    found, form = queries.received(number, actor=actor()) or abort(404), KeepForm()
    if state == "hidden" and form.accepts(actions.hide, found, by=actor(), now=now()):
        flash("It is hidden: it counts no more, and is in no file.")
    elif state == "shown" and form.accepts(actions.show, found, by=actor()):
        flash("It is in your record again.")
    return go(url_for("recognition.show_record") + "#thanks")


def _spans() -> tuple[Period, ...]:
    zone = ZoneInfo(current_app.config["DESK"].timezone)
    return recognition.back_from(recognition.quarter_of(now(), zone))


def _state() -> str:
    state = request.args.get("state", "") or "shown"
    if state not in _STATES:
        raise Refused(f"“{state[:20]}” is not a state: use shown or hidden.", field="state")
    return state


def _pages(state: str, number: int, rows: int) -> tuple[str | None, str | None, str]:
    """Links to the pages before and after, and where this one stands."""
    first, last = (number - 1) * PER_PAGE + 1, min(number * PER_PAGE, rows)
    newer = _link(state, number - 1) if number > 1 else None
    older = _link(state, number + 1) if last < rows else None
    return newer, older, f"{first:,} to {last:,} of {rows:,}"


def _link(state: str, number: int) -> str:
    asked = None if state == "shown" else state
    return url_for("recognition.show_record", page=number, state=asked, _anchor="thanks")
