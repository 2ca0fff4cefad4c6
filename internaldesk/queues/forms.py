"""The shapes of what is sent from the queue; what an action needs besides is asked as on the page of one request."""

from datetime import UTC, datetime

from wtforms import HiddenField, IntegerField, SelectMultipleField
from wtforms.validators import AnyOf, InputRequired, Optional

from internaldesk.queues.filtering import FIRST
from internaldesk.tickets.forms import AssigneeForm, StatusForm, TransferForm
from internaldesk.web.forms import BaseForm

NEEDS = {"assign": ("assignee", AssigneeForm), "status": ("status", StatusForm), "transfer": ("team", TransferForm)}
"""What an action must be told besides: the field that says so, and its form."""


class NextForm(BaseForm):
    """The button Take next."""


class BackForm(BaseForm):
    """What leads back to a list."""

    back = HiddenField()

    @property
    def url(self) -> str:
        """The list they came from; anything else is not followed."""
        url: str = self.back.data or ""
        return url if url.startswith("/queue/") else FIRST.url


class UndoForm(BackForm):
    """Take back what was just done to many: the number under which it is remembered."""

    number = IntegerField(validators=[InputRequired()])


class BulkForm(BackForm):
    """One thing to do to many requests; `seen` is when the list was made, in seconds since 1970."""

    ids = SelectMultipleField("Requests", coerce=int, validate_choice=False)
    action = HiddenField(validators=[AnyOf(["take", *NEEDS], "Choose what to do with them.")])
    seen = IntegerField(validators=[Optional()])

    @property
    def numbers(self) -> list[int]:
        """The chosen requests, each once."""
        return list(dict.fromkeys(self.ids.data or []))

    @property
    def shown_at(self) -> datetime | None:
        """When the list was made, if it says so."""
        return datetime.fromtimestamp(self.seen.data, UTC) if self.seen.data else None
