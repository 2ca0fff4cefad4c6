"""The shapes of a thank-you, and of what a member answers about their team."""

from typing import Any

from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional

from internaldesk.core.rating import QUESTIONS, Scores
from internaldesk.core.recognition import TAGS
from internaldesk.recognition.actions import LONGEST_WORDS
from internaldesk.web.forms import BaseForm, plain


class ThanksForm(BaseForm):
    """What for, and words if one has some."""

    tag = RadioField(
        "What for?",
        choices=[SelectChoice(tag.value, words) for tag, words in TAGS.items()],
        validators=[InputRequired(message="Choose what you are thanking for.")],
        validate_choice=False,
    )
    words = TextAreaField(
        "Words of thanks",
        filters=[plain],
        validators=[Optional(), Length(max=LONGEST_WORDS, message=f"Please keep it under {LONGEST_WORDS:,} letters.")],
    )


class KeepForm(BaseForm):
    """A button alone."""


class MirrorForm(BaseForm):
    """Four scores; that there are four, from 1 to 5, is the rule's business."""

    attitude = IntegerField(validators=[Optional()])
    responsiveness = IntegerField(validators=[Optional()])
    clarity = IntegerField(validators=[Optional()])
    simplicity = IntegerField(validators=[Optional()])

    def cleaned(self) -> dict[str, Any]:
        """What `actions.answer` takes."""
        return {"scores": Scores(**{question.slug: self[question.slug].data for question in QUESTIONS})}
