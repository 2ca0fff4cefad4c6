"""That teams were trained, as dated notes."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)
KEYS = {
    "team_id": "team.id",
    "request_type_id": "request_type.id",
    "noted_by_id": "person.id",
    "removed_by_id": "person.id",
}


def upgrade() -> None:
    op.create_table(
        "training",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("request_type_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("noted_at", UTC, nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", UTC),
        sa.Column("removed_by_id", sa.Integer()),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name=op.f("ck_training_removed_together")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_training_{column}"))
            for column, target in KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
    )
    op.create_index("ix_training_team_id_held_on", "training", ["team_id", "held_on"])


def downgrade() -> None:
    op.drop_index("ix_training_team_id_held_on", "training")
    op.drop_table("training")
