"""Lay out the steps of a checklist for one request: its blanks filled in, its days counted, nothing asked yet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from internaldesk.core import checklists as rules
from internaldesk.core import questions
from internaldesk.core.checklists import Planned, Spec
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.core.questions import Kind
from internaldesk.db import db
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.checklists import ChecklistVersion, Step
from internaldesk.models.people import Person, Team
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries as sla
from internaldesk.tickets import queries

Types = Mapping[str, RequestType]


class Subject(NamedTuple):
    """What the blanks of a checklist are filled from: words by blank, raw answers, and the date that counts."""

    words: Mapping[str, str]
    answers: Mapping[str, Any]
    day: date | None
    case: bool = False

    def values(self, spec: Spec) -> Mapping[str, str]:
        """What stands in the blanks of a step; of a case other teams are told nothing but its number."""
        if self.case and spec.path:
            return {rules.NUMBER: self.words.get(rules.NUMBER, "")}
        return self.words


def lay(ticket: Ticket, version: ChecklistVersion, *, by: Actor, now: datetime) -> list[Step]:
    """Put the steps of a checklist below those the request has already."""
    specs = rules.parse(version.steps)
    kinds = types(specs)
    subject = of(ticket, version.anchor)
    plans = planned(specs, subject, kinds, own=ticket.team, now=now)
    newest = forms([kind.id for kind in kinds.values()])
    laid: list[Step] = []
    first = _last_position(ticket.id) + 1
    for position, plan in enumerate(plans, start=first):
        kind = kinds.get(plan.spec.path)
        after = laid[plan.spec.after - 1] if plan.spec.after else None
        step = Step(
            ticket_id=ticket.id,
            position=position,
            checklist_id=version.checklist_id,
            name=plan.name,
            details=plan.details,
            team_id=kind.team_id if kind else ticket.team_id,
            request_type_id=kind.id if kind else None,
            answers=answered(plan.spec, newest.get(kind.id), subject) if kind else {},
            after_id=after.id if after else None,
            begins_at=plan.begins_at,
            due_at=plan.due_at,
            required=plan.spec.required,
            made_at=now,
            made_by_id=by.id,
        )
        laid.append(step)
        db.session.add(step)
        if any(spec.after == len(laid) for spec in specs):
            db.session.flush()  # whoever waits for it needs its id
    db.session.flush()
    return laid


def planned(specs: Sequence[Spec], subject: Subject, kinds: Types, *, own: Team, now: datetime) -> list[Planned]:
    """The steps with their texts and instants, each by the hours of its team; `own` ticks what is ticked."""
    hours = {path: calendar_of(kinds[path].team if path in kinds else own, now=now) for path in paths(specs)}
    return rules.planned(specs, subject.values, day=subject.day, calendars=hours, now=now)


def paths(specs: Sequence[Spec]) -> list[str]:
    """What the steps ask for, each once; "" where some are ticked."""
    return list(dict.fromkeys(spec.path for spec in specs))


def types(specs: Sequence[Spec]) -> Types:
    """The request types that steps ask for, by "team/type"; what is not offered any more becomes something to tick."""
    pairs = [path.partition("/")[::2] for path in paths(specs) if path]
    if not pairs:
        return {}
    same = or_(*((Team.slug == team) & (RequestType.slug == kind) for team, kind in pairs))
    query = select(RequestType).join(RequestType.team).where(same, RequestType.retired_at.is_(None))
    found = db.session.scalars(query.options(joinedload(RequestType.team)))
    return {f"{kind.team.slug}/{kind.slug}": kind for kind in found}


def forms(type_ids: Sequence[int]) -> dict[int, FormVersion]:
    """The newest form of each of these types; one statement."""
    if not type_ids:
        return {}
    newest = (
        select(FormVersion.request_type_id, func.max(FormVersion.number).label("number"))
        .where(FormVersion.request_type_id.in_(type_ids))
        .group_by(FormVersion.request_type_id)
        .subquery()
    )
    same = (FormVersion.request_type_id == newest.c.request_type_id) & (FormVersion.number == newest.c.number)
    return {form.request_type_id: form for form in db.session.scalars(select(FormVersion).join(newest, same))}


def calendar_of(team: Team, *, now: datetime) -> BusinessCalendar:
    """The hours of a team in force now."""
    number = sla.current_version(team.calendar_id, now=now)
    return sla.calendars([number])[number]


def of(ticket: Ticket, anchor: str) -> Subject:
    """What a checklist is filled from on this request."""
    asked = questions.parse(ticket.form_version.questions)
    people = [ticket.answers[q.slug] for q in asked if q.kind is Kind.PERSON and q.slug in ticket.answers]
    names = queries.names(people) if people else {}
    return Subject(
        {**in_words(asked, ticket.answers, names), **_around(ticket)},
        ticket.answers,
        day_of(ticket.answers.get(anchor)),
        ticket.confidentiality is Confidentiality.CASE,
    )


def in_words(
    asked: Sequence[questions.Question], answers: Mapping[str, Any], names: Mapping[int, str]
) -> dict[str, str]:
    """The words of each answer, by question."""
    found = {}
    for question in questions.visible(asked, answers):
        for _, words in questions.facts([replace(question, shown_when=None)], answers, people=names):
            found[question.slug] = words
    return found


def day_of(answer: Any) -> date | None:
    """The date in an answer, if there is one."""
    return date.fromisoformat(answer) if isinstance(answer, str) and answer else None


def answered(spec: Spec, form: FormVersion | None, subject: Subject) -> dict[str, Any]:
    """The answers to the form of the asked type, as far as they can be given."""
    if form is None:
        return {}
    asked = questions.parse(form.questions)
    given = {} if subject.case else subject.answers
    answers, _wrong = questions.check(asked, rules.answers(spec, asked, subject.values(spec), given))
    return answers


def _around(ticket: Ticket) -> dict[str, str]:
    person = db.session.get(Person, ticket.for_person_id)
    asker = db.session.get(Person, ticket.requester_id)
    assert person is not None
    assert asker is not None
    return {
        rules.NUMBER: ticket.number,
        rules.REQUESTER: asker.name,
        rules.WHOM: person.name,
        rules.MANAGER: person.line_manager.name if person.line_manager else "",
        rules.PLACE: person.location.name,
    }


def _last_position(ticket_id: int) -> int:
    return db.session.scalar(select(func.max(Step.position)).where(Step.ticket_id == ticket_id)) or 0
