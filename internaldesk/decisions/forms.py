"""The shapes of what approvers and those who ask them send."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from internaldesk.approvals.holders import HELD
from internaldesk.core import answers
from internaldesk.core.approval import NAMED, Decision
from internaldesk.core.approvers import role_words
from internaldesk.core.text import listed
from internaldesk.tickets.approving import ASKABLE
from internaldesk.tickets.whom import Found, described, find
from internaldesk.web.filters import zone
from internaldesk.web.forms import BaseForm, plain

_DAY = timedelta(days=1)
_ROLES = [SelectChoice(role, role_words(role).capitalize()) for role in ASKABLE]


class DecisionForm(BaseForm):
    """Which of the two buttons was pressed, and the words beside them; that a refusal needs some is the rules' say."""

    decision = HiddenField(validators=[AnyOf([d.value for d in Decision], "Press one of the two buttons.")])
    reason = TextAreaField(
        "Your words",
        description="Needed if you refuse. The requester and the team read them.",
        filters=[plain],
        validators=[Optional(), Length(max=1000, message="Please keep it under 1,000 characters.")],
    )

    @property
    def chosen(self) -> Decision:
        """What the pressed button says."""
        return Decision(self.decision.data or "")

    def cleaned(self) -> dict[str, Any]:
        """What `approving.decide` takes."""
        return {"decision": self.chosen, "reason": self.reason.data}


class AskForm(BaseForm):
    """Whom the team asks, what for, and how much it is."""

    whom = RadioField(
        "Who should approve it?",
        choices=[*_ROLES, SelectChoice(NAMED, "Somebody by name")],
        validators=[InputRequired("Choose whom to ask.")],
    )
    people = StringField(
        "Names",
        description="E-mail addresses or full names, with commas between them.",
        filters=[plain],
        validators=[Length(max=500)],
    )
    quorum = IntegerField(
        "How many of them must agree?",
        description="Empty: all of them.",
        validators=[Optional(), NumberRange(min=1, max=20, message="Give a number from 1 to 20.")],
    )
    words = StringField(
        "What is to be approved?",
        description="They read this sentence; the requester does, too.",
        filters=[plain],
        validators=[DataRequired("Say what is to be approved."), Length(max=300, message="Please keep it shorter.")],
    )
    amount = StringField("How much is it?", filters=[plain], validators=[Optional()])

    def validate_people(self, field: Any) -> None:
        """Refuse names of nobody, or of several."""
        names = [name for name in (part.strip() for part in (field.data or "").split(",")) if name]
        self.ids = [_person(name) for name in names] if self.whom.data == NAMED else []

    def validate_amount(self, field: Any) -> None:
        """Refuse what is no sum of money."""
        try:
            self.sum = answers.money(field.data)
        except answers.BadAnswer as wrong:
            raise ValidationError(str(wrong)) from wrong

    def cleaned(self) -> dict[str, Any]:
        """What `approving.ask` takes."""
        return {
            "whom": self.whom.data,
            "people": self.ids,
            "quorum": self.quorum.data,
            "words": self.words.data,
            "amount": self.sum if self.amount.data else "",
        }


class StandInForm(BaseForm):
    """Who decides for the reader, from which day to which."""

    from_day = StringField("From", filters=[plain], validators=[DataRequired("Give the first day.")])
    to_day = StringField("Up to and including", filters=[plain], validators=[DataRequired("Give the last day.")])
    stand_in = StringField("Who decides for you?")
    whom = Found(None)

    def validate_from_day(self, field: Any) -> None:
        """Refuse what is no date."""
        self.first = _day(field.data)

    def validate_to_day(self, field: Any) -> None:
        """Refuse what is no date."""
        self.last = _day(field.data)

    def validate_stand_in(self, _field: Any) -> None:
        """Refuse what names nobody, or several; those are then offered to choose from."""
        self.whom = find(request.form, "stand_in")
        if self.whom.person is None:
            raise ValidationError(self.whom.error or "Choose a co-worker who decides for you.")

    def cleaned(self) -> dict[str, Any]:
        """What `absences.name_stand_in` takes: days, and the instants at which they begin and end."""
        assert self.whom.person is not None
        return {
            "stand_in": self.whom.person.id,
            "from_day": self.first,
            "to_day": self.last,
            "starts_at": _midnight(self.first, zone()),
            "ends_at": _midnight(self.last + _DAY, zone()),
        }


class HolderForm(BaseForm):
    """Who decides in which role, and about what."""

    role = SelectField("Role", validate_choice=False)
    about = StringField(
        "About",
        description="A cost centre, a system, records: as people write it in the form. Empty: everything.",
        filters=[plain],
        validators=[Length(max=80, message="Please keep it under 80 characters.")],
    )
    person = StringField("Who decides?")
    whom = Found(None)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        words = sorted((role_words(role), role) for role in HELD)
        self.role.choices = [("", "Choose a role"), *((role, said[0].upper() + said[1:]) for said, role in words)]

    @property
    def typed(self) -> str:
        """What stands in the field of the person."""
        return self.whom.person.name if self.whom.person else request.form.get("person_name", "")

    def validate_person(self, _field: Any) -> None:
        """Refuse what names nobody, or several; those are then offered to choose from."""
        self.whom = find(request.form, "person")
        if self.whom.person is None:
            raise ValidationError(self.whom.error or "Choose a co-worker.")

    def cleaned(self) -> dict[str, Any]:
        """What `holders.enter` takes."""
        assert self.whom.person is not None
        return {"role": self.role.data, "about": self.about.data, "person_id": self.whom.person.id}


def _person(name: str) -> int:
    """The id of the one co-worker of that name or address."""
    found = find(MultiDict({"person": name}), "person")
    if found.person is None:
        among = f" They are {listed([described(person) for person in found.matches])}." if found.matches else ""
        raise ValidationError(found.error + among)
    return found.person.id


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(answers.day(typed))
    except answers.BadAnswer as wrong:
        raise ValidationError(str(wrong)) from wrong


def _midnight(day: date, local: ZoneInfo) -> datetime:
    """The beginning of a day where the reader is."""
    return datetime.combine(day, time(), local).astimezone(UTC)
