"""Which version the tables have, which one this program wants, and the way from one to the other."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from internaldesk.db import db

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def wanted() -> str:
    """The revision this program is written for."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def present() -> str | None:
    """The revision of the database, or None for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Whether this program can read tables of that revision, by upgrading them."""
    return revision in {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def upgrade() -> None:
    """Bring the tables to the wanted revision, all the way or not at all."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
