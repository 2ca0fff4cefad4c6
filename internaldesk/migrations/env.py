"""Runs the migrations on the desk's own engine: all or none, one desk at a time, no row torn from its parent.

`flask desk init` upgrades. A new revision: `flask --app app db revision --autogenerate -m "..."` on an empty database
that is at the head.
"""

from alembic import context
from sqlalchemy import Connection, DateTime, func, select
from sqlalchemy.types import TypeDecorator

from internaldesk.db import Base, db

ONE_AT_A_TIME = 4_836_2026  # the number of an advisory lock; any, as long as all desks agree


def render(kind, item, _autogenerate_context):
    """Write our own column types as the plain ones they are kept in, so that revisions import nothing of ours."""
    if kind == "type" and isinstance(item, TypeDecorator) and isinstance(item.impl, DateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        render_as_batch=True,
        render_item=render,
        transactional_ddl=True,  # SQLite too: we say BEGIN ourselves, see db.py
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        context.run_migrations()
        refuse_orphans(connection)


def refuse_orphans(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        raise RuntimeError(f"the migration would leave {len(orphans)} rows without their parent, first: {orphans[0]}")


def foreign_keys(connection: Connection, *, on: bool) -> None:
    """Off while tables are rebuilt: with them on, dropping the old table would empty those that cascade from it."""
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


with db.engine.connect() as line:
    foreign_keys(line, on=False)
    try:
        migrate(line)
    finally:
        foreign_keys(line, on=True)
