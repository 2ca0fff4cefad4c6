"""The shapes of what is sent about the parts of a request: help that is asked for, a tick, a step, a checklist."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, ValidationError

from internaldesk.core.policy import Actor
from internaldesk.core.questions import Question
from internaldesk.models.checklists import Checklist
from internaldesk.tickets.file_form import FileForm, after, own_fields
from internaldesk.web.forms import BaseForm, plain

_NAME = 200
_REASON = 200


class HelpForm(FileForm):
    """What another team is asked: as on its own form, but only what it must know."""

    says_waiting: BooleanField
    for_requester: BooleanField

    def __init__(self, raw: Mapping[str, Sequence[str]], *, by: Actor, now: datetime) -> None:
        """As every form of a type; a box that is not ticked sends nothing."""
        super().__init__(raw, by=by, now=now)
        self.ticked = {name for name in ("says_waiting", "for_requester") if "y" in raw.get(name, ())}

    def cleaned(self) -> dict[str, Any]:
        """What `helping.ask` takes; only after `validate` passed."""
        words = super().cleaned()
        said = {name: words[name] for name in ("summary", "details", "answers")}
        return {**said, "waits": "says_waiting" in self.ticked, "for_requester": "for_requester" in self.ticked}


def help_form(asks: Sequence[Question]) -> type[HelpForm]:
    """The form class for a type's questions, of which those it must know are asked."""
    asked = needed(asks)
    fields = {
        "for_person": StringField("For"),
        "for_whom": StringField("Whom"),
        **own_fields(asked),
        **after(),
        "says_waiting": BooleanField("Say that the request waits for them"),
        "for_requester": BooleanField("For the same person"),
    }
    return type("Helping", (HelpForm,), {"asks": asked, **fields})


def needed(asks: Iterable[Question]) -> tuple[Question, ...]:
    """The questions that must be answered, with the earlier ones they depend on."""
    asked = list(asks)
    wanted = {question.slug for question in asked if question.required}
    for question in reversed(asked):
        if question.slug in wanted and question.shown_when:
            wanted.add(question.shown_when[0])
    return tuple(question for question in asked if question.slug in wanted)


class TickForm(BaseForm):
    """Done, or not after all."""

    done = HiddenField(validators=[AnyOf(["yes", "no"], "Done, or not?")])

    def cleaned(self) -> dict[str, Any]:
        """What `ticking.tick` takes."""
        return {"done": self.done.data == "yes"}


class StepForm(BaseForm):
    """One thing more to tick."""

    name = StringField(
        "What is to be done?",
        id="step-name",
        filters=[plain],
        validators=[
            DataRequired("Say in a few words what is to be done."),
            Length(max=_NAME, message="Please keep it shorter."),
        ],
    )


class AddForm(BaseForm):
    """One of the team's checklists."""

    checklist = SelectField("Checklist", validate_choice=False, validators=[InputRequired("Choose a checklist.")])

    def offer(self, found: Iterable[Checklist]) -> None:
        """What there is to choose from."""
        self.known = {str(row.id): row for row in found}
        self.checklist.choices = [
            SelectChoice("", "Choose one"),
            *(SelectChoice(number, row.name) for number, row in self.known.items()),
        ]

    def validate_checklist(self, field: Any) -> None:
        """Refuse what is not among them."""
        if field.data and field.data not in self.known:
            raise ValidationError("Choose a checklist of this team.")

    def cleaned(self) -> dict[str, Any]:
        """What `ticking.add_checklist` takes."""
        return {"checklist": self.known[self.checklist.data]}


class LeaveOutForm(BaseForm):
    """Why it is done without."""

    reason = StringField(
        "Why?",
        filters=[plain],
        validators=[DataRequired("Say in a few words why."), Length(max=_REASON, message="Please keep it shorter.")],
    )
