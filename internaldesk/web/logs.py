"""Logs as JSON lines with a request id and without secrets: no bodies, no query strings, no cookies."""

import logging
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from internaldesk.web import metrics

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST"})
_SECRET = ("password", "token", "secret", "cookie", "csrf")


def configure() -> None:
    """Send our own log lines, and those of libraries, to standard error as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init(app: Flask) -> None:
    """Give each request an id, a line when it is answered, and a place in the metrics."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_id = secrets.token_hex(6)
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(answer: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    endpoint = request.endpoint or "none"
    metrics.REQUESTS.labels(_method(), endpoint, answer.status_code).observe(seconds)
    if endpoint != "static":
        structlog.get_logger("web").info(
            "request",
            method=request.method,
            endpoint=endpoint,
            path=_safe_path(),
            status=answer.status_code,
            ms=round(seconds * 1000, 1),
            person=g.get("actor_id"),
        )
    answer.headers["X-Request-Id"] = g.get("request_id", "")
    return answer


def _method() -> str:
    """The method where it is one we know: labels must not grow with what strangers send."""
    return request.method if request.method in _METHODS else "other"


def _safe_path() -> str:
    """The path, or only its pattern where the path itself is a secret."""
    values = request.view_args or {}
    return str(request.url_rule) if "token" in values else request.path


def _hide_secrets(_logger: Any, _method: str, line: Any) -> Any:
    return {k: "[hidden]" if any(word in k.lower() for word in _SECRET) else v for k, v in line.items()}
