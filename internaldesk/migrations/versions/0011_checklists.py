"""Checklists of teams, their versions, and the steps of requests."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
KEPT = sa.text("retired_at IS NULL")
TO_ASK = sa.text("child_id IS NULL AND done_at IS NULL AND dropped_at IS NULL AND request_type_id IS NOT NULL")


def upgrade() -> None:
    _checklists()
    _versions()
    _steps()


def downgrade() -> None:
    for table in ("step", "checklist_version", "checklist"):
        op.drop_table(table)


def _checklists() -> None:
    op.create_table(
        "checklist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("request_type_id", sa.Integer()),
        sa.Column("origin", sa.String(130), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", UTC),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_checklist_team_id"),
        sa.ForeignKeyConstraint(["request_type_id"], ["request_type.id"], name="fk_checklist_request_type_id"),
        sa.PrimaryKeyConstraint("id", name="pk_checklist"),
    )
    op.create_index("ix_checklist_team_id_position", "checklist", ["team_id", "position"])
    op.create_index(
        "uq_checklist_request_type_id",
        "checklist",
        ["request_type_id"],
        unique=True,
        postgresql_where=KEPT,
        sqlite_where=KEPT,
    )


def _versions() -> None:
    op.create_table(
        "checklist_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(40), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklist.id"], name="fk_checklist_version_checklist_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_checklist_version_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_version"),
        sa.UniqueConstraint("checklist_id", "number", name="uq_checklist_version_checklist_id_number"),
    )


def _steps() -> None:
    op.create_table(
        "step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("checklist_id", sa.Integer()),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("request_type_id", sa.Integer()),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("after_id", sa.Integer()),
        sa.Column("begins_at", UTC, nullable=False),
        sa.Column("due_at", UTC),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("child_id", sa.Integer()),
        sa.Column("made_at", UTC, nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("done_at", UTC),
        sa.Column("done_by_id", sa.Integer()),
        sa.Column("dropped_at", UTC),
        sa.Column("dropped_by_id", sa.Integer()),
        *_checks(),
        *_keys(),
        sa.PrimaryKeyConstraint("id", name="pk_step"),
    )
    op.create_index("ix_step_ticket_id_position", "step", ["ticket_id", "position"])
    op.create_index("uq_step_child_id", "step", ["child_id"], unique=True)
    op.create_index("ix_step_begins_at", "step", ["begins_at"], postgresql_where=TO_ASK, sqlite_where=TO_ASK)


def _checks() -> list[sa.CheckConstraint]:
    rules = {
        "done_together": "(done_at IS NULL) = (done_by_id IS NULL)",
        "dropped_together": "(dropped_at IS NULL) = (dropped_by_id IS NULL)",
        "asks_for_child": "request_type_id IS NOT NULL OR child_id IS NULL",
        "child_is_done": "request_type_id IS NULL OR done_at IS NULL",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_step_{name}")) for name, rule in rules.items()]


def _keys() -> list[sa.ForeignKeyConstraint]:
    owned = {"ticket_id": "ticket.id", "child_id": "ticket.id", "after_id": "step.id"}
    others = {
        "checklist_id": "checklist.id",
        "team_id": "team.id",
        "request_type_id": "request_type.id",
        "made_by_id": "person.id",
        "done_by_id": "person.id",
        "dropped_by_id": "person.id",
    }
    return [
        *(sa.ForeignKeyConstraint([c], [to], name=f"fk_step_{c}", ondelete="CASCADE") for c, to in owned.items()),
        *(sa.ForeignKeyConstraint([c], [to], name=f"fk_step_{c}") for c, to in others.items()),
    ]
