"""Requests that belong together at the demo desk: one cause with several that wait for it, a duplicate, and a split."""

from datetime import datetime, timedelta
from typing import Any

from internaldesk.catalogue import queries as catalogue
from internaldesk.catalogue.queries import Form
from internaldesk.demo.people import Cast, Somebody
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import causes, merges, splits

_WAITING = (
    ("ada", "Ice cold in room 2.14"),
    ("eve", "We sit here in coats"),
    ("max", "Radiators on floor 2 stay cold"),
)
_TWO = "The tap in the kitchen on floor 2 drips.\n\nAnd nobody has emptied the bins there since Monday."
MINUTE = timedelta(minutes=1)


def enter(cast: Cast, *, now: datetime) -> None:
    """In the hour before `now`: no heating on a floor, for four people, one of whom files twice; and two in one."""
    who, chi = cast.everybody, cast.everybody["chi"]
    cause = _cold(who["dana"], now - 50 * MINUTE, "Heating on floor 2 is off")
    tickets.assign(cause, by=chi.actor, now=now - 45 * MINUTE, assignee_id=chi.id)
    hit = [_cold(who[name], now - 40 * MINUTE, summary) for name, summary in _WAITING]
    for ticket in hit:
        causes.link(ticket, cause, by=chi.actor, now=now - 30 * MINUTE)
    twice = _cold(who["ada"], now - 25 * MINUTE, "Still cold in 2.14")
    merges.merge(twice, hit[0], by=chi.actor, now=now - 20 * MINUTE)
    _two_matters(who["eve"], chi, now)


def _two_matters(asker: Somebody, agent: Somebody, now: datetime) -> None:
    place = {"place": "Leeds, floor 2, kitchen"}
    answers = {**place, "what": "water", "usable": True}
    both = _filed("repair", asker, now - 35 * MINUTE, "Tap drips, and the bins are full", answers=answers, details=_TWO)
    form = _form("climate", agent)
    splits.split(
        both,
        by=agent.actor,
        now=now - 15 * MINUTE,
        request_type=form.request_type,
        form=form.version,
        summary="Bins in the kitchen on floor 2 are full",
        words=[splits.FILED],
    )


def _cold(asker: Somebody, at: datetime, summary: str) -> Ticket:
    return _filed("climate", asker, at, summary, answers={"place": "Leeds, floor 2", "trouble": "cold"})


def _filed(
    kind: str, asker: Somebody, at: datetime, summary: str, *, answers: dict[str, Any], details: str = ""
) -> Ticket:
    form = _form(kind, asker)
    return tickets.file(
        form.request_type, by=asker.actor, now=at, form=form.version, summary=summary, details=details, answers=answers
    )


def _form(kind: str, asker: Somebody) -> Form:
    form = catalogue.form_for("facilities", kind, actor=asker.actor)
    assert form is not None
    return form
