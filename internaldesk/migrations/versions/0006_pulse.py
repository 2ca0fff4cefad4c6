"""A count of changes per team, so that lists can ask cheaply whether they are still current."""

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
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_team_pulse_team_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", name="pk_team_pulse"),
    )


def downgrade() -> None:
    op.drop_table("team_pulse")
