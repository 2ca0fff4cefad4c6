"""The floor of the stack: Flask, SQLAlchemy Core and Jinja on the tables of the desk, and no application.

One person is looked up behind a signed session, and the navigation shows two counts. There is no permission, promise,
workflow, form key, CSRF token or audit: what the desk costs above this is what those cost.
"""

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, render_template, request, session
from sqlalchemy import JSON, DateTime, Engine, Row, column, create_engine, event, func, literal_column, select, table
from sqlalchemy.sql import Select, TableClause

from bench.gauge import Gauge

COOKIE = "bare"
PAGE = 50
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON")


def _table(name: str, plain: str, **typed: Any) -> TableClause:
    """The columns of a table that are used here."""
    return table(name, column("id"), *map(column, plain.split()), *(column(word, typed[word]) for word in typed))


ticket = _table(
    "ticket",
    "request_type_id form_version_id team_id requester_id for_person_id assignee_id location_id last_word_by_id"
    " confidentiality channel summary details status status_reason priority priority_why customer_waiting customer"
    " last_word has_files reopened transferred version is_open",
    answers=JSON(),
    **dict.fromkeys(("queue_at", "risk_at", "filed_at", "updated_at", "last_word_at"), DateTime(timezone=True)),
)
person = _table("person", "name location_id")
location, team = _table("location", "name"), _table("team", "name")
request_type, form_version = _table("request_type", "name team_id"), _table("form_version", "request_type_id")
message = _table("message", "ticket_id author_id body", at=DateTime(timezone=True))
membership = table("membership", column("person_id"), column("team_id"))
_requester, _assignee, _author = person.alias("requester"), person.alias("assignee"), person.alias("author")
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # said in the count, it leads SQLite to the index of the queue
_OPEN: Any = literal_column("ticket.is_open")  # as the partial index has it


def _named(*columns: Any) -> Select[Any]:
    """Tickets with the names that belong to them."""
    return (
        select(ticket.c.id, ticket.c.summary, ticket.c.queue_at, ticket.c.status, *columns)
        .join_from(ticket, _requester, _requester.c.id == ticket.c.requester_id)
        .join(location, location.c.id == ticket.c.location_id)
        .join(request_type, request_type.c.id == ticket.c.request_type_id)
        .outerjoin(_assignee, _assignee.c.id == ticket.c.assignee_id)
    )


_PEOPLE = (
    _requester.c.name.label("requester"),
    location.c.name.label("place"),
    request_type.c.name.label("type"),
    _assignee.c.name.label("assignee"),
)


def create_app(url: str, key: str) -> Flask:
    """The bare application on the database of a desk."""
    app = Flask("bench", template_folder="pages")
    app.config.update(SECRET_KEY=key, SESSION_COOKIE_NAME=COOKIE, ENGINE=_engine(url))
    app.before_request(look_up)
    app.teardown_request(_let_go)
    for path, view, methods in (
        ("/queue", queue, ["GET"]),
        ("/requests/<int:number>", show, ["GET"]),
        ("/file/<int:kind>", file, ["GET", "POST"]),
    ):
        app.add_url_rule(path, view_func=view, methods=methods)
    return app


def door() -> Gauge:
    """The bare application of the settings in the environment, behind a gauge."""
    return Gauge(create_app(os.environ["BENCH_URL"], os.environ["BENCH_KEY"]))


def look_up() -> None:
    """Who is asking, their team, and what the navigation shows."""
    g.line = current_app.config["ENGINE"].connect().execution_options(isolation_level="AUTOCOMMIT")
    query = select(person.c.id, person.c.name, person.c.location_id, membership.c.team_id)
    query = query.outerjoin_from(person, membership, membership.c.person_id == person.c.id)
    g.me = g.line.execute(query.where(person.c.id == session["person"]).limit(1)).one()
    late = func.count().filter(ticket.c.queue_at <= datetime.now(UTC))
    counts = select(func.count(), late).where(ticket.c.team_id == g.me.team_id, _OPEN, ticket.c.queue_at <= _NEVER)
    g.counts = g.line.execute(counts).one()


def queue() -> str:
    """The first page of the queue of one's team."""
    query = _named(ticket.c.customer_waiting, ticket.c.has_files, *_PEOPLE).where(ticket.c.team_id == g.me.team_id)
    rows = g.line.execute(query.where(_OPEN).order_by(ticket.c.queue_at, ticket.c.id).limit(PAGE)).all()
    return _page("queue.html", rows=[_shown(row) for row in rows])


def show(number: int) -> str:
    """A request with its conversation."""
    more = (ticket.c.details, ticket.c.answers, ticket.c.priority, ticket.c.filed_at, team.c.name.label("team"))
    query = _named(*more, *_PEOPLE).join(team, team.c.id == ticket.c.team_id)
    found = g.line.execute(query.where(ticket.c.id == number)).first() or abort(404)
    said = select(message.c.body, message.c.at, _author.c.name).join(_author, _author.c.id == message.c.author_id)
    words = g.line.execute(said.where(message.c.ticket_id == number).order_by(message.c.id)).all()
    return _page("request.html", ticket=found, words=words)


def file(kind: int) -> str | Response:
    """The form of a type, and one insert."""
    query = select(request_type.c.id, request_type.c.name, request_type.c.team_id, form_version.c.id)
    query = query.join_from(request_type, form_version, form_version.c.request_type_id == request_type.c.id)
    chosen = g.line.execute(query.where(request_type.c.id == kind)).first() or abort(404)
    if request.method == "GET":
        return _page("form.html", kind=kind, name=chosen[1])
    with current_app.config["ENGINE"].begin() as line:
        made = line.execute(ticket.insert().values(_row(chosen, datetime.now(UTC))).returning(ticket.c.id)).scalar_one()
    answer = redirect(f"/requests/{made}", 303, Response=Response)
    assert isinstance(answer, Response)
    return answer


def _row(chosen: Row[Any], now: datetime) -> dict[str, Any]:
    type_id, _, team_id, form_id = tuple(chosen)
    mine = dict.fromkeys(("requester_id", "for_person_id", "last_word_by_id"), g.me.id)
    empty = dict.fromkeys(("status_reason", "priority_why", "customer", "last_word"), "")
    answers = {name: request.form[name] for name in ("device", "can_work", "affected")}
    words = {name: request.form[name] for name in ("summary", "details")} | {"answers": answers}
    fixed = {"confidentiality": "O", "channel": "portal", "status": "new", "priority": "medium", "is_open": True}
    counts = {"customer_waiting": False, "has_files": False, "reopened": 0, "transferred": 0, "version": 1}
    due = {"queue_at": now + timedelta(hours=8), "risk_at": now + timedelta(hours=6)}
    times = dict.fromkeys(("filed_at", "updated_at", "last_word_at"), now) | due
    place = {"team_id": team_id, "location_id": g.me.location_id}
    kind = {"request_type_id": type_id, "form_version_id": form_id}
    return {**mine, **empty, **words, **fixed, **counts, **times, **place, **kind}


def _shown(row: Row[Any]) -> tuple[Any, ...]:
    number, summary, due, status, *rest = tuple(row)
    return number, summary, f"{due:%a %H:%M}", status, *rest


def _page(template: str, **context: Any) -> str:
    return render_template(template, me=g.me.name, counts=g.counts, **context)


def _let_go(_error: BaseException | None) -> None:
    if "line" in g:
        g.line.close()


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _entry: object) -> None:
    """As durable as the desk."""
    if isinstance(connection, sqlite3.Connection):
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
