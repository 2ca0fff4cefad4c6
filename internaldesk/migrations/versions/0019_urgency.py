"""Kept facts tell priorities and channels apart, too; all facts are counted anew after this."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TICKET = (
    "team_id, request_type_id, location_id, confidentiality, customer_waiting, status, filed_at, solved_at, closed_at,"
    " reopened, department_id"
)
CLOCK = (
    "state, target_seconds, used_seconds, breached_at, cause, decided_at, decided_team_id, decided_type_id, waived_at"
)
FACTS = ("fact_mark", "fact_ticket", "fact_cell", "fact_state")
NEW = ("priority", "channel")


def upgrade() -> None:
    _forget()
    op.drop_table("fact_cell")
    _cells(*NEW)
    op.add_column("fact_ticket", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("fact_ticket", sa.Column("channel", sa.String(16), nullable=False, server_default=""))
    with op.batch_alter_table("fact_ticket") as batch:
        for name, kind in zip(NEW, (sa.SmallInteger(), sa.String(16)), strict=True):
            batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    _watch(f"{TICKET}, priority, channel", f"{CLOCK}, decided_priority")


def downgrade() -> None:
    _watch(TICKET, CLOCK)
    _forget()
    with op.batch_alter_table("fact_ticket") as batch:
        for name in NEW:
            batch.drop_column(name)
    op.drop_table("fact_cell")
    _cells()


def _forget() -> None:
    for table in FACTS:
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables


def _watch(of_ticket: str, of_clock: str) -> None:
    """Which columns count is said by the triggers for changes."""
    decided = "NEW.decided_at IS NOT NULL OR OLD.decided_at IS NOT NULL"
    for table, key, columns, when in (
        ("ticket", "id", of_ticket, ""),
        ("sla_clock", "ticket_id", of_clock, f" WHEN ({decided})"),
    ):
        start = f"CREATE TRIGGER {table}_marks_update AFTER UPDATE OF {columns} ON {table}"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_marks_update ON {table}")
            op.execute(f"{start} FOR EACH ROW{when} EXECUTE FUNCTION {table}_marks()")
        else:
            mark = f"INSERT INTO fact_mark (ticket_id) VALUES (NEW.{key})"  # noqa: S608 - names of our own columns
            op.execute(f"DROP TRIGGER {table}_marks_update")
            op.execute(f"{start}{when} BEGIN {mark}; END")


def _cells(*more: str) -> None:
    kinds = {"customer": sa.SmallInteger(), "priority": sa.SmallInteger(), "channel": sa.String(16)}
    numbers = ("team_id", "type_id", "place_id", "customer", "holder_id")
    key = ("unit", "space", "start", *numbers, "cases", "department_id", *more)
    op.create_table(
        "fact_cell",
        sa.Column("unit", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("space", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        *(sa.Column(name, kinds.get(name, sa.Integer()), nullable=False) for name in numbers),
        sa.Column("cases", sa.Boolean(), nullable=False),
        *(sa.Column(name, kinds.get(name, sa.Integer()), nullable=False) for name in ("department_id", *more)),
        sa.Column("counts", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.LargeBinary()) for name in ("first", "resolution", "lead", "open", "late")),
        sa.PrimaryKeyConstraint(*key, name="pk_fact_cell"),
    )
