"""Requests that file themselves: the plans of teams, and what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
DUE = sa.text("paused_at IS NULL AND removed_at IS NULL")
FOR_A_DAY = sa.text("due_on IS NOT NULL")
DEEDS = "'planned', 'changed', 'paused', 'resumed', 'removed', 'filed', 'skipped'"
NEEDED, MAY_GO = {"nullable": False}, {"ondelete": "SET NULL"}


def upgrade() -> None:
    op.create_table(
        "recurring_plan",
        *_request(),
        *_rule(),
        *_progress(),
        *_checks(),
        *_owners(),
        sa.PrimaryKeyConstraint("id", name="pk_recurring_plan"),
    )
    op.create_index("ix_recurring_plan_team_id", "recurring_plan", ["team_id"])
    op.create_index("ix_recurring_plan_next_at", "recurring_plan", ["next_at"], postgresql_where=DUE, sqlite_where=DUE)
    _lines()


def downgrade() -> None:
    for table in ("recurring_line", "recurring_plan"):
        op.drop_table(table)


def _request() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Integer(), **NEEDED),
        sa.Column("team_id", sa.Integer(), **NEEDED),
        sa.Column("request_type_id", sa.Integer(), **NEEDED),
        sa.Column("form_version_id", sa.Integer(), **NEEDED),
        sa.Column("requester_id", sa.Integer(), **NEEDED),
        sa.Column("assignee_id", sa.Integer()),
        sa.Column("summary", sa.String(200), **NEEDED),
        sa.Column("details", sa.Text(), **NEEDED),
        sa.Column("answers", sa.JSON(), **NEEDED),
    ]


def _rule() -> list[sa.Column]:
    return [
        sa.Column("unit", sa.String(32), **NEEDED),
        sa.Column("every", sa.Integer(), **NEEDED),
        sa.Column("weekdays", sa.JSON(), **NEEDED),
        sa.Column("day", sa.Integer()),
        sa.Column("nth", sa.Integer()),
        sa.Column("weekday", sa.Integer()),
        sa.Column("minute", sa.Integer(), **NEEDED),
        sa.Column("closed", sa.String(32), **NEEDED),
        sa.Column("starts_on", sa.Date(), **NEEDED),
        sa.Column("ends_on", sa.Date()),
        sa.Column("times", sa.Integer()),
    ]


def _progress() -> list[sa.Column]:
    return [
        sa.Column("skip_open", sa.Boolean(), **NEEDED),
        sa.Column("next_on", sa.Date()),
        sa.Column("next_at", UTC),
        sa.Column("done", sa.Integer(), **NEEDED),
        sa.Column("last_ticket_id", sa.Integer()),
        sa.Column("paused_at", UTC),
        sa.Column("removed_at", UTC),
        sa.Column("version", sa.Integer(), **NEEDED),
        sa.Column("made_at", UTC, **NEEDED),
        sa.Column("made_by_id", sa.Integer(), **NEEDED),
    ]


def _checks() -> list[sa.CheckConstraint]:
    checks = {
        "unit": "unit IN ('day', 'week', 'month', 'year')",
        "closed": "closed IN ('next', 'previous', 'anyway')",
        "next_together": "(next_on IS NULL) = (next_at IS NULL)",
        "weekday_counted": "(nth IS NULL) = (weekday IS NULL)",
        "every_positive": "every >= 1",
        "minute_of_day": "minute BETWEEN 0 AND 1439",
    }
    return [sa.CheckConstraint(check, name=op.f(f"ck_recurring_plan_{name}")) for name, check in checks.items()]


def _owners() -> list[sa.ForeignKeyConstraint]:
    owners = {
        "team_id": ("team", {}),
        "request_type_id": ("request_type", {}),
        "form_version_id": ("form_version", {}),
        "requester_id": ("person", {}),
        "assignee_id": ("person", {}),
        "last_ticket_id": ("ticket", MAY_GO),
        "made_by_id": ("person", {}),
    }
    return [
        sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_recurring_plan_{column}", **rule)
        for column, (table, rule) in owners.items()
    ]


def _lines() -> None:
    op.create_table(
        "recurring_line",
        sa.Column("id", sa.Integer(), **NEEDED),
        sa.Column("plan_id", sa.Integer(), **NEEDED),
        sa.Column("at", UTC, **NEEDED),
        sa.Column("by_id", sa.Integer()),
        sa.Column("deed", sa.String(32), **NEEDED),
        sa.Column("due_on", sa.Date()),
        sa.Column("ticket_id", sa.Integer()),
        sa.Column("words", sa.Text(), **NEEDED),
        sa.CheckConstraint(f"deed IN ({DEEDS})", name=op.f("ck_recurring_line_plandeed")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["recurring_plan.id"], name="fk_recurring_line_plan_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_recurring_line_by_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_recurring_line_ticket_id", **MAY_GO),
        sa.PrimaryKeyConstraint("id", name="pk_recurring_line"),
    )
    unique = {"unique": True, "postgresql_where": FOR_A_DAY, "sqlite_where": FOR_A_DAY}
    op.create_index("uq_recurring_line_plan_id_due_on", "recurring_line", ["plan_id", "due_on"], **unique)
    op.create_index("ix_recurring_line_plan_id", "recurring_line", ["plan_id", "id"])
