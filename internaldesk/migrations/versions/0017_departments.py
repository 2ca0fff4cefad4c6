"""Departments of those who ask, and kept facts that tell them apart; all facts are counted anew after this."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TICKET = (
    "team_id, request_type_id, location_id, confidentiality, customer_waiting, status, filed_at, solved_at, closed_at,"
    " reopened"
)
TURNS = (
    "'pending', 'resumed', 'transferred', 'calendar_changed', 'corrected', 'policy_edited', 'priority_changed',"
    " 'undone'"
)
FACTS = ("fact_mark", "fact_ticket", "fact_cell", "fact_state")


def upgrade() -> None:
    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_department"),
        sa.UniqueConstraint("name", name="uq_department_name"),
    )
    for table in ("person", "ticket"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("department_id", sa.Integer()))
            batch.create_foreign_key(f"fk_{table}_department_id", "department", ["department_id"], ["id"])
    _forget()
    op.drop_table("fact_cell")
    _cells("department_id")
    op.add_column("fact_ticket", sa.Column("department_id", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("fact_state", sa.Column("shape", sa.Integer(), nullable=False, server_default="0"))
    for table, column in (("fact_ticket", "department_id"), ("fact_state", "shape")):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    _watch_ticket(f"{TICKET}, department_id")
    _watch_turns()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION sla_event_marks() CASCADE")
    else:
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER sla_event_marks_{verb}")
    _forget()
    for table, column in (("fact_ticket", "department_id"), ("fact_state", "shape")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
    op.drop_table("fact_cell")
    _cells()
    _watch_ticket(TICKET)  # a column that a trigger names cannot go
    for table in ("ticket", "person"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_department_id", type_="foreignkey")
            batch.drop_column("department_id")
    _watch_ticket(TICKET)
    op.drop_table("department")


def _forget() -> None:
    for table in FACTS:
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables


def _watch_ticket(columns: str) -> None:
    """Which columns of a ticket count is said by the trigger for changes; SQLite made the table anew without any."""
    update = f"UPDATE OF {columns}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER ticket_marks_update ON ticket")
        each = "ON ticket FOR EACH ROW EXECUTE FUNCTION ticket_marks()"
        op.execute(f"CREATE TRIGGER ticket_marks_update AFTER {update} {each}")
        return
    for name, verb, row in (("insert", "INSERT", "NEW"), ("update", update, "NEW"), ("delete", "DELETE", "OLD")):
        op.execute(f"DROP TRIGGER IF EXISTS ticket_marks_{name}")
        op.execute(f"CREATE TRIGGER ticket_marks_{name} AFTER {verb} ON ticket BEGIN {_mark(row, 'id')}; END")


def _watch_turns() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    new, old = (f"{row}.kind IN ({TURNS})" for row in ("NEW", "OLD"))
    if postgres:
        function = "CREATE FUNCTION sla_event_marks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        function += f"IF TG_OP = 'DELETE' THEN {_mark('OLD', 'ticket_id')}; ELSE {_mark('NEW', 'ticket_id')}; END IF; "
        op.execute(f"{function}RETURN NULL; END $$")
    verbs = (("insert", "INSERT", "NEW", new), ("update", "UPDATE OF kind", "NEW", f"{new} OR {old}"))
    for name, verb, row, when in (*verbs, ("delete", "DELETE", "OLD", old)):
        act = "EXECUTE FUNCTION sla_event_marks()" if postgres else f"BEGIN {_mark(row, 'ticket_id')}; END"
        each = " FOR EACH ROW" if postgres else ""
        op.execute(f"CREATE TRIGGER sla_event_marks_{name} AFTER {verb} ON sla_event{each} WHEN ({when}) {act}")


def _mark(row: str, key: str) -> str:
    return f"INSERT INTO fact_mark (ticket_id) VALUES ({row}.{key})"  # noqa: S608 - names of our own columns


def _cells(*more: str) -> None:
    numbers = ("team_id", "type_id", "place_id", "customer", "holder_id")
    key = ("unit", "space", "start", *numbers, "cases", *more)
    op.create_table(
        "fact_cell",
        sa.Column("unit", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("space", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.SmallInteger() if name == "customer" else sa.Integer(), nullable=False)
            for name in numbers
        ),
        sa.Column("cases", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in more),
        sa.Column("counts", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.LargeBinary()) for name in ("first", "resolution", "lead", "open", "late")),
        sa.PrimaryKeyConstraint(*key, name="pk_fact_cell"),
    )
