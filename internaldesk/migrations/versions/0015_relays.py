"""Words that are said on several requests at once."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
UNSAID = sa.text("done_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "relay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("then", sa.String(16), nullable=False),
        sa.Column("asked_at", UTC, nullable=False),
        sa.Column("done_at", UTC),
        sa.Column("left_out", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_relay_message_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_relay_ticket_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_relay_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay")),
    )
    op.create_index("uq_relay_message_id_ticket_id", "relay", ["message_id", "ticket_id"], unique=True)
    op.create_index(op.f("ix_relay_ticket_id"), "relay", ["ticket_id"])
    op.create_index("ix_relay_waiting", "relay", ["id"], postgresql_where=UNSAID, sqlite_where=UNSAID)


def downgrade() -> None:
    op.drop_table("relay")
