"""Signed links with which one person decides one ballot without signing in: made, and read back."""

import secrets
from datetime import datetime, timedelta

from itsdangerous import BadSignature, Signer

from internaldesk.approvals import queries
from internaldesk.db import db
from internaldesk.models.approvals import Ballot
from internaldesk.models.people import Person

GOOD_FOR = timedelta(days=14)
_SALT = "approval"


def token(ballot: Ballot, *, person_id: int, key: str) -> str:
    """The signed part of a link: of use to one person, for one ballot, while its step is open and two weeks at most."""
    return Signer(key, salt=_SALT).sign(f"{ballot.id}.{person_id}.{ballot.nonce}").decode()


def behind(signed: str, *, key: str) -> tuple[Ballot, Person] | None:
    """The ballot of a link and who uses it, or None for one that was never given out to anybody who works here."""
    try:
        first, second, nonce = Signer(key, salt=_SALT).unsign(signed).decode().split(".")
        ballot_id, person_id = int(first), int(second)
    except (BadSignature, UnicodeDecodeError, ValueError):
        return None
    ballot, person = queries.linked(ballot_id), db.session.get(Person, person_id)
    if ballot is None or person is None or not person.active:
        return None
    return (ballot, person) if secrets.compare_digest(ballot.nonce, nonce) else None


def is_old(ballot: Ballot, *, now: datetime) -> bool:
    """Whether links to it have expired; signed in, one can still decide."""
    opened = ballot.step.opened_at
    return opened is None or now >= opened + GOOD_FOR
