"""The application class: one unit of work around each request, the clock, and the two kinds of answers."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from internaldesk.core.errors import Conflict
from internaldesk.db import db, frame
from internaldesk.models.tickets import FormKey

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FIRST_ERROR = 400
_NOT_FINGERPRINTED = frozenset({"csrf_token", "form_key"})


class AlreadySent(Conflict):
    """A one-use form key came back with other words."""


class Desk(Flask):
    """Flask with one commit per request, at the edge."""

    def full_dispatch_request(self) -> Response:
        """Answer a request; SQLite takes its write lock only for methods that may write."""
        with frame(reading=request.method in SAFE):
            return super().full_dispatch_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Keep the work of an answer below 400 (or one marked `keep`), roll back everything else."""
        try:
            _refuse_unstorable()
            answer = self.make_response(self._first_answer() or super().dispatch_request())
            if answer.status_code < _FIRST_ERROR or g.get("keep"):
                _remember_answer(answer)
                db.session.commit()
            else:
                db.session.rollback()
        except BaseException:
            db.session.rollback()
            raise
        return answer

    def _first_answer(self) -> Response | None:
        """The answer already given to this one-use form key, or None for a new one."""
        key = request.form.get("form_key", "") if request.method == "POST" else ""
        return _claim(key) if key else None


def now() -> datetime:
    """The instant of this request: aware UTC, whole seconds, the same however often it is asked."""
    if "now" not in g:
        g.now = datetime.now(UTC).replace(microsecond=0)
    instant: datetime = g.now
    return instant


def wants_part() -> bool:
    """Whether htmx asked and a fragment will do."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def page(template: str, *, part: str | None = None, status: int = 200, **context: Any) -> Response:
    """The whole page, or only `part` of it where htmx asked."""
    name = part if part is not None and wants_part() else template
    answer = Response(render_template(name, **context), status=status)
    answer.vary.add("HX-Request")
    return answer


def done(url: str, *, part: str | None = None, **context: Any) -> Response:
    """What follows a successful write: the fresh part for htmx, and a 303 to `url` for everybody else."""
    g.done_url = url
    if part is not None and wants_part():
        return page(part, part=part, **context)
    return go(url)


def go(url: str) -> Response:
    """A 303 to `url`; htmx is told to load the page, since it would swap a followed redirect in place."""
    g.done_url = url
    if wants_part():
        return Response(status=204, headers={"HX-Redirect": url})
    answer = redirect(url, 303, Response=Response)
    assert isinstance(answer, Response)
    return answer


def keep() -> None:
    """Keep what this request stored although its answer is an error: uploads of a form that did not pass."""
    g.keep = True


def spare_key() -> None:
    """Leave the form key unused: a draft was kept or a file taken out, and the form itself is still to be sent."""
    g.spare_key = True


def _refuse_unstorable() -> None:
    """A NUL is in no word anybody types, and PostgreSQL cannot store one."""
    typed = (value for values in request.form.listvalues() for value in values)
    if b"%00" in request.query_string or any("\x00" in value for value in typed):
        abort(400)


def _claim(form_key: str) -> Response | None:
    """Take the key in this transaction; a second sender waits for the first and gets its answer."""
    key, fingerprint = _digest(g.get("actor_id"), form_key), _fingerprint()
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {"key": key, "fingerprint": fingerprint, "location": "", "at": now()}
    taken = db.session.execute(insert(FormKey).values(values).on_conflict_do_nothing().returning(FormKey.key)).first()
    if taken:
        g.form_key = key
        return None
    first = db.session.execute(select(FormKey.fingerprint, FormKey.location).where(FormKey.key == key)).one()
    if first.fingerprint != fingerprint:
        raise AlreadySent("You already sent this form with other words. Nothing was sent a second time.")
    return go(first.location)


def _remember_answer(answer: Response) -> None:
    if "form_key" not in g:
        return
    own = FormKey.key == g.form_key
    if answer.status_code < _FIRST_ERROR and not g.get("spare_key"):
        location = g.get("done_url") or answer.location or request.path
        db.session.execute(update(FormKey).where(own).values(location=location))
    else:
        db.session.execute(delete(FormKey).where(own))


def _fingerprint() -> str:
    fields = sorted((k, v) for k, v in request.form.items(multi=True) if k not in _NOT_FINGERPRINTED)
    files = sorted((k, f.filename or "") for k, f in request.files.items(multi=True))
    return _digest(request.path, fields, files)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
