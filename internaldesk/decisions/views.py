"""Deciding: what waits for the reader, one decision, and the same behind a signed link without signing in."""

from typing import Any

from flask import Response, abort, current_app, flash, url_for

from internaldesk.approvals import actions as approvals
from internaldesk.approvals import links, queries
from internaldesk.core.approval import STATE_WORDS, Decision, State
from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.decisions import asking, away, roles, sight
from internaldesk.decisions.blueprint import bp
from internaldesk.decisions.forms import DecisionForm
from internaldesk.models.approvals import Ballot
from internaldesk.tickets import fanning
from internaldesk.tickets.queries import LARGEST_NUMBER
from internaldesk.web.auth import actor, anyone, people
from internaldesk.web.desk import done, now, page
from internaldesk.web.errors import error_page

__all__ = ["asking", "away", "bp", "roles"]
_SAID = {Decision.APPROVED: "You approved it.", Decision.REFUSED: "You did not approve it; the requester reads why."}


@bp.get("/approvals")
@people
def index() -> Response:
    """What the reader has to decide, longest asked first, and what they decided."""
    me = actor()
    return page(
        "approvals/list.html",
        waiting=queries.waiting_for(me.id, now=now()),
        decided=queries.cast_by(me.id),
        covered=queries.covered(me.id, now=now()),
        open_to_all=Confidentiality.ORDINARY,
        me=me.id,
    )


@bp.route("/approvals/<int:number>", methods=["GET", "POST"])
@people
def decide(number: int) -> Response:
    """One thing to decide, with its two buttons."""
    ballot = queries.ballot(number, actor_id=actor().id, now=now()) if number <= LARGEST_NUMBER else None
    if ballot is None:
        abort(404)
    return _decided(ballot, actor(), via="app", here=url_for("decisions.decide", number=number))


@bp.route("/approve/<token>", methods=["GET", "POST"])
@anyone
def linked(token: str) -> Response:
    """The same for the one person whose link it is, signed in or not; looking changes nothing."""
    found = links.behind(token, key=current_app.config["DESK"].secret_key)
    if found is None:
        return _no_such_link()
    ballot, person = found
    mine = person.id in (ballot.person_id, ballot.by_id)
    if not mine and not queries.stands_in(person.id, ballot.person_id, now=now()):
        return _no_such_link()
    over = ballot.decision is not None or ballot.step.closed_at is not None
    if links.is_old(ballot, now=now()) and not over:
        return error_page(404, "This link is older than two weeks. Sign in to decide: it still waits for you.")
    who = Actor(id=person.id, name=person.name, email=person.email)
    return _decided(ballot, who, via="link", here=url_for("decisions.linked", token=token))


def _decided(ballot: Ballot, who: Actor, *, via: str, here: str) -> Response:
    """Show it, or do what the pressed button says; a refusal of the rules leaves every word where it was."""
    form = DecisionForm()
    if form.is_submitted():
        if form.accepts(fanning.decide, ballot.id, by=who, now=now(), via=via):
            flash(_SAID[form.chosen])
            return done(here if via == "link" else url_for("decisions.index"))
        return _page(ballot, form, who, via=via, here=here, status=422)
    return _page(ballot, form, who, via=via, here=here)


def _page(ballot: Ballot, form: DecisionForm, who: Actor, *, via: str, here: str, status: int = 200) -> Response:
    signed_in = via == "app"
    over = _why_over(ballot)
    context: dict[str, Any] = {"seen": None, "reasons": [], "verdicts": []}
    if signed_in or not over:
        context["seen"] = sight.of(ballot, reader=who if signed_in else None)
        context["reasons"] = sight.reasons(ballot, me=who.id, now=now())
        context["verdicts"] = sight.verdicts(ballot.step.round)
    return page(
        "approvals/decide.html",
        part="approvals/_decide.html",
        status=status,
        ballot=ballot,
        round=ballot.step.round,
        ticket=ballot.step.round.ticket,
        form=form,
        decider=who,
        send_to=here,
        signed_in=signed_in,
        over=over,
        **context,
    )


def _why_over(ballot: Ballot) -> str:
    """What became of it, where nothing is left to decide."""
    try:
        approvals.refuse_settled(ballot)
    except Refused as refusal:
        return _outcome(ballot) or refusal.sentence
    return ""


def _outcome(ballot: Ballot) -> str:
    state = ballot.step.round.state
    return f"{STATE_WORDS[state]}." if ballot.decision and state in (State.APPROVED, State.REFUSED) else ""


def _no_such_link() -> Response:
    return error_page(404, "This link is not valid any more. Sign in to see what waits for your decision.")
