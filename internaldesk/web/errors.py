"""Every error as a page in plain words: what happened, what to do next, and what was typed."""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, g, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.db import db
from internaldesk.web.auth import sign_in_first

log = structlog.get_logger(__name__)

WORDS: Mapping[int, tuple[str, str]] = {
    400: ("That did not arrive in one piece", "The page may have been open too long. Load it and send again."),
    403: ("You cannot open this", "It belongs to people with another role. Ask your line manager if you need it."),
    404: ("No such page, or not yours to see", "Check the number, or look among your own requests."),
    405: ("That does not work here", "Go back and use the buttons on the page."),
    409: ("Somebody was faster", "It changed while you were writing. Nothing of yours was sent."),
    413: ("That is too large", "Together, files may have 100 MB. Choose smaller ones; your other words are kept."),
    422: ("Something needs fixing", "Please look at what is marked."),
    429: ("Too many tries", "Please wait a moment, then try again."),
    500: ("Our fault", "Something broke on our side. It was written down; please try again."),
    503: ("Back in a moment", "The desk cannot answer right now. Please try again in a minute."),
}
_KEPT_FIELDS = ("summary", "details", "body", "comment")
_SERVER_ERROR = 500


def init(app: Flask) -> None:
    """Connect exceptions with their pages."""
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Conflict, lambda error: _refusal(error, 409))
    app.register_error_handler(Forbidden, lambda error: _refusal(error, 403))
    app.register_error_handler(Refused, lambda error: _refusal(error, 422))
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _crash)


def error_page(code: int, message: str | None = None, **context: Any) -> Response:
    """The error page for `code`, with what was typed below so that nothing is lost."""
    title, usual = WORDS.get(code, WORDS[_SERVER_ERROR])
    values = {"actor": None, "code": code, "title": title, "message": message or usual, "kept": _kept_words()}
    return Response(
        render_template("error.html", request_id=g.get("request_id", ""), **{**values, **_shell(code), **context}),
        status=code,
    )


def _shell(code: int) -> dict[str, Any]:
    """Who is signed in, without asking a database that may be the very thing that is down."""
    signed_in = code < _SERVER_ERROR and current_user.is_authenticated
    return {"actor": current_user if signed_in else None}


def _kept_words() -> list[str]:
    try:
        return [words for name in _KEPT_FIELDS if (words := request.form.get(name, "").strip())]
    except HTTPException:  # the body itself is what could not be read
        return []


def _stale_form(error: CSRFError) -> Response:
    if not current_user.is_authenticated and request.endpoint != "people.sign_in":
        return sign_in_first()
    log.info("form_refused", reason=error.description)
    return error_page(400)


def _http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        answer = error.get_response()
        assert isinstance(answer, Response)
        return answer
    answer = error_page(error.code)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def _refusal(error: Refused, code: int) -> Response:
    return error_page(code, error.sentence)


def _database_away(error: OperationalError) -> Response:
    db.session.rollback()
    log.error("database_away", error=str(error.orig))
    answer = error_page(503)
    answer.headers["Retry-After"] = "5"
    return answer


def _crash(error: Exception) -> Response:
    db.session.rollback()
    log.exception("crash", error=type(error).__name__)
    return error_page(_SERVER_ERROR)
