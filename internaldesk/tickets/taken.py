"""The request that Take next has just led to, as the session of a browser knows it: its page offers to pass it over."""

import secrets

from flask import session

from internaldesk.models.tickets import Ticket
from internaldesk.web.auth import actor

_KEY = "taken"


def led_to(ticket: Ticket, *, again: bool) -> None:
    """Take next led here; `again` where it was theirs before."""
    session[_KEY] = {"id": ticket.id, "version": ticket.version, "again": again, "key": secrets.token_urlsafe(9)}


def skippable(ticket: Ticket) -> str:
    """The key of the form that passes it over; "" unless Take next led here, it is theirs, and nobody has moved it."""
    found = session.get(_KEY) or {}
    here = (found.get("id"), found.get("version")) == (ticket.id, ticket.version)
    return found["key"] if here and ticket.assignee_id == actor().id else ""


def just_taken(ticket: Ticket) -> bool:
    """Whether it was nobody's until then."""
    return bool(skippable(ticket)) and not session[_KEY]["again"]


def leave() -> None:
    """They are done with it."""
    session.pop(_KEY, None)
