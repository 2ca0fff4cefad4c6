"""What was read already: for this transaction, and for good where it can never change."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction

from internaldesk.db import db
from internaldesk.models.sla import CalendarException, CalendarVersion, OlaTarget, Policy, PolicyTarget, PolicyVersion

T = TypeVar("T")
_KEPT = "sla.memory"
_EDITED = "sla.edited"
_PROMISES = (CalendarException, CalendarVersion, OlaTarget, Policy, PolicyTarget, PolicyVersion)
_for_good: WeakKeyDictionary[Engine, dict[type, dict[int, Any]]] = WeakKeyDictionary()


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


def versions(kind: type[T]) -> dict[int, T]:
    """What is known of a kind of version, by id: for good, since committed versions never change.

    A transaction that changes promises or hours keeps its own, for what it reads of them may yet be rolled back.
    """
    shelves = remembered(_EDITED, dict[type, dict[int, Any]]) if _edited() else _for_good.setdefault(db.engine, {})
    found: dict[int, T] = shelves.setdefault(kind, {})
    return found


def _edited() -> bool:
    return bool(db.session.info.get(_EDITED))


@event.listens_for(Engine, "engine_disposed")
def _let_go(engine: Engine) -> None:
    """Behind the same address there may be another database next."""
    _for_good.pop(engine, None)


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
