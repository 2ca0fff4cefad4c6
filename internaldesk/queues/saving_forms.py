"""The shapes of what is sent about saved views and about the looks of a list."""

from typing import Any

from wtforms import HiddenField
from wtforms.validators import AnyOf

from internaldesk.queues.forms import BackForm
from internaldesk.saved import forms
from internaldesk.web.forms import BaseForm


class KeepForm(BaseForm):
    """A press of a button about a saved view: remove it, or let it lead to the list of `view` and `query`."""

    view = HiddenField()
    query = HiddenField()

    def cleaned(self) -> dict[str, Any]:
        """What it leads to is read by the page."""
        return {}


class NameForm(forms.NameForm):
    """The name of a saved view; `view` is the list it leads to."""

    view = HiddenField()


class PlaceForm(BaseForm):
    """Up or down."""

    to = HiddenField(validators=[AnyOf(["up", "down"], "Choose up or down.")])


class DensityForm(BackForm):
    """How high the rows are."""

    density = HiddenField(validators=[AnyOf(["comfortable", "compact"], "Choose comfortable or compact.")])
