"""The shape of what is sent about a saved report besides its name."""

from wtforms import HiddenField
from wtforms.validators import AnyOf

from internaldesk.web.forms import BaseForm


class MoveForm(BaseForm):
    """Up or down, or away."""

    to = HiddenField(validators=[AnyOf(["up", "down", "away"], "Choose up, down or away.")])
