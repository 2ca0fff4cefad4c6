"""The pages that tie a request to another: merge it, link it to its cause, and take either back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, flash, request, url_for

from internaldesk.core.errors import Conflict, Refused
from internaldesk.core.policy import Actor
from internaldesk.core.relations import LinkKind
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import causes, changes, locks, merges, pairs, queries, relations
from internaldesk.tickets.access import handled_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.pair_form import PairForm, SureForm
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page

Act = Callable[..., Any]
_PARTED = {"merge": "is on its own again.", "cause": "waits for nothing else now."}


@bp.route("/requests/R-<int:number>/merge", methods=["GET", "POST"])
@people
def merge(number: int) -> Response:
    """Which request this is a duplicate of, what merging will do, and doing it."""
    return _pairing(number, "merge", _merged)


@bp.route("/requests/R-<int:number>/cause", methods=["GET", "POST"])
@people
def cause(number: int) -> Response:
    """Which request is about the problem behind this one, what linking will do, and doing it."""
    return _pairing(number, "cause", _linked)


@bp.route("/requests/R-<int:number>/merge/undo", methods=["GET", "POST"])
@people
def unmerge(number: int) -> Response:
    """Take it up again on its own."""
    return _parting(number, "merge", LinkKind.MERGED, merges.unmerge)


@bp.route("/requests/R-<int:number>/cause/undo", methods=["GET", "POST"])
@people
def unlink(number: int) -> Response:
    """It has another cause, or none."""
    return _parting(number, "cause", LinkKind.CAUSE, causes.unlink)


def _pairing(number: int, what: str, act: Act) -> Response:
    """Choose the other one by number or title, read what will happen, and send that."""
    form = PairForm()
    if request.method == "POST":
        locks.hold(*_given(number, form.into.data))
    ticket = handled_or_404(number)
    if request.method == "GET":
        found = pairs.find(request.args.get("find", ""), ticket=ticket, by=actor())
        return _page(ticket, what, form, other=_chosen(request.args.get("into", type=int), found), found=found)
    try:
        if form.accepts(act, ticket, by=actor(), now=now()):
            return go(url_for("tickets.show", number=form.result.id))
    except Conflict as conflict:
        form.form_errors.append(f"{conflict.sentence} Look again at what will happen.")
        return _page(ticket, what, form, other=_chosen(form.into.data), status=409)
    return _page(ticket, what, form, other=_chosen(form.into.data), status=422)


def _merged(ticket: Ticket, *, by: Actor, now: datetime, into: int, version: int, other_version: int) -> Ticket:
    other = _other(into, other_version)
    merges.merge(ticket, other, by=by, now=now, version=version)
    flash(f"{ticket.number} is merged into this one. You can undo that at any time on its page.")
    return other


def _linked(ticket: Ticket, *, by: Actor, now: datetime, into: int, version: int, other_version: int) -> Ticket:
    other = _other(into, other_version)
    changes.refuse_stale(ticket, version)
    causes.link(ticket, other, by=by, now=now)
    flash(f"{ticket.number} waits for {other.number} now.")
    return ticket


def _other(number: int, version: int | None) -> Ticket:
    """The other one as the page showed it, through the door that shows this person what they handle."""
    other = _chosen(number)
    if other is None:
        raise Refused("Choose one of the requests of your teams.")
    changes.refuse_stale(other, version)
    return other


def _chosen(number: int | None, found: pairs.Found | None = None) -> Ticket | None:
    """The one named, or the only one found; where it was merged, the one it was merged into."""
    number = number or (found.exact if found else None)
    other = queries.get(number, actor=actor()) if number and number > 0 else None
    other = merges.target_of(other) if other else None
    return other if other and queries.speaks_for_team(actor(), other) else None


def _given(*numbers: int | None) -> list[int]:
    """Both at once: whoever ties the same two the other way round waits here, not in a ring."""
    return [number for number in numbers if number and 0 < number <= queries.LARGEST_NUMBER]


def _page(
    ticket: Ticket,
    what: str,
    form: PairForm,
    *,
    other: Ticket | None,
    found: pairs.Found | None = None,
    status: int = 200,
) -> Response:
    refusal = pairs.why_not(what, ticket, other) if other else ""
    return page(
        "tickets/pair.html",
        status=status,
        ticket=ticket,
        what=what,
        form=form,
        other=other,
        refusal=refusal,
        will=pairs.consequences(what, ticket, other) if other and not refusal else [],
        find=request.args.get("find", ""),
        found=found,
    )


def _parting(number: int, what: str, kind: LinkKind, act: Act) -> Response:
    """Say what undoing will do, and do it."""
    ticket, form = handled_or_404(number), SureForm()
    if request.method == "POST" and form.accepts(act, ticket, by=actor(), now=now()):
        flash(f"{ticket.number} {_PARTED[what]}")
        return go(url_for("tickets.show", number=number))
    known = relations.one(relations.of(ticket, actor=actor()), kind)
    status = 422 if request.method == "POST" else 200
    return page("tickets/unpair.html", status=status, ticket=ticket, what=what, form=form, tie=known)
