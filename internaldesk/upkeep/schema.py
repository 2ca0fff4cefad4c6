"""Which version the tables have, which one this program wants, and the way from one to the other."""

import sqlite3
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from internaldesk.core.errors import BadInput
from internaldesk.db import db, frame

MIGRATIONS = Path(__file__).parent.parent / "migrations"


@lru_cache(maxsize=1)
def wanted() -> str:
    """The revision this program is written for."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def present() -> str | None:
    """The revision of the database, or None for an empty one."""
    with frame(reading=True), db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_ready() -> None:
    """Raise BadInput with what to do when the tables are not those this program wants."""
    if present() != wanted():
        raise BadInput("The tables are not ready. Run: flask desk init")


def knows(revision: str) -> bool:
    """Whether this program can read tables of that revision, by upgrading them."""
    return revision in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def upgrade() -> None:
    """Bring the tables to the wanted revision, all the way or not at all."""
    command.upgrade(_config(), "head")


def go_to(revision: str) -> None:
    """Go back to an earlier revision; what only newer tables and columns hold is lost. "base" removes everything."""
    command.downgrade(_config(), revision)


def copy_before_upgrade() -> Path | None:
    """Where a SQLite database that is about to be changed was copied to; None when there is nothing to copy."""
    file, before = db.engine.url.database, present()
    if db.engine.dialect.name != "sqlite" or not file or before in (None, wanted()):
        return None
    copy = Path(f"{file}.before-{wanted()}")
    copy.unlink(missing_ok=True)
    copy_sqlite(Path(file), copy)
    return copy


def copy_sqlite(file: Path, copy: Path) -> None:
    """A consistent copy of a SQLite database, taken while others write to it."""
    with closing(sqlite3.connect(file)) as here, closing(sqlite3.connect(copy)) as there:
        here.backup(there)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
