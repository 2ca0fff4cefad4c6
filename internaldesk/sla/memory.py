"""What this transaction has read already; forgotten at its end, and as soon as it changes a promise itself."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction

from internaldesk.core.hours import BusinessCalendar
from internaldesk.db import db
from internaldesk.models.sla import CalendarException, CalendarVersion, Policy, PolicyTarget, PolicyVersion

T = TypeVar("T")
_KEPT = "sla.memory"
_EDITED = "sla.edited"
_PROMISES = (CalendarException, CalendarVersion, Policy, PolicyTarget, PolicyVersion)


def remembered(key: Hashable, read: Callable[[], T]) -> T:
    """What `read` gave when this transaction first asked for `key`."""
    known: dict[Hashable, Any] = db.session.info.setdefault(_KEPT, {})
    if key not in known:
        known[key] = read()
    found: T = known[key]
    return found


def remember(key: Hashable, value: T) -> T:
    """Keep something this transaction has just made."""
    return remembered(key, lambda: value)


def edited() -> bool:
    """Whether this transaction changed promises or hours: what it reads of them may yet be rolled back."""
    return bool(db.session.info.get(_EDITED))


def kept_here() -> dict[int, BusinessCalendar]:
    """Calendars by version for this transaction alone."""
    return remembered(_EDITED, lambda: {})


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """Others may write from now on, and a rolled back savepoint took rows with it."""
    if transaction.parent is None or transaction.nested:
        session.info.pop(_KEPT, None)
    if transaction.parent is None:
        session.info.pop(_EDITED, None)


@event.listens_for(Session, "after_flush")
def _notice(session: Session, _flushed: UOWTransaction) -> None:
    if any(isinstance(row, _PROMISES) for row in (*session.new, *session.dirty, *session.deleted)):
        session.info.pop(_KEPT, None)
        session.info[_EDITED] = True
