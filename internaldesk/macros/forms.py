"""The shapes of what is sent: a macro as it is written, its place, and one that is to be done."""

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, DataRequired, Length, Optional, ValidationError

from internaldesk.core import macros as rules
from internaldesk.core import tags
from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import AGENT_WORDS
from internaldesk.core.macros import Assign, Content, MacroLike, Part
from internaldesk.macros.queries import Member
from internaldesk.tickets.forms import LONGEST
from internaldesk.web.forms import BaseForm, plain

_WHOM = {
    Assign.KEEP: "Leave it where it is",
    Assign.ME: "Whoever uses it",
    Assign.NOBODY: "Nobody: anybody in the team",
}
_THEN = [("", "Leave it as it is"), *((status.value, AGENT_WORDS[status]) for status in rules.THEN)]


class MacroForm(BaseForm):
    """A macro as it is written; `version` is the one it was edited from, 0 for a new one."""

    version = IntegerField(validators=[Optional()], default=0)
    name = StringField(
        "Name",
        filters=[plain],
        validators=[
            DataRequired("Give it a name that people will recognise."),
            Length(max=80, message="Please keep the name below 80 letters."),
        ],
    )
    shortcut = StringField(
        "Shortcut",
        description="What one types after the semicolon to find it first.",
        filters=[plain, lambda value: value.lstrip(";").lower()],
        validators=[Length(max=24, message="Please keep the shortcut below 24 letters.")],
    )
    body = TextAreaField(
        "Text",
        filters=[plain],
        validators=[Length(max=rules.LONGEST, message=f"Please keep the text below {rules.LONGEST} letters.")],
    )
    status = SelectField("Sets status", id="new-status", choices=[SelectChoice(value, words) for value, words in _THEN])
    tags = StringField("Adds tags", description="Words with spaces or commas between them.", filters=[plain])
    assign = SelectField("Gives it to")

    def offer(self, members: Iterable[Member]) -> None:
        """Whom it can give a request to."""
        people = [SelectChoice(f"p{member.id}", member.name) for member in members]
        self.assign.choices = [*(SelectChoice(whom.value, words) for whom, words in _WHOM.items()), *people]

    def load(self, macro: MacroLike, *, version: int) -> None:
        """Show what is kept."""
        self.version.data, self.name.data, self.shortcut.data = version, macro.name, macro.shortcut
        self.body.data, self.tags.data = macro.body, ", ".join(macro.tags)
        self.status.data = macro.status.value if macro.status else ""
        self.assign.data = f"p{macro.assignee_id}" if macro.assign is Assign.PERSON else macro.assign.value

    def validate_tags(self, field: Any) -> None:
        """Refuse what is no tag, naming it."""
        try:
            tags.read(field.data)
        except Refused as refusal:
            raise ValidationError(refusal.sentence) from refusal

    def cleaned(self) -> dict[str, Any]:
        """What the actions take."""
        return {"content": self.content()}

    def content(self) -> Content:
        """What was written, as far as it makes sense; the whole of it once the form is valid."""
        whom = self.assign.data or Assign.KEEP.value
        person = int(whom[1:]) if whom[:1] == "p" and whom[1:].isdecimal() else None
        named = whom in [choice.value for choice in _WHOM]
        return Content(
            name=self.name.data or "",
            shortcut=self.shortcut.data or "",
            body=self.body.data or "",
            status=next((status for status in rules.THEN if status.value == self.status.data), None),
            tags=() if self.tags.errors else tags.read(self.tags.data or ""),
            assign=Assign.PERSON if person else Assign(whom) if named else Assign.KEEP,
            assignee_id=person,
        )


class PlaceForm(BaseForm):
    """Up or down."""

    to = HiddenField(validators=[AnyOf(["up", "down"], "Choose up or down.")])


class RemoveForm(BaseForm):
    """Take it away."""


class UseForm(BaseForm):
    """A macro to be done: what is said, which parts are done, and what was shown before."""

    body = TextAreaField(
        "Your words",
        filters=[plain],
        validators=[Length(max=LONGEST, message="Please keep it shorter.")],
    )
    do = SelectMultipleField("What it does", choices=[SelectChoice(part.value, part.value) for part in Part])
    mode = HiddenField(validators=[AnyOf(["reply", "note"], "Choose a reply or a note.")])
    seen = IntegerField(validators=[Optional()])
    version = IntegerField(validators=[Optional()])

    def cleaned(self) -> dict[str, Any]:
        """What `actions.run` takes."""
        return {
            "note": self.mode.data == "note",
            "body": self.body.data,
            "do": [Part(value) for value in self.do.data or []],
            "seen": self.seen.data,
            "version": self.version.data,
        }
