"""Read what the pages about simplicity and training show: counts of a period from kept cells, and forms in force."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, func, select

from internaldesk.core import daily_report, questions
from internaldesk.core.daily_report import Kept
from internaldesk.core.simplicity import Form
from internaldesk.core.tally import Frame
from internaldesk.db import db
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.checklists import Checklist, ChecklistVersion
from internaldesk.models.people import Team


def by_type(cells: Sequence[Kept], over: Frame) -> dict[int, Counter[str]]:
    """The counts of the period by type."""
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for cell in daily_report.of_period(cells, over):
        found[cell.key.type_id].update(cell.counts)
    return found


def by_team_and_type(cells: Sequence[Kept], over: Frame) -> dict[tuple[int, int], Counter[str]]:
    """The counts of the period by team and type."""
    found: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for cell in daily_report.of_period(cells, over):
        found[cell.key.team_id, cell.key.type_id].update(cell.counts)
    return found


def forms(type_ids: Collection[int]) -> list[Form]:
    """The forms in force of these types, but for retired ones, with everything that may name one of their questions."""
    newest = select(func.max(FormVersion.number)).where(FormVersion.request_type_id == RequestType.id)
    query = (
        select(RequestType.id, RequestType.name, Team.name, FormVersion.questions)
        .add_columns(RequestType.priority_rule, RequestType.approval_rule)
        .add_columns(ChecklistVersion.anchor, ChecklistVersion.steps)
        .join(Team, Team.id == RequestType.team_id)
        .join(FormVersion, FormVersion.request_type_id == RequestType.id)
        .outerjoin(Checklist, and_(Checklist.request_type_id == RequestType.id, Checklist.retired_at.is_(None)))
        .outerjoin(
            ChecklistVersion,
            and_(ChecklistVersion.checklist_id == Checklist.id, ChecklistVersion.number == Checklist.version),
        )
        .where(RequestType.id.in_(sorted(type_ids)), RequestType.retired_at.is_(None))
        .where(FormVersion.number == newest.correlate(RequestType).scalar_subquery())
    )
    return [_form(row) for row in db.session.execute(query)]


def _form(row: Any) -> Form:
    type_id, name, team, written, priority, approval, anchor, steps = row
    limit = any(step.get("amount") for step in approval)
    return Form(type_id, name, team, questions.parse(written), [priority, approval, anchor or "", steps or []], limit)
