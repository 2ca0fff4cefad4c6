"""What the demo desk can be asked for: types with their forms, words, promises and hours, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from internaldesk.core import questions
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked
from internaldesk.core.questions import Question
from internaldesk.db import db
from internaldesk.demo import wording
from internaldesk.demo.wording import TeamWords
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.people import Team
from internaldesk.sla import queries as sla


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised at a priority, and the hours in which it counts."""

    calendar: BusinessCalendar
    version: int
    minutes: Mapping[str, int]
    policy_version: int
    at_risk: Fraction

    @property
    def first(self) -> timedelta:
        """Business time to the first reply."""
        return timedelta(minutes=self.minutes["first_response"])

    @property
    def whole(self) -> timedelta:
        """Business time to the solution."""
        return timedelta(minutes=self.minutes["resolution"])

    def risk(self, allowance: int) -> int:
        """Used seconds at which a promise of `allowance` seconds is at risk."""
        return ceil(allowance * self.at_risk)


@dataclass(frozen=True, slots=True)
class Offer:
    """A type, its newest form, the team that answers, and the team's hours."""

    type: RequestType
    form: FormVersion
    questions: tuple[Question, ...]
    team: Team
    hours: BusinessCalendar
    words: TeamWords
    promises: dict[Priority, Promise] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Team and type as in addresses."""
        return f"{self.team.slug}/{self.type.slug}"

    def promise(self, priority: Priority, *, now: datetime) -> Promise:
        """What is promised at a priority at `now`."""
        if priority not in self.promises:
            self.promises[priority] = _promise(self.type, priority, now)
        return self.promises[priority]


def by_path(*, now: datetime) -> dict[str, Offer]:
    """Every offer for which there are words, by team and type."""
    forms = db.session.scalars(select(FormVersion).order_by(FormVersion.number))
    newest = {form.request_type_id: form for form in forms}
    query = select(RequestType).options(joinedload(RequestType.team)).order_by(RequestType.id)
    found = {}
    for row in db.session.scalars(query.where(RequestType.retired_at.is_(None))):
        words = wording.team_words(row.team.slug)
        if row.slug in words.often:
            form = newest[row.id]
            asked = questions.parse(form.questions)
            offer = Offer(row, form, asked, row.team, _hours(row.team.calendar_id, now), words)
            found[offer.path] = offer
    return found


def _promise(row: RequestType, priority: Priority, now: datetime) -> Promise:
    version = sla.policy_for(row.team_id, Asked(row.id, priority), now=now)
    assert version is not None  # the default catalogue promises something for every type and priority
    number = sla.current_version(version.calendar_id, now=now)
    risk = Fraction(version.at_risk_percent, 100)
    return Promise(sla.calendars([number])[number], number, sla.minutes(version, priority), version.id, risk)


def _hours(calendar_id: int, now: datetime) -> BusinessCalendar:
    number = sla.current_version(calendar_id, now=now)
    return sla.calendars([number])[number]
