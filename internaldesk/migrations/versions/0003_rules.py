"""Promises belong to teams, warn twice, can be waived; changes of rules are written down, long work is in tasks."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEVER = datetime(9999, 12, 31)  # noqa: DTZ001  # the plain column types below take plain instants
UTC = sa.DateTime(timezone=True)
LIVE = "state = 'running' AND breached_at IS NULL"
KINDS = ("trial", "preview", "apply", "calendar", "correct")


def upgrade() -> None:
    _changes()
    _tasks()
    _calendars_and_targets()
    _policies()
    _clocks()
    _notices()
    _tickets()


def downgrade() -> None:
    with op.batch_alter_table("ticket") as batch:
        batch.drop_index("ix_ticket_team_id_risk_at")
        batch.drop_column("risk_at")
    with op.batch_alter_table("sla_notification") as batch:
        batch.drop_index("ix_sla_notification_unsent")
        batch.drop_index("ix_sla_notification_ticket_id")
        for column in ("ticket_id", "team_id", "person_id"):
            batch.drop_constraint(f"fk_sla_notification_{column}", type_="foreignkey")
        for column in ("sent_at", "person_id", "team_id", "ticket_id"):
            batch.drop_column(column)
    with op.batch_alter_table("sla_clock") as batch:
        batch.drop_constraint("fk_sla_clock_waived_by_id", type_="foreignkey")
        batch.drop_index("ix_sla_clock_warn_at")
        for column in ("waived_by_id", "waived_why", "waived_at", "warn_at", "soon_at"):
            batch.drop_column(column)
        batch.create_index("ix_sla_clock_at_risk_at", ["at_risk_at"], **_where(LIVE))
    _policies_back()
    with op.batch_alter_table("sla_target") as batch:
        batch.add_column(sa.Column("pause_on", sa.JSON()))
    op.execute("DELETE FROM ola_target")
    with op.batch_alter_table("ola_target") as batch:
        batch.drop_constraint(op.f("ck_ola_target_some_time"), type_="check")
        batch.add_column(sa.Column("calendar_id", sa.Integer(), nullable=False))
        batch.add_column(sa.Column("pause_on", sa.JSON()))
        batch.create_foreign_key("fk_ola_target_calendar_id", "business_calendar", ["calendar_id"], ["id"])
    with op.batch_alter_table("calendar_version") as batch:
        batch.drop_constraint("fk_calendar_version_author_id", type_="foreignkey")
        batch.drop_column("note")
        batch.drop_column("author_id")
    op.drop_table("sla_task")
    op.drop_table("sla_change")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION sla_change_append_only()")


def _changes() -> None:
    op.create_table(
        "sla_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("team_id", sa.Integer()),
        sa.Column("policy_id", sa.Integer()),
        sa.Column("calendar_id", sa.Integer()),
        sa.Column("words", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_sla_change_actor_id"),
        sa.ForeignKeyConstraint(["calendar_id"], ["business_calendar.id"], name="fk_sla_change_calendar_id"),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policy.id"], name="fk_sla_change_policy_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_sla_change_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sla_change"),
    )
    op.create_index("ix_sla_change_calendar_id", "sla_change", ["calendar_id", "id"])
    op.create_index("ix_sla_change_policy_id", "sla_change", ["policy_id", "id"])
    op.create_index("ix_sla_change_team_id", "sla_change", ["team_id", "at"])
    for statement in _append_only("sla_change"):
        op.execute(statement)


def _tasks() -> None:
    allowed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_table(
        "sla_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("policy_id", sa.Integer()),
        sa.Column("calendar_id", sa.Integer()),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("asked_by_id", sa.Integer()),
        sa.Column("asked_at", UTC, nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.Column("finished_at", UTC),
        sa.CheckConstraint(f"kind IN ({allowed})", name=op.f("ck_sla_task_taskkind")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name="fk_sla_task_asked_by_id"),
        sa.ForeignKeyConstraint(["calendar_id"], ["business_calendar.id"], name="fk_sla_task_calendar_id"),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policy.id"], name="fk_sla_task_policy_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sla_task"),
    )
    op.create_index("ix_sla_task_calendar_id", "sla_task", ["calendar_id", "id"])
    op.create_index("ix_sla_task_policy_id", "sla_task", ["policy_id", "id"])
    op.create_index("ix_sla_task_undone", "sla_task", ["id"], **_where("finished_at IS NULL"))


def _calendars_and_targets() -> None:
    _add("calendar_version", sa.Column("author_id", sa.Integer()), sa.Column("note", sa.String(200)))
    op.execute("UPDATE calendar_version SET note = ''")
    with op.batch_alter_table("calendar_version") as batch:
        batch.alter_column("note", existing_type=sa.String(200), nullable=False)
        batch.create_foreign_key("fk_calendar_version_author_id", "person", ["author_id"], ["id"])
    with op.batch_alter_table("ola_target") as batch:
        batch.drop_constraint("fk_ola_target_calendar_id", type_="foreignkey")
        batch.drop_column("pause_on")
        batch.drop_column("calendar_id")
        batch.create_check_constraint(op.f("ck_ola_target_some_time"), "minutes > 0")
    with op.batch_alter_table("sla_target") as batch:
        batch.drop_column("pause_on")


def _policies() -> None:
    with op.batch_alter_table("sla_policy") as batch:
        batch.drop_index("ix_sla_policy_request_type_id_position")
        batch.add_column(sa.Column("team_id", sa.Integer()))
        batch.add_column(sa.Column("fallback", sa.Boolean()))
    team = "(SELECT team_id FROM request_type WHERE request_type.id = sla_policy.request_type_id)"
    op.execute(f"UPDATE sla_policy SET fallback = false, team_id = {team}")  # noqa: S608  # no value of anybody's
    policy = sa.table("sla_policy", sa.column("id"), sa.column("request_type_id"), sa.column("condition", sa.JSON()))
    for row in op.get_bind().execute(sa.select(policy)).all():
        condition = {"types": [row.request_type_id], **row.condition}
        op.execute(policy.update().where(policy.c.id == row.id).values(condition=condition))
    with op.batch_alter_table("sla_policy") as batch:
        batch.drop_constraint("fk_sla_policy_request_type_id", type_="foreignkey")
        batch.drop_column("request_type_id")
        batch.alter_column("team_id", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("fallback", existing_type=sa.Boolean(), nullable=False)
        batch.create_foreign_key("fk_sla_policy_team_id", "team", ["team_id"], ["id"])
        batch.create_index("ix_sla_policy_team_id_position", ["team_id", "position"])
    _add(
        "sla_policy_version",
        sa.Column("warn_minutes", sa.Integer()),
        sa.Column("pause_on", sa.JSON()),
        sa.Column("escalate_to_id", sa.Integer()),
        sa.Column("author_id", sa.Integer()),
        sa.Column("note", sa.String(200)),
    )
    op.execute("UPDATE sla_policy_version SET note = ''")
    with op.batch_alter_table("sla_policy_version") as batch:
        batch.alter_column("note", existing_type=sa.String(200), nullable=False)
        for column in ("escalate_to_id", "author_id"):
            batch.create_foreign_key(f"fk_sla_policy_version_{column}", "person", [column], ["id"])


def _policies_back() -> None:
    with op.batch_alter_table("sla_policy_version") as batch:
        for column in ("escalate_to_id", "author_id"):
            batch.drop_constraint(f"fk_sla_policy_version_{column}", type_="foreignkey")
        for column in ("note", "author_id", "escalate_to_id", "pause_on", "warn_minutes"):
            batch.drop_column(column)
    _add("sla_policy", sa.Column("request_type_id", sa.Integer()))
    policy = sa.table("sla_policy", sa.column("id"), sa.column("request_type_id"), sa.column("condition", sa.JSON()))
    for row in op.get_bind().execute(sa.select(policy)).all():
        types = row.condition.get("types") or [None]
        rest = {name: value for name, value in row.condition.items() if name == "priority"}
        changed = policy.update().where(policy.c.id == row.id)
        op.execute(changed.values(request_type_id=types[0], condition=rest))
    with op.batch_alter_table("sla_policy") as batch:
        batch.drop_constraint("fk_sla_policy_team_id", type_="foreignkey")
        batch.drop_index("ix_sla_policy_team_id_position")
        batch.drop_column("fallback")
        batch.drop_column("team_id")
        batch.create_foreign_key("fk_sla_policy_request_type_id", "request_type", ["request_type_id"], ["id"])
        batch.create_index("ix_sla_policy_request_type_id_position", ["request_type_id", "position"])


def _clocks() -> None:
    with op.batch_alter_table("sla_clock") as batch:
        batch.drop_index("ix_sla_clock_at_risk_at")
        batch.add_column(sa.Column("soon_at", UTC))
        batch.add_column(sa.Column("warn_at", UTC))
        batch.add_column(sa.Column("waived_at", UTC))
        batch.add_column(sa.Column("waived_why", sa.String(300)))
        batch.add_column(sa.Column("waived_by_id", sa.Integer()))
        batch.create_foreign_key("fk_sla_clock_waived_by_id", "person", ["waived_by_id"], ["id"])
        batch.create_index("ix_sla_clock_warn_at", ["warn_at"], **_where(LIVE))
    op.execute(f"UPDATE sla_clock SET warn_at = at_risk_at WHERE {LIVE}")  # noqa: S608  # no value of anybody's


def _notices() -> None:
    _add(
        "sla_notification",
        sa.Column("ticket_id", sa.Integer()),
        sa.Column("team_id", sa.Integer()),
        sa.Column("person_id", sa.Integer()),
        sa.Column("sent_at", UTC),
    )
    # What was raised before notices could be sent is not told years later.
    op.execute(
        "UPDATE sla_notification SET sent_at = at, ticket_id = "
        "(SELECT ticket_id FROM sla_clock WHERE sla_clock.id = sla_notification.clock_id)"
    )
    holder = "(SELECT team_id FROM ticket WHERE ticket.id = sla_notification.ticket_id)"
    op.execute(f"UPDATE sla_notification SET team_id = {holder}")  # noqa: S608  # no value of anybody's
    with op.batch_alter_table("sla_notification") as batch:
        batch.alter_column("ticket_id", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("team_id", existing_type=sa.Integer(), nullable=False)
        batch.create_foreign_key("fk_sla_notification_ticket_id", "ticket", ["ticket_id"], ["id"], ondelete="CASCADE")
        batch.create_foreign_key("fk_sla_notification_team_id", "team", ["team_id"], ["id"])
        batch.create_foreign_key("fk_sla_notification_person_id", "person", ["person_id"], ["id"])
        batch.create_index("ix_sla_notification_unsent", ["at"], **_where("sent_at IS NULL"))
        batch.create_index("ix_sla_notification_ticket_id", ["ticket_id"])


def _tickets() -> None:
    _add("ticket", sa.Column("risk_at", UTC))
    ticket = sa.table("ticket", sa.column("id"), sa.column("risk_at", UTC), sa.column("is_open", sa.Boolean()))
    clock = sa.table(
        "sla_clock",
        *(sa.column(name) for name in ("ticket_id", "team_key", "state", "due_at")),
        sa.column("at_risk_at", UTC),
    )
    soonest = sa.select(sa.func.min(clock.c.at_risk_at)).where(
        clock.c.ticket_id == ticket.c.id,
        clock.c.team_key == 0,
        clock.c.state.in_(("running", "paused")),
        clock.c.due_at.is_not(None),
    )
    op.execute(ticket.update().values(risk_at=NEVER))
    risk = sa.func.coalesce(soonest.scalar_subquery(), sa.literal(NEVER, UTC))
    op.execute(ticket.update().where(ticket.c.is_open).values(risk_at=risk))
    with op.batch_alter_table("ticket") as batch:
        batch.alter_column("risk_at", existing_type=UTC, nullable=False)
        batch.create_index("ix_ticket_team_id_risk_at", ["team_id", "risk_at", "id"], **_where("is_open"))


def _add(table: str, *columns: sa.Column) -> None:
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.add_column(column)


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def _append_only(table: str) -> list[str]:
    if op.get_bind().dialect.name == "sqlite":
        refusal = f"SELECT RAISE(ABORT, '{table} is append only')"
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN {refusal}; END"
            for verb in ("UPDATE", "DELETE")
        ]
    function = f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    return [
        function + f"RAISE EXCEPTION '{table} is append only'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
    ]
