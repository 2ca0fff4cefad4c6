"""Kept facts of the service quality page, and the marks by which the database says what they miss."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
SCORES = "attitude, responsiveness, clarity, simplicity"
WATCHED = {
    "ticket": (
        "id",
        "team_id, request_type_id, location_id, confidentiality, customer_waiting, status, filed_at, solved_at,"
        " closed_at, reopened",
        "",
    ),
    "sla_clock": (
        "ticket_id",
        "state, target_seconds, used_seconds, breached_at, cause, decided_at, decided_team_id, decided_type_id,"
        " waived_at",
        "NEW.decided_at IS NOT NULL",
    ),
    "rating": ("ticket_id", f"team_id, request_type_id, {SCORES}, comment, at", ""),
    "rating_invite": ("ticket_id", "at, withdrawn_at", ""),
}


def upgrade() -> None:
    _tables()
    _cells()
    dialect = op.get_bind().dialect.name
    for table, rule in WATCHED.items():
        for of, statement in marking(table, *rule):
            if of == dialect:
                op.execute(statement)


def downgrade() -> None:
    for table in WATCHED:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION {table}_marks() CASCADE")
            continue
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_marks_{verb}")
    for table in ("fact_mark", "fact_ticket", "fact_cell", "fact_state"):
        op.drop_table(table)


def marking(table: str, key: str, columns: str, when: str) -> list[tuple[str, str]]:
    old = when.replace("NEW.", "OLD.")
    verbs = {
        "insert": ("INSERT", "NEW", when),
        "update": (f"UPDATE OF {columns}", "NEW", f"{when} OR {old}" if when else ""),
        "delete": ("DELETE", "OLD", old),
    }
    function = f"CREATE FUNCTION {table}_marks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    function += f"IF TG_OP = 'DELETE' THEN {_mark('OLD', key)}; ELSE {_mark('NEW', key)}; END IF; RETURN NULL; END $$"
    statements = [("postgresql", function)]
    for name, (verb, row, condition) in verbs.items():
        only = f" WHEN ({condition})" if condition else ""
        start = f"CREATE TRIGGER {table}_marks_{name} AFTER {verb} ON {table}"
        statements.append(("sqlite", f"{start}{only} BEGIN {_mark(row, key)}; END"))
        statements.append(("postgresql", f"{start} FOR EACH ROW{only} EXECUTE FUNCTION {table}_marks()"))
    return statements


def _mark(row: str, key: str) -> str:
    return f"INSERT INTO fact_mark (ticket_id) VALUES ({row}.{key})"  # noqa: S608 - names of our own columns


def _tables() -> None:
    op.create_table(
        "fact_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fact_mark"),
    )
    op.create_table(
        "fact_ticket",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("customer", sa.Boolean(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Boolean(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("due_at", UTC),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_fact_ticket"),
    )
    op.create_index("ix_fact_ticket_due_at", "fact_ticket", ["due_at"])
    op.create_table(
        "fact_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("built_at", UTC),
        sa.Column("fresh_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fact_state"),
    )


def _cells() -> None:
    numbers = ("team_id", "type_id", "place_id", "customer", "holder_id")
    key = ("unit", "space", "start", *numbers, "cases")
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
        sa.Column("counts", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.LargeBinary()) for name in ("first", "resolution", "lead", "open", "late")),
        sa.PrimaryKeyConstraint(*key, name="pk_fact_cell"),
    )
