"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "business_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_calendar")),
        sa.UniqueConstraint("slug", name=op.f("uq_business_calendar_slug")),
    )
    op.create_table(
        "form_key",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_form_key")),
    )
    with op.batch_alter_table("form_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_key_at"), ["at"], unique=False)

    op.create_table(
        "job",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    op.create_table(
        "location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("slug", name=op.f("uq_location_slug")),
    )
    op.create_table(
        "sign_in_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), server_default=sa.text("('')"), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_try")),
    )
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_try_account_at", ["account", "at"], unique=False)
        batch_op.create_index("ix_sign_in_try_source_at", ["source", "at"], unique=False)

    op.create_table(
        "calendar_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tzdata", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["business_calendar.id"], name=op.f("fk_calendar_version_calendar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_version")),
    )
    with op.batch_alter_table("calendar_version", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_version_calendar_id_valid_from", ["calendar_id", "valid_from"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("job_title", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("line_manager_id", sa.Integer(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("manager", sa.Boolean(), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower")),
        sa.ForeignKeyConstraint(["line_manager_id"], ["person.id"], name=op.f("fk_person_line_manager_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_person_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_name"), ["name"], unique=False)

    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("icon", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hotline", sa.String(length=32), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["business_calendar.id"], name=op.f("fk_team_calendar_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("slug", name=op.f("uq_team_slug")),
    )
    op.create_table(
        "calendar_closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("from_min", sa.Integer(), nullable=False),
        sa.Column("to_min", sa.Integer(), nullable=False),
        sa.Column("opening", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["calendar_version.id"], name=op.f("fk_calendar_closure_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_closure")),
    )
    with op.batch_alter_table("calendar_closure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_closure_version_id"), ["version_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "place", name=op.f("pk_draft")),
    )
    op.create_table(
        "membership",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("agent", "lead", name="teamrole", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("case_group", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_membership_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "team_id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_team_id"), ["team_id"], unique=False)

    op.create_table(
        "ola_target",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "urgent", "high", "medium", "low", name="priority", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("pause_on", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["calendar_id"], ["business_calendar.id"], name=op.f("fk_ola_target_calendar_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_ola_target_team_id")),
        sa.PrimaryKeyConstraint("team_id", "priority", name=op.f("pk_ola_target")),
    )
    op.create_table(
        "password_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_password_link_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_link_token_hash")),
    )
    op.create_table(
        "request_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("icon", sa.String(length=32), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("all", "managers", name="audience", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "confidentiality",
            sa.Enum("O", "T", "C", name="confidentiality", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("priority_rule", sa.JSON(), nullable=False),
        sa.Column("approval_rule", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_request_type_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_type")),
        sa.UniqueConstraint("team_id", "slug", name=op.f("uq_request_type_team_id_slug")),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_web_session_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "form_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_type_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_type_id"], ["request_type.id"], name=op.f("fk_form_version_request_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_version")),
        sa.UniqueConstraint("request_type_id", "number", name=op.f("uq_form_version_request_type_id_number")),
    )
    op.create_table(
        "sla_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("request_type_id", sa.Integer(), nullable=True),
        sa.Column("condition", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["request_type_id"], ["request_type.id"], name=op.f("fk_sla_policy_request_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policy")),
    )
    with op.batch_alter_table("sla_policy", schema=None) as batch_op:
        batch_op.create_index("ix_sla_policy_request_type_id_position", ["request_type_id", "position"], unique=False)

    op.create_table(
        "type_pulse",
        sa.Column("request_type_id", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("median_seconds", sa.Integer(), nullable=True),
        sa.Column("p90_seconds", sa.Integer(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_type_id"], ["request_type.id"], name=op.f("fk_type_pulse_request_type_id")),
        sa.PrimaryKeyConstraint("request_type_id", name=op.f("pk_type_pulse")),
    )
    op.create_table(
        "type_use",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("request_type_id", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_type_use_location_id")),
        sa.ForeignKeyConstraint(["request_type_id"], ["request_type.id"], name=op.f("fk_type_use_request_type_id")),
        sa.PrimaryKeyConstraint("location_id", "request_type_id", name=op.f("pk_type_use")),
    )
    op.create_table(
        "sla_policy_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("follow_team", sa.Boolean(), nullable=False),
        sa.Column("on_reopen", sa.String(length=16), nullable=False),
        sa.Column("at_risk_percent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["business_calendar.id"], name=op.f("fk_sla_policy_version_calendar_id")
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policy.id"], name=op.f("fk_sla_policy_version_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policy_version")),
    )
    with op.batch_alter_table("sla_policy_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sla_policy_version_policy_id"), ["policy_id"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_type_id", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("for_person_id", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column(
            "confidentiality",
            sa.Enum("O", "T", "C", name="confidentiality", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "progress",
                "waiting",
                "approval",
                "supplier",
                "solved",
                "closed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_reason", sa.String(length=300), nullable=False),
        sa.Column("status_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "priority",
            sa.Enum(
                "urgent", "high", "medium", "low", name="priority", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("priority_why", sa.String(length=200), nullable=False),
        sa.Column("customer_waiting", sa.Boolean(), nullable=False),
        sa.Column("customer", sa.String(length=200), nullable=False),
        sa.Column("needed_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("transferred", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("queue_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "next_target",
            sa.Enum(
                "first_response",
                "next_response",
                "resolution",
                "periodic_update",
                "ola",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("next_seconds", sa.Integer(), nullable=True),
        sa.Column("next_calendar_version_id", sa.Integer(), nullable=True),
        sa.Column("last_word", sa.String(length=200), nullable=False),
        sa.Column("last_word_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_word_by_id", sa.Integer(), nullable=False),
        sa.Column("has_files", sa.Boolean(), nullable=False),
        sa.CheckConstraint("customer_waiting OR customer = ''", name=op.f("ck_ticket_customer_only_if_waiting")),
        sa.CheckConstraint("is_open = (status NOT IN ('solved', 'closed'))", name=op.f("ck_ticket_open_is_status")),
        sa.CheckConstraint("(solved_at IS NULL) = (solved_by_id IS NULL)", name=op.f("ck_ticket_solved_together")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_ticket_assignee_id")),
        sa.ForeignKeyConstraint(["for_person_id"], ["person.id"], name=op.f("fk_ticket_for_person_id")),
        sa.ForeignKeyConstraint(["form_version_id"], ["form_version.id"], name=op.f("fk_ticket_form_version_id")),
        sa.ForeignKeyConstraint(["last_word_by_id"], ["person.id"], name=op.f("fk_ticket_last_word_by_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_ticket_location_id")),
        sa.ForeignKeyConstraint(
            ["next_calendar_version_id"], ["calendar_version.id"], name=op.f("fk_ticket_next_calendar_version_id")
        ),
        sa.ForeignKeyConstraint(["request_type_id"], ["request_type.id"], name=op.f("fk_ticket_request_type_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["person.id"], name=op.f("fk_ticket_requester_id")),
        sa.ForeignKeyConstraint(["solved_by_id"], ["person.id"], name=op.f("fk_ticket_solved_by_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_ticket_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_filed_at", ["filed_at"], unique=False)
        batch_op.create_index("ix_ticket_for_person_id_updated_at", ["for_person_id", "updated_at"], unique=False)
        batch_op.create_index(
            "ix_ticket_mine",
            ["assignee_id", "queue_at", "id"],
            unique=False,
            postgresql_where=sa.text("is_open"),
            sqlite_where=sa.text("is_open"),
        )
        batch_op.create_index("ix_ticket_requester_id_updated_at", ["requester_id", "updated_at"], unique=False)
        batch_op.create_index("ix_ticket_solved_at_status", ["status", "solved_at"], unique=False)
        batch_op.create_index(
            "ix_ticket_status_until",
            ["status_until"],
            unique=False,
            postgresql_where=sa.text("status = 'waiting'"),
            sqlite_where=sa.text("status = 'waiting'"),
        )
        batch_op.create_index(
            "ix_ticket_team_id_queue_at",
            ["team_id", "queue_at", "id"],
            unique=False,
            postgresql_where=sa.text("is_open"),
            sqlite_where=sa.text("is_open"),
        )
        batch_op.create_index("ix_ticket_team_id_solved_at", ["team_id", "solved_at"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_event_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_ticket_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "follower",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_follower_added_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_follower_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_follower_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name=op.f("pk_follower")),
    )
    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follower_person_id"), ["person_id"], unique=False)

    op.create_table(
        "holding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_holding_team_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_holding_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding")),
    )
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.create_index("ix_holding_ticket_id_team_id", ["ticket_id", "team_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("by_team", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_message_author_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_message_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_ticket_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_note_author_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_note_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index("ix_note_ticket_id", ["ticket_id", "id"], unique=False)

    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("request_type_id", sa.Integer(), nullable=False),
        sa.Column("attitude", sa.Integer(), nullable=True),
        sa.Column("responsiveness", sa.Integer(), nullable=True),
        sa.Column("clarity", sa.Integer(), nullable=True),
        sa.Column("simplicity", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "NOT (attitude IS NULL AND responsiveness IS NULL AND clarity IS NULL AND simplicity IS NULL)",
            name=op.f("ck_rating_at_least_one"),
        ),
        sa.CheckConstraint("attitude BETWEEN 1 AND 5", name=op.f("ck_rating_attitude_range")),
        sa.CheckConstraint("clarity BETWEEN 1 AND 5", name=op.f("ck_rating_clarity_range")),
        sa.CheckConstraint("responsiveness BETWEEN 1 AND 5", name=op.f("ck_rating_responsiveness_range")),
        sa.CheckConstraint("simplicity BETWEEN 1 AND 5", name=op.f("ck_rating_simplicity_range")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rating_person_id")),
        sa.ForeignKeyConstraint(["request_type_id"], ["request_type.id"], name=op.f("fk_rating_request_type_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_rating_team_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_rating_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_rating_ticket_id")),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index("ix_rating_at", ["at"], unique=False)

    op.create_table(
        "rating_invite",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rating_invite_person_id")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_rating_invite_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_invite")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_rating_invite_ticket_id")),
    )
    with op.batch_alter_table("rating_invite", schema=None) as batch_op:
        batch_op.create_index("ix_rating_invite_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_rating_invite_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sla_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "first_response",
                "next_response",
                "resolution",
                "periodic_update",
                "ola",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("team_key", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=True),
        sa.Column("calendar_version_id", sa.Integer(), nullable=False),
        sa.Column("target_seconds", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "paused",
                "stopped",
                "cancelled",
                name="clockstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("pause_reason", sa.String(length=16), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_seconds", sa.Integer(), nullable=False),
        sa.Column("segment_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at_risk_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(length=16), nullable=True),
        sa.Column("cancel_reason", sa.String(length=32), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decided_priority",
            sa.Enum(
                "urgent", "high", "medium", "low", name="priority", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("decided_team_id", sa.Integer(), nullable=True),
        sa.Column("decided_type_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state <> 'running' OR due_at IS NOT NULL", name=op.f("ck_sla_clock_running_has_due")),
        sa.ForeignKeyConstraint(
            ["calendar_version_id"], ["calendar_version.id"], name=op.f("fk_sla_clock_calendar_version_id")
        ),
        sa.ForeignKeyConstraint(["decided_team_id"], ["team.id"], name=op.f("fk_sla_clock_decided_team_id")),
        sa.ForeignKeyConstraint(["decided_type_id"], ["request_type.id"], name=op.f("fk_sla_clock_decided_type_id")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["sla_policy_version.id"], name=op.f("fk_sla_clock_policy_version_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sla_clock_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_clock")),
        sa.UniqueConstraint(
            "ticket_id", "target", "team_key", "cycle", name=op.f("uq_sla_clock_ticket_id_target_team_key_cycle")
        ),
    )
    with op.batch_alter_table("sla_clock", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sla_clock_at_risk_at",
            ["at_risk_at"],
            unique=False,
            postgresql_where=sa.text("state = 'running' AND breached_at IS NULL"),
            sqlite_where=sa.text("state = 'running' AND breached_at IS NULL"),
        )
        batch_op.create_index(
            "ix_sla_clock_due_at",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("state = 'running' AND breached_at IS NULL"),
            sqlite_where=sa.text("state = 'running' AND breached_at IS NULL"),
        )
        batch_op.create_index("ix_sla_clock_target_breached_at", ["target", "breached_at"], unique=False)
        batch_op.create_index("ix_sla_clock_target_decided_at", ["target", "decided_at"], unique=False)
        batch_op.create_index("ix_sla_clock_target_stopped_at", ["target", "stopped_at"], unique=False)

    op.create_table(
        "sla_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_sla_event_actor_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sla_event_ticket_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_event")),
        sa.UniqueConstraint("ticket_id", "seq", name=op.f("uq_sla_event_ticket_id_seq")),
    )
    op.create_table(
        "sla_target",
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "urgent", "high", "medium", "low", name="priority", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "target",
            sa.Enum(
                "first_response",
                "next_response",
                "resolution",
                "periodic_update",
                "ola",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("pause_on", sa.JSON(), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_sla_target_some_time")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["sla_policy_version.id"], name=op.f("fk_sla_target_policy_version_id")
        ),
        sa.PrimaryKeyConstraint("policy_version_id", "priority", "target", name=op.f("pk_sla_target")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("note_id", sa.Integer(), nullable=True),
        sa.Column("uploader_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("message_id IS NULL OR note_id IS NULL", name=op.f("ck_attachment_one_place")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_attachment_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_attachment_note_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_attachment_ticket_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["uploader_id"], ["person.id"], name=op.f("fk_attachment_uploader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("key", name=op.f("uq_attachment_key")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_ticket_id", ["ticket_id"], unique=False)
        batch_op.create_index("ix_attachment_uploader_id_at", ["uploader_id", "at"], unique=False)

    op.create_table(
        "sla_notification",
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["sla_clock.id"], name=op.f("fk_sla_notification_clock_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clock_id", "kind", "due_at", name=op.f("pk_sla_notification")),
    )
    op.create_table(
        "sla_segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("calendar_version_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_version_id"], ["calendar_version.id"], name=op.f("fk_sla_segment_calendar_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["sla_clock.id"], name=op.f("fk_sla_segment_clock_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_sla_segment_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_segment")),
    )
    with op.batch_alter_table("sla_segment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sla_segment_clock_id"), ["clock_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sla_segment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sla_segment_clock_id"))

    op.drop_table("sla_segment")
    op.drop_table("sla_notification")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_uploader_id_at")
        batch_op.drop_index("ix_attachment_ticket_id")

    op.drop_table("attachment")
    op.drop_table("sla_target")
    op.drop_table("sla_event")
    with op.batch_alter_table("sla_clock", schema=None) as batch_op:
        batch_op.drop_index("ix_sla_clock_target_stopped_at")
        batch_op.drop_index("ix_sla_clock_target_decided_at")
        batch_op.drop_index("ix_sla_clock_target_breached_at")
        batch_op.drop_index(
            "ix_sla_clock_due_at",
            postgresql_where=sa.text("state = 'running' AND breached_at IS NULL"),
            sqlite_where=sa.text("state = 'running' AND breached_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_sla_clock_at_risk_at",
            postgresql_where=sa.text("state = 'running' AND breached_at IS NULL"),
            sqlite_where=sa.text("state = 'running' AND breached_at IS NULL"),
        )

    op.drop_table("sla_clock")
    with op.batch_alter_table("rating_invite", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_invite_person_id"))
        batch_op.drop_index("ix_rating_invite_at")

    op.drop_table("rating_invite")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index("ix_rating_at")

    op.drop_table("rating")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index("ix_note_ticket_id")

    op.drop_table("note")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_ticket_id")

    op.drop_table("message")
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.drop_index("ix_holding_ticket_id_team_id")

    op.drop_table("holding")
    with op.batch_alter_table("follower", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follower_person_id"))

    op.drop_table("follower")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_ticket_id")

    op.drop_table("event")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_team_id_solved_at")
        batch_op.drop_index(
            "ix_ticket_team_id_queue_at", postgresql_where=sa.text("is_open"), sqlite_where=sa.text("is_open")
        )
        batch_op.drop_index(
            "ix_ticket_status_until",
            postgresql_where=sa.text("status = 'waiting'"),
            sqlite_where=sa.text("status = 'waiting'"),
        )
        batch_op.drop_index("ix_ticket_solved_at_status")
        batch_op.drop_index("ix_ticket_requester_id_updated_at")
        batch_op.drop_index("ix_ticket_mine", postgresql_where=sa.text("is_open"), sqlite_where=sa.text("is_open"))
        batch_op.drop_index("ix_ticket_for_person_id_updated_at")
        batch_op.drop_index("ix_ticket_filed_at")

    op.drop_table("ticket")
    with op.batch_alter_table("sla_policy_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sla_policy_version_policy_id"))

    op.drop_table("sla_policy_version")
    op.drop_table("type_use")
    op.drop_table("type_pulse")
    with op.batch_alter_table("sla_policy", schema=None) as batch_op:
        batch_op.drop_index("ix_sla_policy_request_type_id_position")

    op.drop_table("sla_policy")
    op.drop_table("form_version")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_person_id"))
        batch_op.drop_index(batch_op.f("ix_web_session_ends_at"))

    op.drop_table("web_session")
    op.drop_table("request_type")
    op.drop_table("password_link")
    op.drop_table("ola_target")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_team_id"))

    op.drop_table("membership")
    op.drop_table("draft")
    with op.batch_alter_table("calendar_closure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_closure_version_id"))

    op.drop_table("calendar_closure")
    op.drop_table("team")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_name"))

    op.drop_table("person")
    with op.batch_alter_table("calendar_version", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_version_calendar_id_valid_from")

    op.drop_table("calendar_version")
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_try_source_at")
        batch_op.drop_index("ix_sign_in_try_account_at")

    op.drop_table("sign_in_try")
    op.drop_table("location")
    op.drop_table("job")
    with op.batch_alter_table("form_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_key_at"))

    op.drop_table("form_key")
    op.drop_table("business_calendar")
