"""The shapes of what a lead says about a follow-up."""

from wtforms import IntegerField, TextAreaField
from wtforms.validators import Length, Optional

from internaldesk.ratings.follow_ups import LONGEST_NOTE
from internaldesk.web.forms import BaseForm, plain


class DoneForm(BaseForm):
    """What was done; `version` is the one that was looked at."""

    version = IntegerField(validators=[Optional()])
    note = TextAreaField(
        "What did you do?",
        filters=[plain],
        validators=[Length(max=LONGEST_NOTE, message=f"Please keep it under {LONGEST_NOTE:,} letters.")],
    )


class AgainForm(BaseForm):
    """That it goes on."""

    version = IntegerField(validators=[Optional()])
