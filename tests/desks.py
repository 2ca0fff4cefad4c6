"""Desks to test on: one application per database and test process, its data put back before every test.

Commits are real. What comes back is a copy of a template that was migrated and seeded once: a file on SQLite, a
`CREATE DATABASE … TEMPLATE` on PostgreSQL.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, event

from internaldesk import settings
from internaldesk.db import db
from internaldesk.factory import create_app
from tests import cast
from tests.browse import Browser
from tests.postgres import Server

Fresh = Callable[[], Flask]


class Turnstile:
    """Counts what is being answered, and keeps everybody out while a desk is put back.

    A browser that was closed leaves requests behind; one of them half answered would meet the copy of another file.
    """

    def __init__(self) -> None:
        self._changed, self._inside = threading.Condition(), 0

    @contextmanager
    def passed(self) -> Iterator[None]:
        """One request, from its first line to its last."""
        with self._changed:
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Nobody is inside, and nobody comes in."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._inside == 0, timeout=30):
                raise RuntimeError("a request of an earlier test never ends")
            yield


served = Turnstile()
"""What a browser asks of a desk in this process."""


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Fresh]:
    """Gives the way to a desk on SQLite to which nothing has happened."""
    file, template = folder / "desk.sqlite3", folder / "template.sqlite3"
    app = build(folder, f"sqlite:///{file}")
    release(app)
    shutil.copyfile(file, template)

    def fresh() -> Flask:
        with served.shut():
            release(app)
            for journal in ("-wal", "-shm"):
                Path(f"{file}{journal}").unlink(missing_ok=True)
            shutil.copyfile(template, file)
        return app

    yield fresh
    release(app)


@contextmanager
def on_postgres(folder: Path, server: Server) -> Iterator[Fresh]:
    """Gives the way to a desk on PostgreSQL to which nothing has happened."""
    name = f"desk_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"
    template = f"{name}_template"
    server.create(name)
    app = build(folder, server.url(name))
    release(app)
    server.create(template, like=name)

    def fresh() -> Flask:
        release(app)
        server.create(name, like=template)
        return app

    yield fresh
    release(app)


def build(folder: Path, url: str) -> Flask:
    """A desk with the default catalogue and the standing cast."""
    environ = {"DESK_DATA": str(folder), "DESK_DATABASE_URL": url, "DESK_SECRET_KEY": "only-for-tests-" * 3}
    app = create_app(settings.read(environ))
    app.testing = True
    app.test_client_class = Browser
    made = app.test_cli_runner().invoke(args=["desk", "init"])
    if made.exit_code != 0:
        raise RuntimeError(made.output) from made.exception
    with app.app_context():
        cast.enter()
    return app


def release(app: Flask) -> None:
    """Let go of the database, and of the files that requests left."""
    with app.app_context():
        db.engine.dispose()
    shutil.rmtree(app.config["DESK"].files, ignore_errors=True)


@event.listens_for(Engine, "connect")
def hurry(connection: object, _entry: object) -> None:
    """Waiting for the disk proves nothing here; power cuts are tested apart."""
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]
