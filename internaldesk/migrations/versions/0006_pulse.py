"""A count of changes per team, so that lists ask cheaply whether they are current; what was just done to many."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team_pulse",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_pulse_team_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", "cases", name="pk_team_pulse"),
    )
    op.create_table(
        "undo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_undo_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_undo"),
    )
    op.create_index("ix_undo_at", "undo", ["at"])


def downgrade() -> None:
    op.drop_table("undo")
    op.drop_table("team_pulse")
