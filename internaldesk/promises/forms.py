"""The shapes of what leads send: a rule, a place in the order, a switch, a team's own part."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional

from internaldesk.core import durations
from internaldesk.core.clocks import Target
from internaldesk.core.errors import Refused
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.promises import saying
from internaldesk.promises.checks import Faults, cell
from internaldesk.promises.queries import Choices
from internaldesk.promises.terms import REASONS, TARGETS, Promise, Terms
from internaldesk.web.forms import BaseForm, plain

_LEVELS = [SelectChoice(level.value, level.value.capitalize()) for level in Priority]
_WAITING = {"": "Makes no difference", "yes": "A customer waits", "no": "No customer waits"}
_CUSTOMER = {"": None, "yes": True, "no": False}
_DIGITS = 9  # of any number that a primary key can be
_SHORT = [Optional(), Length(max=40, message="That is too long for a length of time.")]


class PromiseForm(BaseForm):
    """A rule; `version` is the one it was edited from, 0 for a new rule."""

    version = IntegerField(validators=[Optional()], default=0)
    name = StringField(
        "Name",
        filters=[plain],
        validators=[
            DataRequired("Give the rule a name that people will recognise."),
            Length(max=160, message="Please keep the name below 160 letters."),
        ],
    )
    types = SelectMultipleField("Request types", validate_choice=False)
    priorities = SelectMultipleField("Priorities", choices=_LEVELS)
    customer = RadioField(
        "Customer waiting", choices=[SelectChoice(key, words) for key, words in _WAITING.items()], default=""
    )
    locations = SelectMultipleField("Locations", validate_choice=False)
    fallback = BooleanField("Holds for everything else")
    calendar = SelectField("Counted in", validate_choice=False)
    hours_of = RadioField(
        "In the hours of",
        choices=[
            SelectChoice("service", "This calendar, whoever works on it"),
            SelectChoice("team", "Whichever team holds it"),
        ],
        default="service",
    )
    on_reopen = RadioField(
        "When a solved request is reopened",
        choices=[
            SelectChoice("continue", "The time goes on where it stopped"),
            SelectChoice("new_cycle", "A full new promise begins"),
        ],
        default="continue",
    )
    warn_at = IntegerField(
        "Warn at, in %",
        validators=[InputRequired("Warn at: write a number from 1 to 99.")],
        default=75,
    )
    warn_before = StringField("And so long before it is due", filters=[plain], validators=_SHORT)
    escalate_to = SelectField("When it is missed, tell", validate_choice=False)
    note = StringField(
        "Why it changes",
        filters=[plain],
        validators=[Optional(), Length(max=200, message="Please keep it below 200 letters.")],
    )
    shown_for = SelectField("Show it for", choices=_LEVELS, default=Priority.MEDIUM.value)

    def offer(self, found: Choices, calendar: BusinessCalendar | None) -> None:
        """Put in what there is to choose from, and the hours in which days are counted."""
        self.types.choices = [
            SelectChoice(str(number), f"{name} (retired)" if number in found.retired else name)
            for number, name in found.types.items()
            if number not in found.retired or str(number) in (self.types.data or ())
        ]
        self.locations.choices = _listed(found.locations)
        self.calendar.choices = _listed(found.calendars)
        self.escalate_to.choices = [SelectChoice("", "The leads of the team"), *_listed(found.people)]
        self.day = durations.business_day(calendar) if calendar else None

    def show(self, promise: Promise, *, version: int) -> None:
        """Fill in a rule as it stands."""
        terms = promise.terms
        self.version.data, self.name.data, self.fallback.data = version, promise.name, promise.fallback
        self.types.data = [str(number) for number in promise.condition.types]
        self.priorities.data = [level.value for level in promise.condition.priorities]
        self.customer.data = {known: key for key, known in _CUSTOMER.items()}[promise.condition.customer_waiting]
        self.locations.data = [str(number) for number in promise.condition.locations]
        self.calendar.data, self.hours_of.data = str(terms.calendar_id), "team" if terms.follow_team else "service"
        self.on_reopen.data, self.warn_at.data = terms.on_reopen, terms.at_risk_percent
        self.warn_before.data = durations.said(terms.warn_minutes) if terms.warn_minutes is not None else ""
        self.escalate_to.data = str(terms.escalate_to_id or "")
        for target in TARGETS:
            self.pauses_of(target).data = [reason for reason in REASONS if reason in terms.pause_on[target]]
        for (level, target), amount in terms.minutes.items():
            self.cell_of(level, target).data = durations.said(amount)
        self.shown_for.data = (
            Priority.MEDIUM if Priority.MEDIUM in promise.priorities else promise.priorities[0]
        ).value

    def cell_of(self, level: Priority, target: Target) -> Field:
        """The field of one promise."""
        found: Field = self[cell(level, target)]
        return found

    def pauses_of(self, target: Target) -> Field:
        """The checkboxes of what pauses a promise."""
        found: Field = self[f"pause_{target.value}"]
        return found

    @property
    def calendar_id(self) -> int:
        """The calendar chosen, 0 for what is none."""
        return _number(self.calendar.data)

    def readings(self) -> dict[str, int]:
        """The minutes of each promise that can be read, by field."""
        named = [cell(level, target) for level in Priority for target in TARGETS]
        read = {name: self._read(self[name]) for name in named}
        return {name: amount for name, amount in read.items() if amount is not None}

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, and then that every length of time is one, each named in its sentence."""
        fine = super().validate(extra_validators)
        for level in Priority:
            for target in TARGETS:
                said = f"{saying.TITLES[target]} for {level}"
                fine = self._readable(self.cell_of(level, target), said) and fine
        return self._readable(self.warn_before, "Warning before it is due") and bool(fine)

    def _read(self, field: Field) -> int | None:
        """The minutes in a field; None where there are none to be read."""
        try:
            return durations.read(field.data, day=self.day) if field.data else None
        except durations.BadDuration:
            return None

    def _readable(self, field: Field, what: str) -> bool:
        try:
            if field.data:
                durations.read(field.data, day=self.day)
        except durations.BadDuration as wrong:
            field.errors = [*field.errors, f"{what}: {wrong}"]
            return False
        return not field.errors

    @property
    def promise(self) -> Promise:
        """What was written, as far as it can be read."""
        readings = self.readings()
        minutes = {
            (level, target): readings[cell(level, target)]
            for level in Priority
            for target in TARGETS
            if cell(level, target) in readings
        }
        terms = Terms(
            minutes=minutes,
            calendar_id=self.calendar_id,
            follow_team=self.hours_of.data == "team",
            on_reopen=self.on_reopen.data or "continue",
            pause_on={target: frozenset(self.pauses_of(target).data or ()) for target in TARGETS},
            at_risk_percent=self.warn_at.data or 0,
            warn_minutes=self._read(self.warn_before),
            escalate_to_id=_number(self.escalate_to.data) if self.escalate_to.data else None,
        )
        condition = Condition(
            types=_numbers(self.types.data),
            priorities=frozenset(level for level in Priority if level in (self.priorities.data or ())),
            customer_waiting=_CUSTOMER.get(self.customer.data or ""),
            locations=_numbers(self.locations.data),
        )
        return Promise(self.name.data or "", condition, bool(self.fallback.data), terms)

    def cleaned(self) -> dict[str, Any]:
        """What the actions take, besides the version."""
        return {"promise": self.promise, "note": self.note.data or ""}

    def refuse(self, refusal: Refused) -> None:
        """Show every fault at its field."""
        for fault in refusal.faults if isinstance(refusal, Faults) else [refusal]:
            super().refuse(fault)


def _add_fields() -> None:
    """One field for each promise, and one for what pauses each target: they are a table, not a list."""
    waits = [SelectChoice(reason, words) for reason, words in saying.WAITS.items()]
    for target in TARGETS:
        for level in Priority:
            label = f"{saying.TITLES[target]}, {level}"
            setattr(PromiseForm, cell(level, target), StringField(label, filters=[plain], validators=_SHORT))
        setattr(PromiseForm, f"pause_{target.value}", SelectMultipleField(saying.TITLES[target], choices=waits))


_add_fields()


class PlaceForm(BaseForm):
    """A step up or down in the order."""

    move = HiddenField(validators=[AnyOf(["up", "down"], "Up or down?")])


class ActiveForm(BaseForm):
    """On or off."""

    active = HiddenField(validators=[AnyOf(["yes", "no"], "On or off?")])


class WeighForm(BaseForm):
    """The button that asks what applying a version would change."""


class ApplyForm(BaseForm):
    """The button that applies a version to open requests."""

    version = IntegerField(validators=[InputRequired("Which version?")])


class OwnPartForm(BaseForm):
    """What a team owes while it holds a request, per priority; `day` is its working day."""

    urgent = StringField("Urgent", filters=[plain], validators=_SHORT)
    high = StringField("High", filters=[plain], validators=_SHORT)
    medium = StringField("Medium", filters=[plain], validators=_SHORT)
    low = StringField("Low", filters=[plain], validators=_SHORT)
    day: int | None = None

    def count_in(self, calendar: BusinessCalendar) -> None:
        """Days are those of the team's own hours."""
        self.day = durations.business_day(calendar)

    def show(self, minutes: Mapping[Priority, int]) -> None:
        """Fill in what is owed now."""
        for level, amount in minutes.items():
            self[level.value].data = durations.said(amount)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each must be a length of time."""
        fine = super().validate(extra_validators)
        for level in Priority:
            try:
                self._read(level)
            except durations.BadDuration as wrong:
                self[level.value].errors = [f"Own part for {level}: {wrong}"]
                fine = False
        return bool(fine)

    def cleaned(self) -> dict[str, Any]:
        """What the action takes."""
        read = {level: self._read(level) for level in Priority}
        return {"minutes": {level: amount for level, amount in read.items() if amount is not None}}

    def refuse(self, refusal: Refused) -> None:
        """Show every fault at its field."""
        for fault in refusal.faults if isinstance(refusal, Faults) else [refusal]:
            super().refuse(fault)

    def _read(self, level: Priority) -> int | None:
        words = self[level.value].data
        return durations.read(words, day=self.day) if words else None


def _listed(named: Mapping[int, str]) -> list[SelectChoice]:
    return [SelectChoice(str(number), name) for number, name in named.items()]


def _number(words: str | None) -> int:
    """An id as it was sent; 0, which is nobody's, for what is none."""
    return int(words) if words and words.isascii() and words.isdigit() and len(words) <= _DIGITS else 0


def _numbers(words: Iterable[str] | None) -> frozenset[int]:
    return frozenset(_number(word) for word in words or ())
