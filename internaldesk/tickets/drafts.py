"""Keep what somebody began to write, per person and place, until it is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.tickets import Attachment, Draft
from internaldesk.tickets import attachments

_LONGEST = 64_000


def place(number: int, mode: str) -> str:
    """Where a `reply` or a `note` on R-`number` is kept."""
    return f"R-{number}:{mode}"


def save(place: str, *, by: Actor, now: datetime, words: dict[str, Any]) -> Draft | None:
    """Keep `words` for `place`; empty words remove the draft, overlong ones are cut."""
    kept = {name: _cut(value) for name, value in words.items() if value}
    if not kept:
        drop(place, by=by)
        return None
    row = db.session.get(Draft, (by.id, place)) or Draft(person_id=by.id, place=place)
    row.words, row.saved_at = kept, now
    db.session.add(row)
    return row


def find(place: str, *, by: Actor) -> Draft | None:
    """What this person began to write there."""
    return db.session.get(Draft, (by.id, place))


def files(draft: Draft | None, *, by: Actor) -> Sequence[Attachment]:
    """The files that came with it and wait to be sent."""
    ids = draft.words.get("files") if draft else None
    return attachments.waiting(ids, by=by) if ids else ()


def drop(place: str, *, by: Actor) -> None:
    """Forget it: it was sent, or discarded."""
    db.session.execute(delete(Draft).where(Draft.person_id == by.id, Draft.place == place))


def _cut(value: Any) -> Any:
    return value[:_LONGEST] if isinstance(value, str) else value
