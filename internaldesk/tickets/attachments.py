"""Keep files: random names outside the web root, their size and hash; bytes first, the row after."""

import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import filetype
from obstore.store import LocalStore
from sqlalchemy import delete, func, select

from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.tickets import Attachment, Message, Note, Ticket

MOST_FILES = 5
MOST_UNSENT = 100
LARGEST = 20 * 1024 * 1024
UNUSED_FOR = timedelta(days=2)
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_HEAD = 262
_NAME = 255


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    stream: IO[bytes]


class TooLarge(Refused):
    """One file is over its limit; the others are kept."""


def keep(upload: Upload, *, by: Actor, now: datetime, folder: Path) -> Attachment:
    """Store an uploaded file that waits for its form to be sent; refuses one over 20 MB by name, and one too many."""
    _refuse_hoard(by)
    content = upload.stream.read(LARGEST + 1)
    name = _plain_name(upload.name)
    if len(content) > LARGEST:
        raise TooLarge(f"{name} is larger than 20 MB. Choose a smaller file, or send without it.", field="files")
    key = secrets.token_hex(16)
    _store(folder).put(key, content)
    _sync(folder / key)
    row = Attachment(
        key=key,
        uploader_id=by.id,
        name=name,
        size=len(content),
        media_type=_media_type(content),
        sha256=hashlib.sha256(content).hexdigest(),
        at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def waiting(ids: Sequence[int], *, by: Actor) -> Sequence[Attachment]:
    """The files of `ids` that this person stored and has not sent yet; anybody else's are not found."""
    if not ids:
        return []
    mine = (Attachment.uploader_id == by.id, Attachment.ticket_id.is_(None))
    return db.session.scalars(select(Attachment).where(Attachment.id.in_(ids), *mine).order_by(Attachment.id)).all()


def attach(
    ids: Sequence[int], *, ticket: Ticket, by: Actor, message: Message | None = None, note: Note | None = None
) -> None:
    """Tie stored files to what was sent with them."""
    for row in waiting(ids, by=by):
        row.ticket_id = ticket.id
        row.message_id = message.id if message else None
        row.note_id = note.id if note else None
        ticket.has_files = True


def detach(message: Message, *, now: datetime) -> list[int]:
    """Let the files of a message that was taken back wait to be sent again, from `now` on; returns their ids."""
    rows = db.session.scalars(select(Attachment).where(Attachment.message_id == message.id).order_by(Attachment.id))
    freed = []
    for row in rows:
        row.ticket_id = row.message_id = None
        row.at = now
        freed.append(row.id)
    return freed


def read(row: Attachment, *, folder: Path) -> Iterator[bytes]:
    """The bytes of a stored file, piece by piece; raises FileNotFoundError when they are gone."""
    return (bytes(piece) for piece in _store(folder).get(row.key))


def sweep_unused(*, now: datetime, folder: Path) -> int:
    """Remove uploads that no form took within two days; returns how many."""
    old = select(Attachment).where(Attachment.ticket_id.is_(None), Attachment.at < now - UNUSED_FOR).limit(500)
    rows = db.session.scalars(old).all()
    for row in rows:
        (folder / row.key).unlink(missing_ok=True)
    db.session.execute(delete(Attachment).where(Attachment.id.in_([row.id for row in rows])))
    return len(rows)


def _refuse_hoard(by: Actor) -> None:
    """Nobody fills the disk with what they never send."""
    unsent = select(func.count()).where(Attachment.uploader_id == by.id, Attachment.ticket_id.is_(None))
    if (db.session.scalar(unsent) or 0) >= MOST_UNSENT:
        raise Refused("You have uploaded many files without sending them. They are removed after two days.")


def _store(folder: Path) -> LocalStore:
    return LocalStore(str(folder), mkdir=True)


def _sync(path: Path) -> None:
    """Have the bytes and their name on the disk before a row speaks of them."""
    for place, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        handle = os.open(place, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _plain_name(name: str) -> str:
    """The last part of the name without control characters, cut from the front so that the ending stays."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[-_NAME:] or "file"


def _media_type(content: bytes) -> str:
    kind = filetype.guess(content[:_HEAD])
    return kind.mime if kind else "application/octet-stream"
