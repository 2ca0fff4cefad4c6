"""Pairs of requests, what was left alone in Take next, saved views, and messages taken back in time."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
STANDS = sa.text("ended_at IS NULL")
OWN, SHARED = sa.text("team_id IS NULL"), sa.text("team_id IS NOT NULL")


def upgrade() -> None:
    _links()
    _skips()
    _views()
    with op.batch_alter_table("message") as batch:
        batch.add_column(sa.Column("taken_back_at", UTC))


def downgrade() -> None:
    with op.batch_alter_table("message") as batch:
        batch.drop_column("taken_back_at")
    for table in ("saved_view", "skip", "link"):
        op.drop_table(table)


def _links() -> None:
    kinds = "'merged', 'cause', 'child', 'split', 'follow-up'"
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", UTC),
        sa.Column("ended_by_id", sa.Integer()),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_link_linkkind")),
        sa.CheckConstraint("ticket_id <> other_id", name=op.f("ck_link_two_tickets")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_link_ended_together")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_link_ticket_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name="fk_link_other_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name="fk_link_made_by_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name="fk_link_ended_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
    )
    op.create_index(
        "uq_link_ticket_id_kind",
        "link",
        ["ticket_id", "kind"],
        unique=True,
        postgresql_where=STANDS,
        sqlite_where=STANDS,
    )
    op.create_index("ix_link_other_id_kind", "link", ["other_id", "kind"])


def _skips() -> None:
    op.create_table(
        "skip",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("until", UTC, nullable=False),
        sa.CheckConstraint("reason IN ('part', 'skill', 'conflict')", name=op.f("ck_skip_skipreason")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_skip_ticket_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_skip_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name="pk_skip"),
    )
    op.create_index("ix_skip_person_id_until", "skip", ["person_id", "until"])


def _views() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(8), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer()),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("view", sa.String(40), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.CheckConstraint("page IN ('queue', 'quality')", name=op.f("ck_saved_view_page")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_saved_view_owner_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_saved_view_team_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
    )
    own, shared = (["owner_id", "page", "name"], OWN), (["team_id", "page", "name"], SHARED)
    for name, (columns, rows) in {"own": own, "shared": shared}.items():
        op.create_index(
            f"uq_saved_view_{name}", "saved_view", columns, unique=True, postgresql_where=rows, sqlite_where=rows
        )
