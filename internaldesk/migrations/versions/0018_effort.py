"""What requests take besides their answers is counted, too, so decisions mark the requests they are about."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

VERBS = {
    "insert": ("INSERT", "NEW"),
    "update": ("UPDATE OF state, decided_at", "NEW"),
    "delete": ("DELETE", "OLD"),
}


def upgrade() -> None:
    op.create_index("ix_ticket_again", "ticket", ["requester_id", "request_type_id", "filed_at"])
    if op.get_bind().dialect.name == "postgresql":
        old, new = _mark("OLD"), _mark("NEW")
        function = "CREATE FUNCTION approval_round_marks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        function += f"IF TG_OP = 'DELETE' THEN {old}; ELSE {new}; END IF; RETURN NULL; END $$"
        op.execute(function)
    for name, (verb, row) in VERBS.items():
        start = f"CREATE TRIGGER approval_round_marks_{name} AFTER {verb} ON approval_round"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"{start} FOR EACH ROW EXECUTE FUNCTION approval_round_marks()")
        else:
            op.execute(f"{start} BEGIN {_mark(row)}; END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION approval_round_marks() CASCADE")
    else:
        for name in VERBS:
            op.execute(f"DROP TRIGGER approval_round_marks_{name}")
    op.drop_index("ix_ticket_again", "ticket")


def _mark(row: str) -> str:
    return f"INSERT INTO fact_mark (ticket_id) VALUES ({row}.ticket_id)"  # noqa: S608 - a name of our own
