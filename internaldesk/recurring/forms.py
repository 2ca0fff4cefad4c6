"""The form of a plan: what is filed, as on the form of its type, and when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Optional

from internaldesk.core import answers as answering
from internaldesk.core import recurring as rules
from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.core.questions import Kind, Question
from internaldesk.core.recurring import LAST, ORDINALS, WEEKDAYS, Closed, Rule, Unit
from internaldesk.models.recurring import Plan
from internaldesk.recurring.actions import Wish
from internaldesk.recurring.queries import Member
from internaldesk.tickets.file_form import FileForm, after, own_fields
from internaldesk.web.forms import BaseForm

_DAY, _LAST_DAY, _WEEKDAY = "day", "last", "weekday"
_UNITS = {Unit.DAY: "Days", Unit.WEEK: "Weeks", Unit.MONTH: "Months", Unit.YEAR: "Years"}
_CLOSED = {
    Closed.NEXT: "File it on the next working day",
    Closed.PREVIOUS: "File it on the working day before",
    Closed.ANYWAY: "File it anyway",
}
_HOW = {_DAY: "On a day of the month", _LAST_DAY: "On its last day", _WEEKDAY: "On a day of the week"}
_WHOLE = "Give a whole number."
_OF_THE_RULE = (
    "unit",
    "every",
    "weekdays",
    "how",
    "day",
    "nth",
    "weekday",
    "time",
    "closed",
    "starts",
    "ends",
    "times",
)


class PlanForm(FileForm):
    """What the desk files by itself; the fields of the rule are called plan-…, which no question can be."""

    version: IntegerField
    requester: SelectField
    assignee: SelectField
    every: IntegerField
    unit: RadioField
    weekdays: SelectMultipleField
    how: RadioField
    day: IntegerField
    nth: SelectField
    weekday: SelectField
    time: StringField
    closed: RadioField
    starts: StringField
    ends: StringField
    times: IntegerField
    skip_open: BooleanField

    def __init__(self, raw: Mapping[str, Sequence[str]], *, by: Actor, now: datetime, today: date) -> None:
        """As every form of a type; a new plan begins with every month on this day, from `today` on."""
        super().__init__({**_usual(by, today), **raw}, by=by, now=now)
        self.today = today

    @property
    def rule(self) -> Rule | None:
        """The rule as far as it makes sense by now; None where something in it is wrong."""
        try:
            return self._rule()
        except (Refused, ValueError):
            return None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the whole and put every sentence at its field."""
        super().validate(extra_validators)
        if not any(self._fields[name].errors for name in _OF_THE_RULE):
            try:
                self._rule()
            except Refused as refusal:
                self.refuse(refusal)
        return not self.errors

    def cleaned(self) -> dict[str, Any]:
        """What the actions take; only after `validate` passed."""
        wish = Wish(
            self._rule(),
            summary=answering.line(self.summary.data or ""),
            details=answering.text(self.details.data or ""),
            answers=self.answers,
            requester_id=int(self.requester.data),
            assignee_id=int(self.assignee.data) if self.assignee.data else None,
            skip_open=bool(self.skip_open.data),
        )
        return {"wish": wish}

    def offer(self, members: Iterable[Member], *, own: tuple[int, str]) -> None:
        """Whose it can be (also whoever plans it, or planned it: `own`), and whom it can be given to."""
        people = [(str(member.id), member.name) for member in members]
        asks = people if str(own[0]) in dict(people) else [(str(own[0]), own[1]), *people]
        self.requester.choices = [SelectChoice(number, name) for number, name in asks]
        nobody = SelectChoice("", "Nobody: anybody in the team")
        self.assignee.choices = [nobody, *(SelectChoice(number, name) for number, name in people)]

    def _rule(self) -> Rule:
        unit, how = Unit(self.unit.data), self.how.data
        monthly = unit in (Unit.MONTH, Unit.YEAR)
        counted = monthly and how == _WEEKDAY
        if monthly and how == _DAY and not 1 <= (self.day.data or 0) <= 31:
            raise Refused("Choose a day from 1 to 31.", field="day")
        rule = Rule(
            unit,
            _date(self.starts.data, field="starts_on") or self.today,
            every=self.every.data or 0,
            weekdays=tuple(int(number) for number in self.weekdays.data or ()) if unit is Unit.WEEK else (),
            day=(31 if how == _LAST_DAY else self.day.data) if monthly and not counted else None,
            nth=int(self.nth.data) if counted else None,
            weekday=int(self.weekday.data) if counted else None,
            minute=_minute(self.time.data),
            closed=Closed(self.closed.data),
            ends_on=_date(self.ends.data, field="ends_on"),
            times=self.times.data,
        )
        rules.check(rule)
        return rule

    def refuse(self, refusal: Refused) -> None:
        """At the field it is about: dates have shorter names here."""
        named = {"starts_on": "starts", "ends_on": "ends"}
        super().refuse(Refused(refusal.sentence, field=named.get(refusal.field or "", refusal.field)))

    def _whom(self) -> dict[str, str]:
        return {}  # a plan names its requester among the team


class StepForm(BaseForm):
    """A button beside a plan: pause, go on, remove."""


def plan_form(asks: Sequence[Question]) -> type[PlanForm]:
    """The form class for a type's questions."""
    return type("Planning", (PlanForm,), {"asks": tuple(asks), **own_fields(asks), **after(), **_people(), **_when()})


def typed(plan: Plan, asks: Sequence[Question]) -> dict[str, list[str]]:
    """A plan as it would be typed."""
    how = _WEEKDAY if plan.nth is not None else _LAST_DAY if plan.day == 31 else _DAY
    known = {
        "summary": plan.summary,
        "details": plan.details,
        "version": plan.version,
        "plan-requester": plan.requester_id,
        "plan-assignee": plan.assignee_id,
        "plan-every": plan.every,
        "plan-unit": plan.unit.value,
        "plan-how": how,
        "plan-day": plan.day or plan.starts_on.day,
        "plan-nth": plan.nth,
        "plan-weekday": plan.weekday,
        "plan-time": f"{plan.minute // 60:02}:{plan.minute % 60:02}",
        "plan-closed": plan.closed.value,
        "plan-starts": plan.starts_on.isoformat(),
        "plan-ends": plan.ends_on and plan.ends_on.isoformat(),
        "plan-times": plan.times,
        "plan-skip": "y" if plan.skip_open else None,
    }
    words = {name: ["" if value is None else str(value)] for name, value in known.items()}
    if not plan.skip_open:
        del words["plan-skip"]
    answered = {name: value for question in asks for name, value in _typed(question, plan.answers).items()}
    return {**answered, **words, "plan-weekdays": [str(number) for number in plan.weekdays]}


def _typed(question: Question, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """An answer as it would be typed into its fields."""
    answer = answers.get(question.slug)
    if answer is None:
        return {}
    if question.kind is Kind.LINES:
        return {
            name: ["" if row[column] is None else str(row[column]) for row in answer]
            for name, column in zip(question.field_names(), answering.COLUMNS, strict=True)
        }
    return {question.slug: [str(value) for value in (answer if isinstance(answer, list) else [answer])]}


def _usual(by: Actor, today: date) -> dict[str, list[str]]:
    """What a new plan begins with."""
    usual = {
        "plan-requester": str(by.id),
        "plan-every": "1",
        "plan-unit": Unit.MONTH.value,
        "plan-how": _DAY,
        "plan-day": "1",
        "plan-nth": "1",
        "plan-weekday": "0",
        "plan-time": "09:00",
        "plan-closed": Closed.NEXT.value,
        "plan-starts": today.isoformat(),
    }
    return {name: [value] for name, value in usual.items()}


def _people() -> dict[str, Any]:
    return {
        "version": IntegerField(name="version", validators=[Optional()]),
        "requester": SelectField("Whose request is it?", **_named("requester")),
        "assignee": SelectField("Who works on it?", **_named("assignee")),
    }


def _when() -> dict[str, Any]:
    days = [(str(number), name) for number, name in enumerate(WEEKDAYS)]
    nth = [(str(number), f"The {words}" if number != LAST else "The last") for number, words in ORDINALS.items()]
    return {
        "every": IntegerField("Every", **_named("every"), validators=[InputRequired(_WHOLE)]),
        "unit": RadioField("Counted in", choices=_choices(_UNITS.items()), **_named("unit")),
        "weekdays": SelectMultipleField("On which days?", choices=_choices(days), **_named("weekdays")),
        "how": RadioField("On which day of the month?", choices=_choices(_HOW.items()), **_named("how")),
        "day": IntegerField(
            "Day", description="A shorter month: its last day.", **_named("day"), validators=[Optional()]
        ),
        "nth": SelectField("Which one", choices=_choices(nth), **_named("nth")),
        "weekday": SelectField("Weekday", choices=_choices(days), **_named("weekday")),
        "time": StringField("At", **_named("time")),
        "closed": RadioField(
            "If the team's calendar is closed that day", choices=_choices(_CLOSED.items()), **_named("closed")
        ),
        "starts": StringField("From", **_named("starts")),
        "ends": StringField("Last day", **_named("ends")),
        "times": IntegerField("How many times", **_named("times"), validators=[Optional()]),
        "skip_open": BooleanField("Leave it out while the one before is still open", **_named("skip")),
    }


def _named(name: str) -> dict[str, Any]:
    return {"name": f"plan-{name}", "id": f"plan-{name}"}


def _choices(options: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(str(value), words) for value, words in options]


def _date(text: str | None, *, field: str) -> date | None:
    try:
        return date.fromisoformat(answering.day(text)) if text else None
    except ValueError as error:
        raise Refused("Give a date such as 2026-12-01.", field=field) from error


def _minute(text: str | None) -> int:
    try:
        hour, minute = (int(part) for part in (text or "").strip().split(":")[:2])
        return time(hour, minute).hour * 60 + minute
    except ValueError as error:
        raise Refused("Give a time such as 09:00.", field="time") from error
