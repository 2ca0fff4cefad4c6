"""What happened stays as it was written: the database refuses changes and removals in both logs."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("event", "sla_event")


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        for statement in sqlite_triggers(table) if on_sqlite else postgresql_trigger(table):
            op.execute(statement)


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        if on_sqlite:
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            op.execute(f"DROP FUNCTION {table}_append_only() CASCADE")


def sqlite_triggers(table: str) -> list[str]:
    refusal = f"SELECT RAISE(ABORT, '{table} is append only')"
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN {refusal}; END"
        for verb in ("UPDATE", "DELETE")
    ]


def postgresql_trigger(table: str) -> list[str]:
    function = f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    return [
        function + f"RAISE EXCEPTION '{table} is append only'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
    ]
