"""Macros with their texts, and the tags of requests."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
STATUSES = "'new', 'progress', 'waiting', 'approval', 'supplier', 'solved', 'closed'"
NAMED = sa.text("shortcut <> ''")


def upgrade() -> None:
    op.create_table(
        "macro",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer()),
        sa.Column("owner_id", sa.Integer()),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("shortcut", sa.String(24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.String(32)),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("assign", sa.String(32), nullable=False),
        sa.Column("assignee_id", sa.Integer()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used_at", UTC),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("updated_by_id", sa.Integer()),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_macro_status")),
        sa.CheckConstraint("assign IN ('keep', 'me', 'person', 'nobody')", name=op.f("ck_macro_assign")),
        sa.CheckConstraint("(team_id IS NULL) <> (owner_id IS NULL)", name=op.f("ck_macro_one_keeper")),
        sa.CheckConstraint("(assign = 'person') = (assignee_id IS NOT NULL)", name=op.f("ck_macro_person_named")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name="fk_macro_assignee_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_macro_owner_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_macro_team_id"),
        sa.ForeignKeyConstraint(["updated_by_id"], ["person.id"], name="fk_macro_updated_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_macro"),
    )
    for keeper in ("team_id", "owner_id"):
        op.create_index(f"ix_macro_{keeper}_position", "macro", [keeper, "position"])
        op.create_index(
            f"uq_macro_{keeper}_shortcut",
            "macro",
            [keeper, "shortcut"],
            unique=True,
            postgresql_where=NAMED,
            sqlite_where=NAMED,
        )
    op.create_table(
        "ticket_tag",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_tag_ticket_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_id", "tag", name="pk_ticket_tag"),
    )
    op.create_index("ix_ticket_tag_tag", "ticket_tag", ["tag", "ticket_id"])


def downgrade() -> None:
    op.drop_table("ticket_tag")
    op.drop_table("macro")
