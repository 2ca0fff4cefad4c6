"""A hand-over for a decision names a person, says what is to be decided, and by when."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("holding") as batch:
        batch.add_column(sa.Column("person_id", sa.Integer()))
        batch.add_column(sa.Column("brief", sa.Text()))
        batch.add_column(sa.Column("decide_by", sa.DateTime(timezone=True)))
    op.execute("UPDATE holding SET brief = ''")
    with op.batch_alter_table("holding") as batch:
        batch.alter_column("brief", existing_type=sa.Text(), nullable=False)
        batch.create_foreign_key("fk_holding_person_id", "person", ["person_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("holding") as batch:
        batch.drop_constraint("fk_holding_person_id", type_="foreignkey")
        for column in ("decide_by", "brief", "person_id"):
            batch.drop_column(column)
