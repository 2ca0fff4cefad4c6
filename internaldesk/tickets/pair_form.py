"""The shapes of what ties requests: which other one, as of which versions, and words for all that hang on one."""

from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length, Optional

from internaldesk.tickets.forms import LONGEST
from internaldesk.web.forms import BaseForm, plain


class PairForm(BaseForm):
    """The other request, with the versions of both that the page showed."""

    into = IntegerField(validators=[DataRequired("Choose the other request first.")])
    version = IntegerField(validators=[Optional()])
    other_version = IntegerField(validators=[Optional()])


class SureForm(BaseForm):
    """Yes, undo it."""


class TellForm(BaseForm):
    """Words for this request and for those chosen, and whether that solves them."""

    body = TextAreaField(
        "What should everybody read?",
        filters=[plain],
        validators=[DataRequired("Write something first."), Length(max=LONGEST, message="Please keep it shorter.")],
    )
    then = RadioField(
        "And then?",
        choices=[SelectChoice("", "Only tell them"), SelectChoice("solve", "Tell them and solve those chosen")],
        default="",
    )
    only = SelectMultipleField("To whom?", coerce=int, validate_choice=False)
    shown = SelectMultipleField("Those named on the page", coerce=int, validate_choice=False)
    rest = BooleanField("And to the others")
    version = IntegerField(validators=[Optional()])

    def cleaned(self) -> dict[str, Any]:
        """What `telling.tell_all` takes."""
        return {
            "body": self.body.data,
            "then": self.then.data or "",
            "only": self.only.data or [],
            "shown": self.shown.data or [],
            "rest": self.rest.data,
            "version": self.version.data,
        }


class SplitForm(BaseForm):
    """What is split off: which words and files, what it is about, and what it is."""

    type = SelectField("What is it?", validate_choice=False)
    summary = StringField(
        "Its title",
        filters=[plain],
        validators=[
            DataRequired("Say in a few words what it is about."),
            Length(max=200, message="Please shorten it."),
        ],
    )
    words = SelectMultipleField("Which words ask for it?", coerce=int, validate_choice=False)
    kept = SelectMultipleField("Which files belong to it?", coerce=int, validate_choice=False)
    details = TextAreaField(
        "In your own words", filters=[plain], validators=[Length(max=LONGEST, message="Please keep it shorter.")]
    )
    version = IntegerField(validators=[Optional()])

    def cleaned(self) -> dict[str, Any]:
        """What `splits.split` takes, but for the type and the copies of the files."""
        return {
            "summary": self.summary.data,
            "words": self.words.data or [],
            "details": self.details.data,
            "version": self.version.data,
        }
