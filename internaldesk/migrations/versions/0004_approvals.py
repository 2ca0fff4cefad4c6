"""Questions for approval: rounds, steps and ballots, reminders, stand-ins, and who holds which role."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
TABLES = ("approval_notice", "approval_ballot", "approval_step", "approval_round", "role_holder", "stand_in")


def upgrade() -> None:
    _rounds()
    _steps()
    _ballots()
    _notices()
    _stand_ins()
    _holders()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _rounds() -> None:
    op.create_table(
        "approval_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("by_rule", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("amount", sa.String(24), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTC, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("decided_at", UTC),
        _allowed("approval_round", "state", "waiting", "approved", "refused", "withdrawn"),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_approval_round_decided_when_over")
        ),
        _person("approval_round", "asked_by_id"),
        _parent("approval_round", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_approval_round"),
        sa.UniqueConstraint("ticket_id", "number", name="uq_approval_round_ticket_id_number"),
    )
    waits = _where("state = 'waiting'")
    op.create_index("ix_approval_round_waiting", "approval_round", ["ticket_id"], unique=True, **waits)


def _steps() -> None:
    op.create_table(
        "approval_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("shows", sa.JSON(), nullable=False),
        sa.Column("opened_at", UTC),
        sa.Column("closed_at", UTC),
        sa.Column("remind_at", UTC),
        sa.Column("escalate_at", UTC),
        sa.CheckConstraint("quorum > 0", name=op.f("ck_approval_step_somebody_decides")),
        sa.CheckConstraint("closed_at IS NULL OR remind_at IS NULL", name=op.f("ck_approval_step_quiet_when_closed")),
        _parent("approval_step", "round_id", "approval_round"),
        sa.PrimaryKeyConstraint("id", name="pk_approval_step"),
        sa.UniqueConstraint("round_id", "position", name="uq_approval_step_round_id_position"),
    )
    op.create_index("ix_approval_step_remind_at", "approval_step", ["remind_at"], **_where("remind_at IS NOT NULL"))


def _ballots() -> None:
    sources = ("named", "holder", "line", "lead", "case", "manager", "admin")
    op.create_table(
        "approval_ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("decision", sa.String(32)),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("at", UTC),
        sa.Column("by_id", sa.Integer()),
        sa.Column("via", sa.String(8), nullable=False),
        _allowed("approval_ballot", "source", *sources),
        _allowed("approval_ballot", "decision", "approved", "refused"),
        sa.CheckConstraint("(decision IS NULL) = (at IS NULL)", name=op.f("ck_approval_ballot_cast_at")),
        sa.CheckConstraint("(decision IS NULL) = (by_id IS NULL)", name=op.f("ck_approval_ballot_cast_by")),
        sa.CheckConstraint(
            "decision IS NULL OR decision <> 'refused' OR reason <> ''",
            name=op.f("ck_approval_ballot_refused_with_reason"),
        ),
        _person("approval_ballot", "by_id"),
        _person("approval_ballot", "person_id"),
        _parent("approval_ballot", "step_id", "approval_step"),
        sa.PrimaryKeyConstraint("id", name="pk_approval_ballot"),
        sa.UniqueConstraint("step_id", "person_id", name="uq_approval_ballot_step_id_person_id"),
    )
    op.create_index("ix_approval_ballot_by_id_at", "approval_ballot", ["by_id", "at"])
    op.create_index("ix_approval_ballot_person_id", "approval_ballot", ["person_id"], **_where("decision IS NULL"))


def _notices() -> None:
    op.create_table(
        "approval_notice",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("sent_at", UTC),
        _parent("approval_notice", "ballot_id", "approval_ballot"),
        _person("approval_notice", "person_id"),
        sa.PrimaryKeyConstraint("ballot_id", "kind", "person_id", name="pk_approval_notice"),
    )
    op.create_index("ix_approval_notice_unsent", "approval_notice", ["at"], **_where("sent_at IS NULL"))


def _stand_ins() -> None:
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stand_in_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("starts_at", UTC, nullable=False),
        sa.Column("ends_at", UTC, nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.CheckConstraint("person_id <> stand_in_id", name=op.f("ck_stand_in_somebody_else")),
        sa.CheckConstraint("from_day <= to_day", name=op.f("ck_stand_in_days_in_order")),
        _parent("stand_in", "person_id", "person"),
        _parent("stand_in", "stand_in_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_stand_in"),
    )
    op.create_index("ix_stand_in_person_id_ends_at", "stand_in", ["person_id", "ends_at"])
    op.create_index("ix_stand_in_stand_in_id_ends_at", "stand_in", ["stand_in_id", "ends_at"])


def _holders() -> None:
    op.create_table(
        "role_holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _parent("role_holder", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_role_holder"),
        sa.UniqueConstraint("role", "about", "person_id", name="uq_role_holder_role_about_person_id"),
    )


def _allowed(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=f"fk_{table}_{column}")


def _parent(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
