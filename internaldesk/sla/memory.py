"""What this transaction has read already; forgotten at its end, and as soon as it changes a promise itself."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction

from internaldesk.db import db
from internaldesk.models.sla import CalendarVersion, Policy, PolicyTarget, PolicyVersion

T = TypeVar("T")
_KEPT = "sla.memory"
_PROMISES = (CalendarVersion, Policy, PolicyTarget, PolicyVersion)


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


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """Others may write from now on, and a rolled back savepoint took rows with it."""
    if transaction.parent is None or transaction.nested:
        session.info.pop(_KEPT, None)


@event.listens_for(Session, "after_flush")
def _notice(session: Session, _flushed: UOWTransaction) -> None:
    if any(isinstance(row, _PROMISES) for row in (*session.new, *session.dirty, *session.deleted)):
        session.info.pop(_KEPT, None)
