"""Take the files of a form: stored at once, so that a form which did not pass still has them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import current_app, request

from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.models.tickets import Attachment
from internaldesk.tickets import attachments
from internaldesk.tickets.attachments import MOST_FILES, TooLarge, Upload
from internaldesk.tickets.queries import LARGEST_NUMBER
from internaldesk.web.desk import keep, now


@dataclass(slots=True)
class Received:
    """The files a form has by now, and what was wrong with those it could not keep."""

    files: list[Attachment] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    too_large: bool = False

    @property
    def ids(self) -> list[int]:
        """What actions take."""
        return [row.id for row in self.files]


def received(*, by: Actor) -> Received:
    """Store what came with this request and find what came before (`kept_files`); `remove` drops one of those."""
    kept = attachments.waiting(kept_ids(), by=by)
    found = Received(files=list(kept[:MOST_FILES]), errors=[_one_too_many(row.name) for row in kept[MOST_FILES:]])
    for upload in request.files.getlist("files"):
        if upload.filename:
            _store(Upload(upload.filename, upload.stream), found, by=by)
    return found


def kept_ids() -> list[int]:
    """The files that came before, as the form names them, without the one its button drops."""
    removed = request.form.get("remove", "")
    return ids_in(value for value in request.form.getlist("kept_files") if value != removed)


def ids_in(values: Iterable[str]) -> list[int]:
    """The ids among what came back; anything else names no file.

    >>> ids_in(["7", "", "x", "\u00b2", "99999999999"])
    [7]
    """
    return [int(value) for value in values if value.isascii() and value.isdigit() and int(value) <= LARGEST_NUMBER]


def _store(upload: Upload, found: Received, *, by: Actor) -> None:
    if len(found.files) >= MOST_FILES:
        found.errors.append(_one_too_many(upload.name))
        return
    try:
        found.files.append(attachments.keep(upload, by=by, now=now(), folder=current_app.config["DESK"].files))
    except TooLarge as refusal:
        found.too_large = True
        found.errors.append(refusal.sentence)
    except Refused as refusal:
        found.errors.append(refusal.sentence)
    keep()


def _one_too_many(name: str) -> str:
    return f"{name} was left out: a form takes {MOST_FILES} files."
