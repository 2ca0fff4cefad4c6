"""Requests imported from other desks, with their numbers there; what leads see to after a low rating."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
OPEN = sa.text("done_at IS NULL")


def upgrade() -> None:
    _imports()
    _follow_ups()


def downgrade() -> None:
    for table in ("follow_up", "imported_ticket", "import_source"):
        op.drop_table(table)


def _imports() -> None:
    op.create_table(
        "import_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("first_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_source"),
        sa.UniqueConstraint("name", name="uq_import_source_name"),
    )
    op.create_table(
        "imported_ticket",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_imported_ticket_ticket_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["import_source.id"], name="fk_imported_ticket_source_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_imported_ticket"),
        sa.UniqueConstraint("source_id", "number", name="uq_imported_ticket_source_id_number"),
    )


def _follow_ups() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rating_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("done_at", UTC),
        sa.Column("done_by_id", sa.Integer()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_follow_up_done_together")),
        sa.ForeignKeyConstraint(["rating_id"], ["rating.id"], name="fk_follow_up_rating_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_follow_up_ticket_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_follow_up_team_id"),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name="fk_follow_up_done_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up"),
        sa.UniqueConstraint("rating_id", name="uq_follow_up_rating_id"),
    )
    op.create_index("ix_follow_up_ticket_id", "follow_up", ["ticket_id"])
    op.create_index("ix_follow_up_team_id_id", "follow_up", ["team_id", "id"])
    op.create_index("ix_follow_up_open", "follow_up", ["team_id", "id"], postgresql_where=OPEN, sqlite_where=OPEN)
