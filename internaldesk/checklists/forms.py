"""The shapes of what is sent: a checklist, one of its steps, a place, and a removal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, DataRequired, Length, Optional, ValidationError

from internaldesk.core import checklists as rules
from internaldesk.core.checklists import Spec
from internaldesk.core.questions import Kind, Question
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Team
from internaldesk.tickets.step_forms import needed
from internaldesk.web.forms import BaseForm, plain

_NAME = 120
_ANSWERED = (Kind.CHOICE, Kind.YESNO)
_UNASKED = (Kind.FILE, Kind.LINES)


class ChecklistForm(BaseForm):
    """What a checklist is called, which requests get it, and which date of theirs counts."""

    version = IntegerField(validators=[Optional()])
    name = StringField(
        "Name",
        filters=[plain],
        validators=[
            DataRequired("Give it a name that people will recognise."),
            Length(max=_NAME, message="Please keep the name shorter."),
        ],
    )
    type = SelectField("Which requests get it?", description="Or it is added by hand.", validate_choice=False)
    anchor = SelectField("Which date counts?", description="Working days are counted from it.", validate_choice=False)

    def offer(self, types: Iterable[RequestType], dates: Sequence[tuple[str, str]]) -> None:
        """What there is to choose from."""
        self.types = {str(kind.id): kind for kind in types}
        own = [SelectChoice(number, f"Every “{kind.name}”") for number, kind in self.types.items()]
        self.type.choices = [SelectChoice("", "None: it is added by hand"), *own]
        self.anchor.choices = [
            SelectChoice("", "The day it is filed, or the checklist is added"),
            *(SelectChoice(*pair) for pair in dates),
        ]

    def validate_type(self, field: Any) -> None:
        """Refuse what the team does not offer."""
        if field.data and field.data not in self.types:
            raise ValidationError("Choose something this team offers.")

    def cleaned(self) -> dict[str, Any]:
        """What the actions take, besides the version."""
        return {
            "name": self.name.data,
            "request_type": self.types.get(self.type.data or ""),
            "anchor": self.anchor.data or "",
        }


class SpecForm(BaseForm):
    """A step as it is written; `a_…` answer what the form of the asked type must know."""

    asks: tuple[Question, ...] = ()
    version = IntegerField(validators=[Optional()])
    path = SelectField("Who does it?", id="who-does-it", validate_choice=False)
    name = StringField("What is to be done?", filters=[plain])
    details = TextAreaField("More about it", filters=[plain])
    after = SelectField("Waits for", validate_choice=False)
    begin = StringField("Begins", description="Working days; -10 is ten before. Empty: at once.", filters=[plain])
    due = StringField("Due", description="Working days; -3 is three before, 0 the day itself.", filters=[plain])
    required = BooleanField("The request stays open until this is done", default=True)

    def offer(self, offered: Iterable[tuple[Team, RequestType]], own: Team, earlier: Sequence[Spec]) -> None:
        """Who can be asked for what, and the steps above."""
        types = [
            SelectChoice(f"{team.slug}/{kind.slug}", kind.name, optgroup=team.name)
            for team, kind in offered
            if team.id != own.id
        ]
        ticked = SelectChoice("", f"{own.name} itself: something to tick", optgroup=own.name)
        self.path.choices = [ticked, *types]
        above = [SelectChoice(str(at), f"{at}. {spec.name}") for at, spec in enumerate(earlier, start=1)]
        self.after.choices = [SelectChoice("", "Nothing"), *above]

    def load(self, spec: Spec, *, version: int) -> None:
        """Show what is kept."""
        self.version.data, self.path.data, self.name.data, self.details.data = (
            version,
            spec.path,
            spec.name,
            spec.details,
        )
        self.after.data, self.required.data = str(spec.after or ""), spec.required
        self.begin.data, self.due.data = (_said(days) for days in (spec.begin, spec.due))
        for question in self.asks:
            self._fields[f"a_{question.slug}"].data = spec.answers.get(question.slug, "")

    def validate_path(self, field: Any) -> None:
        """Refuse what nobody offers."""
        if field.data not in [choice.value for choice in field.choices]:
            raise ValidationError("Choose who does it.")

    def validate_begin(self, field: Any) -> None:
        """Refuse what is no number of days."""
        _days(field.data)

    def validate_due(self, field: Any) -> None:
        """Refuse what is no number of days."""
        _days(field.data)

    def cleaned(self) -> dict[str, Any]:
        """What `actions.put` takes, besides the version."""
        return {"spec": self.spec()}

    def spec(self) -> Spec:
        """What was written, once the form is valid."""
        typed = {question.slug: plain(self._fields[f"a_{question.slug}"].data) for question in self.asks}
        return Spec(
            name=self.name.data or "",
            details=self.details.data or "",
            path=self.path.data or "",
            answers={slug: text for slug, text in typed.items() if text},
            after=int(self.after.data) if (self.after.data or "").isdecimal() else None,
            begin=_days(self.begin.data),
            due=_days(self.due.data),
            required=bool(self.required.data),
        )

    @property
    def questions(self) -> list[Any]:
        """The fields of what the asked type must know, in order."""
        return [self._fields[f"a_{question.slug}"] for question in self.asks]


def spec_form(asks: Iterable[Question]) -> type[SpecForm]:
    """The form class of a step, with the questions that the form of the asked type must know."""
    asked = tuple(question for question in needed(asks) if question.kind not in _UNASKED)
    fields: Mapping[str, Any] = {f"a_{question.slug}": _field(question) for question in asked}
    return type("StepOf", (SpecForm,), {"asks": asked, **fields})


class PlaceForm(BaseForm):
    """Up or down, in the version that was shown."""

    to = HiddenField(validators=[AnyOf(["up", "down"], "Up or down?")])
    version = IntegerField(validators=[Optional()])

    def cleaned(self) -> dict[str, Any]:
        """What `actions.move_step` takes."""
        return {"up": self.to.data == "up", "version": self.version.data}


class RemoveForm(BaseForm):
    """Yes, in the version that was shown."""

    version = IntegerField(validators=[Optional()])


def _field(question: Question) -> Any:
    if question.kind in _ANSWERED:
        options = [SelectChoice(value, words) for value, words in question.options]
        return SelectField(question.label, choices=[SelectChoice("", "Leave it open"), *options], validate_choice=False)
    return StringField(question.label, filters=[plain], validators=[Length(max=rules.LONGEST)])


def _days(text: str | None) -> int | None:
    written = (text or "").replace("\N{MINUS SIGN}", "-").strip()
    if not written:
        return None
    try:
        return int(written)
    except ValueError:
        raise ValidationError("Give a number of working days, such as -3 or 5.") from None


def _said(days: int | None) -> str:
    return "" if days is None else str(days)
