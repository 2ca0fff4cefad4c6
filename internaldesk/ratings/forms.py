"""The shape of a rating: four questions and a comment."""

from typing import Any

from wtforms import IntegerField, TextAreaField
from wtforms.validators import Length, Optional

from internaldesk.core.rating import QUESTIONS, Scores
from internaldesk.web.forms import BaseForm, plain


class RatingForm(BaseForm):
    """Each score is optional; that there is at least one, from 1 to 5, is the rule's business."""

    attitude = IntegerField(validators=[Optional()])
    responsiveness = IntegerField(validators=[Optional()])
    clarity = IntegerField(validators=[Optional()])
    simplicity = IntegerField(validators=[Optional()])
    comment = TextAreaField(
        "What could have been better?",
        filters=[plain],
        validators=[Optional(), Length(max=4000, message="Please keep it under 4,000 characters.")],
    )

    def cleaned(self) -> dict[str, Any]:
        """What `actions.submit` takes."""
        scores = Scores(**{question.slug: self[question.slug].data for question in QUESTIONS})
        return {"scores": scores, "comment": self.comment.data}
