"""A desk with very many tickets, entered past the actions by one statement of the database itself."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from internaldesk.db import db
from internaldesk.models.sla import CalendarVersion
from internaldesk.models.tickets import NEVER
from tests import cast, make

_COLUMNS = """request_type_id form_version_id team_id requester_id for_person_id assignee_id location_id
 confidentiality channel summary details answers status status_reason priority priority_why customer_waiting customer
 filed_at updated_at solved_at solved_by_id reopened transferred version is_open queue_at next_target next_seconds
 next_calendar_version_id last_word last_word_at last_word_by_id has_files
 risk_at""".split()
_TIME = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', :{base}, ({minutes}) || ' minutes')",
    "postgresql": "cast(:{base} as timestamptz) + ({minutes}) * interval '1 minute'",
}
_INSERT = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)
INSERT INTO ticket ({columns})
SELECT t.id, f.id, t.team_id, :ada, :ada, CASE WHEN i % 3 = 0 THEN cast(NULL AS integer) ELSE :ben END, :leeds, 'O',
 'portal', 'Card reader at loading bay ' || i || ' rejects every badge', '', '{{}}', CASE WHEN {open} THEN 'progress'
 ELSE 'closed' END, '', 'medium', '', i % 4 = 0, '', {filed}, {filed}, CASE WHEN {open} THEN cast(NULL AS {instant})
 ELSE {filed} END, CASE WHEN {open} THEN cast(NULL AS integer) ELSE :ben END, 0, i % 50 = 0, 1, {open},
 CASE WHEN {open} AND i % 7 <> 0 THEN {due} ELSE :never END, 'resolution', 28800, :calendar, '', {filed}, :ada,
 i % 6 = 0, CASE WHEN {open} AND i % 7 <> 0 THEN {risk} ELSE :never END
FROM n JOIN request_type t ON t.id = 1 + (i % :types) JOIN form_version f ON f.request_type_id = t.id"""


def enter(many: int, *, now: datetime, open_in_a_hundred: int = 4) -> None:
    """`many` tickets of Ada over all teams, open ones due within days of `now`; the database learns their spread."""
    dialect = db.engine.dialect.name
    ada, ben = cast.person("ada"), cast.person("ben")
    types = db.session.scalar(text("SELECT count(*) FROM request_type"))
    calendar = db.session.scalars(select(CalendarVersion.id).order_by(CalendarVersion.id)).first()
    statement = _INSERT.format(
        columns=", ".join(_COLUMNS),
        open=f"((i / 59) % 100 < {open_in_a_hundred})",
        filed=_TIME[dialect].format(base="filed", minutes="i % 1000"),
        due=_TIME[dialect].format(base="now", minutes="i % 4000 - 200"),
        risk=_TIME[dialect].format(base="now", minutes="i % 4000 - 320"),
        instant="timestamptz" if dialect == "postgresql" else "text",
    )
    if dialect == "postgresql":
        statement = statement.replace("i % 50 = 0,", "(i % 50 = 0)::int,")
    db.session.execute(
        text(statement),
        {
            "many": many,
            "types": types,
            "ada": ada.id,
            "ben": ben.id,
            "leeds": ada.location_id,
            "calendar": calendar,
            "now": said(now, dialect),
            "filed": said(now - timedelta(days=9), dialect),
            "never": said(NEVER, dialect),
        },
    )
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def said(instant: datetime, dialect: str) -> object:
    return instant.astimezone(UTC) if dialect == "postgresql" else f"{instant:%Y-%m-%d %H:%M:%S}.000000"


def hold(team: str = "it") -> int:
    """How many of them the team has open."""
    count = text("SELECT count(*) FROM ticket WHERE is_open AND team_id = :team")
    return int(db.session.scalar(count, {"team": make.team(team).id}) or 0)
