"""Customers who wait at the demo desk right now: on the telephone, and for a bill."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from internaldesk.catalogue import queries as catalogue
from internaldesk.demo.people import Cast
from internaldesk.tickets import actions as tickets

_MINUTE = timedelta(minutes=1)


class _Wait(NamedTuple):
    """What somebody asked for a customer, of whom, and what they have heard so far."""

    path: tuple[str, str]
    asker: str
    minutes: int
    summary: str
    details: str
    answers: dict[str, Any]
    customer: str
    heard: str


_WAITS = (
    _Wait(
        ("warehouse", "do-we-have"),
        "megan.price",
        55,
        "Do we have a sealing jaw 320 mm?",
        "Their packing line stands, and they ring every ten minutes.",
        {"part": "sealing jaw 320 mm", "quantity": 1},
        "Harrow Foods",
        "Not on the shelf here. Porto has two; I am asking whether one can go with the van at noon.",
    ),
    _Wait(
        ("finance", "billing"),
        "sofia.marques",
        95,
        "Freight billed twice to Sabores do Minho",
        "They will not pay before it is right.",
        {
            "billed_customer": "Sabores do Minho",
            "number": "INV-50118",
            "wish": "correct",
            "amount": "84.50",
            "reason": "Freight is on it twice",
        },
        "Sabores do Minho",
        "I see it: the order was split, and each half carries the freight. The new bill goes out today.",
    ),
)


def enter(cast: Cast, *, now: datetime) -> None:
    """In the hours before `now`: asked, answered within ten minutes, and not solved yet."""
    for wait in _WAITS:
        asker, at = cast.everybody[wait.asker].actor, now - wait.minutes * _MINUTE
        form = catalogue.form_for(*wait.path, actor=asker)
        assert form is not None
        ticket = tickets.file(
            form.request_type,
            by=asker,
            now=at,
            form=form.version,
            summary=wait.summary,
            details=wait.details,
            answers=wait.answers,
            customer_waiting=True,
            customer=wait.customer,
        )
        handler = cast.handlers[ticket.team_id][-1]
        tickets.assign(ticket, by=handler.actor, now=at + 4 * _MINUTE, assignee_id=handler.id)
        tickets.reply(ticket, by=handler.actor, now=at + 8 * _MINUTE, body=wait.heard)
