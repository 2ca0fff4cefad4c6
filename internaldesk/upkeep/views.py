"""Answers for machines: is the process alive, can it work, and what does it count."""

import hmac
from ipaddress import ip_address

from flask import Blueprint, Response, abort, current_app, jsonify, request
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import SQLAlchemyError

from internaldesk.upkeep import queries, schema
from internaldesk.web.auth import anyone
from internaldesk.web.desk import now
from internaldesk.web.metrics import REGISTRY

bp = Blueprint("upkeep", __name__)

_NEAR = frozenset({"127.0.0.1", "localhost", "[::1]"})
_FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via")


@bp.get("/livez")
@anyone
def alive() -> Response:
    """The process answers; asks nothing of the database."""
    return Response("alive\n", mimetype="text/plain")


@bp.get("/readyz")
@anyone
def ready() -> Response:
    """Whether requests can be served: 200 or 503, and why. A missing worker is told, but pages work without it."""
    try:
        found = schema.present()
        checks = {
            "database": "ok",
            "schema": "ok" if found == schema.wanted() else f"at {found}, wanted {schema.wanted()}",
            "worker": "ok" if queries.worker_seen(now=now()) else "not seen for five minutes",
        }
    except SQLAlchemyError:
        checks = {"database": "does not answer"}
    fine = checks["database"] == "ok" == checks.get("schema")
    answer = jsonify({"ready": fine, **checks})
    answer.status_code = 200 if fine else 503
    return answer


@bp.get("/metrics")
@anyone
def metrics() -> Response:
    """Prometheus figures, for this machine and for who knows the token; others are told of no such page."""
    if not (_is_near() or _has_token()):
        abort(404)
    return Response(generate_latest(REGISTRY) + generate_latest(_gauges()), mimetype=CONTENT_TYPE_PLAIN_0_0_4)


def _is_near() -> bool:
    """Asked from this very machine; a proxy on it speaks for people elsewhere and says so in a header."""
    near = request.host.rsplit(":", 1)[0] in _NEAR or request.host in _NEAR
    if not near or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    token: str = current_app.config["DESK"].metrics_token
    given = request.authorization
    if not token or given is None or given.type != "bearer" or not given.token:
        return False
    return hmac.compare_digest(given.token.encode(), token.encode())


def _gauges() -> CollectorRegistry:
    registry = CollectorRegistry()
    waiting = Gauge("desk_open_tickets", "Open tickets by team, cases left out.", ("team",), registry=registry)
    for team, count in queries.open_by_team().items():
        waiting.labels(team).set(count)
    lag = queries.worker_lag(now=now())
    if lag is not None:
        behind = Gauge("desk_worker_lag_seconds", "How long the most overdue job has been due.", registry=registry)
        behind.set(lag.total_seconds())
    return registry
