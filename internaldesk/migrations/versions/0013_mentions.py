"""Who was called by name in the conversation of a request."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mention",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_mention_ticket_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mention_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_mention_by_id"),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", "at", name="pk_mention"),
    )
    op.create_index("ix_mention_person_id_at", "mention", ["person_id", "at"])


def downgrade() -> None:
    op.drop_table("mention")
