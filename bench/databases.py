"""Grown desks to measure: a SQLite file, or a PostgreSQL server of our own that promises as much as a real one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import make_url

from internaldesk import settings
from internaldesk.db import db
from internaldesk.demo import bulk
from internaldesk.factory import create_app
from tests import postgres
from tests.postgres import Server

KEY = "only-for-measuring-" * 2
SEED = 7
_SOCKETS_ONLY = "listen_addresses="
Say = Callable[[str], None]


@dataclass(frozen=True)
class Desk:
    """A desk to measure: what its database is called, where it is, and its folder."""

    database: str
    url: str
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """The settings, for the desk and for the bare application."""
        bare = {"BENCH_URL": self.url, "BENCH_KEY": KEY}
        return {"DESK_DATA": str(self.folder), "DESK_DATABASE_URL": self.url, "DESK_SECRET_KEY": KEY, **bare}

    @property
    def app(self) -> Flask:
        """The application in this process."""
        return create_app(settings.read({k: v for k, v in self.environ.items() if k.startswith("DESK_")}))


@dataclass(frozen=True)
class Size:
    """How many requests a desk has, and how many of a hundred are open."""

    tickets: int
    open_in_100: int = round(bulk.USUALLY_OPEN * 100)


@contextmanager
def sqlite(size: Size, kept: Path | None, say: Say) -> Iterator[Desk]:
    """A desk in a temporary file; with `kept`, a copy of the one grown there, which is grown if it is not."""
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as temporary:
        file, original = Path(temporary) / "desk.sqlite3", _original(kept, size)
        desk = Desk("SQLite", f"sqlite:///{file}", Path(temporary))
        if original and original.exists():
            shutil.copyfile(original, file)
        else:
            grow(desk, size, say)
            if original:
                shutil.copyfile(file, original)
        yield desk


def _original(kept: Path | None, size: Size) -> Path | None:
    if kept is None:
        return None
    kept.mkdir(parents=True, exist_ok=True)
    return kept / f"grown-{size.tickets}-{size.open_in_100}.sqlite3"


@contextmanager
def on_postgres(size: Size, say: Say) -> Iterator[Desk]:
    """A desk on the server of TEST_POSTGRES_URL, else on a cluster of our own with the settings it comes with."""
    name = f"desk_bench_{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as temporary, _server() as server:
        server.create(name)
        desk = Desk("PostgreSQL", server.url(name), Path(temporary))
        try:
            grow(desk, size, say)
            yield desk
        finally:
            server.drop(name)


@contextmanager
def _server() -> Iterator[Server]:
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        with closing(Server(make_url(given).set(drivername="postgresql+psycopg"))) as found:
            yield found
        return
    with _cluster() as folder, closing(Server(postgres.address_in(folder))) as own:
        yield own


@contextmanager
def _cluster() -> Iterator[Path]:
    """On the disk and synced to it, unlike the one of the tests; gives the folder of its socket."""
    user, folder = postgres.servant(), Path(tempfile.mkdtemp(prefix="desk-pg-"))
    programs = postgres.programs()
    try:
        if user:
            shutil.chown(folder, user)
            programs = postgres.within_reach(programs, folder)
        initdb: list[str | Path] = [programs / "initdb", "-D", folder / "data", *postgres.NEUTRAL]
        subprocess.run(initdb, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with _process(programs, folder, user):
            yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _process(programs: Path, folder: Path, user: str | None) -> Iterator[None]:
    options = ["-c", _SOCKETS_ONLY, "-c", f"unix_socket_directories={folder}"]
    with (folder / "log").open("wb") as log:
        command: list[str | Path] = [programs / "postgres", "-D", folder / "data", *options]
        process = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
    try:
        postgres.wait_for(process, folder)
        yield
    finally:
        process.terminate()
        process.wait()


def grow(desk: Desk, size: Size, say: Say) -> None:
    """Make the tables, the catalogue and so many requests, and let the database learn their spread."""
    app, now = desk.app, datetime.now(UTC)
    made = app.test_cli_runner().invoke(args=["desk", "init"])
    if made.exit_code != 0:
        raise RuntimeError(made.output) from made.exception
    with app.app_context():
        told = partial(_grown, say)
        bulk.grow(tickets=size.tickets, seed=SEED, now=now, progress=told, open_share=size.open_in_100 / 100)
    with app.app_context():
        _settle()
        db.engine.dispose()


def _grown(say: Say, done: int, of: int) -> None:
    say(f"{done} of {of} requests")


def _settle() -> None:
    """What a server does by itself within minutes of such a change; SQLite does nothing by itself, nor do we."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
            line.exec_driver_sql("VACUUM ANALYZE")
