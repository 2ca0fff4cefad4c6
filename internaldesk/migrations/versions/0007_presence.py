"""Who is at a request this moment, and up to when each person has read it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("since", UTC, nullable=False),
        sa.Column("seen_at", UTC, nullable=False),
        sa.CheckConstraint("mode IN ('reply', 'note')", name=op.f("ck_presence_mode")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_presence_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_presence_ticket_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name="pk_presence"),
    )
    op.create_index("ix_presence_seen_at", "presence", ["seen_at"])
    op.create_table(
        "seen",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_seen_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_seen_ticket_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "ticket_id", name="pk_seen"),
    )


def downgrade() -> None:
    op.drop_table("seen")
    op.drop_table("presence")
