"""Thanks between co-workers, what teams answer about themselves, and the way to what one person solved."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    _thanks()
    _mirror()
    op.create_index("ix_ticket_solved_by_id_solved_at", "ticket", ["solved_by_id", "solved_at"])


def downgrade() -> None:
    op.drop_index("ix_ticket_solved_by_id_solved_at", "ticket")
    for table in ("mirror_count", "mirror_voice", "thanks"):
        op.drop_table(table)


def _thanks() -> None:
    op.create_table(
        "thanks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("giver_id", sa.Integer(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("hidden_at", UTC),
        sa.CheckConstraint("tag IN ('fast', 'clear', 'friendly', 'extra')", name=op.f("ck_thanks_tag")),
        sa.CheckConstraint("giver_id != receiver_id", name=op.f("ck_thanks_not_oneself")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_thanks_ticket_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["giver_id"], ["person.id"], name=op.f("fk_thanks_giver_id")),
        sa.ForeignKeyConstraint(["receiver_id"], ["person.id"], name=op.f("fk_thanks_receiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thanks")),
    )
    op.create_index("uq_thanks_ticket_id_giver_id", "thanks", ["ticket_id", "giver_id"], unique=True)
    op.create_index("ix_thanks_receiver_id_at", "thanks", ["receiver_id", "at"])
    op.create_index("ix_thanks_giver_id_receiver_id_at", "thanks", ["giver_id", "receiver_id", "at"])


def _mirror() -> None:
    op.create_table(
        "mirror_voice",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_mirror_voice_team_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mirror_voice_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "quarter", "person_id", name=op.f("pk_mirror_voice")),
    )
    op.create_index(op.f("ix_mirror_voice_person_id"), "mirror_voice", ["person_id"])
    op.create_table(
        "mirror_count",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("question", sa.String(16), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_mirror_count_score_range")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_mirror_count_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", "quarter", "question", "score", name=op.f("pk_mirror_count")),
    )
