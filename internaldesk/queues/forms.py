"""The shapes of what is sent from the queue; what an action needs besides is asked as on the page of one request."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional, ValidationError

from internaldesk.core import tags
from internaldesk.core.errors import Refused
from internaldesk.core.relations import SkipReason
from internaldesk.queues.filtering import FIRST
from internaldesk.tickets.forms import AssigneeForm, StatusForm, TransferForm
from internaldesk.web.forms import BaseForm, plain

_OURS = re.compile(r"/queue/|/requests/R-\d+$")
_LONGEST, _SHORTER = 1000, "Please use fewer words."


class NextForm(BaseForm):
    """The button Take next."""


class SkipForm(BaseForm):
    """Why somebody passes over what Take next gave them."""

    reason = HiddenField(validators=[AnyOf(list(SkipReason), "Choose why you pass it over.")])

    def cleaned(self) -> dict[str, Any]:
        """What `skipping.skip` takes."""
        return {"reason": SkipReason(self.reason.data or "")}


class BackForm(BaseForm):
    """What leads back to a list, or to a request."""

    back = HiddenField()

    @property
    def url(self) -> str:
        """The page they came from; anything else is not followed."""
        url: str = self.back.data or ""
        return url if _OURS.match(url) else FIRST.url


class UndoForm(BackForm):
    """Take back what was just done: the number under which it is kept."""

    number = IntegerField(validators=[InputRequired()])


class RetagForm(BaseForm):
    """Tags to put on all of them, and tags to take off."""

    add = StringField("Tags to add", filters=[plain], validators=[Length(max=_LONGEST, message=_SHORTER)])
    remove = StringField("Tags to take off", filters=[plain], validators=[Length(max=_LONGEST, message=_SHORTER)])

    def validate_add(self, field: Any) -> None:
        """Refuse what is no tag, naming it."""
        self.added = _tags(field)

    def validate_remove(self, field: Any) -> None:
        """Likewise, and where neither is given."""
        self.removed = _tags(field)
        if not self.removed and not (self.add.data or ""):
            raise ValidationError("Name a tag to add or to take off.")

    def cleaned(self) -> dict[str, Any]:
        """What `deeds.retag` takes."""
        return {"add": self.added, "remove": self.removed}


class MacroForm(BaseForm):
    """Which macro, in which version it was looked at, and that it was."""

    macro = RadioField("Macro", coerce=int, validators=[InputRequired("Choose a macro.")])
    macro_version = IntegerField(validators=[Optional()])


class CauseForm(BaseForm):
    """The one request that has hit all of these."""

    cause = StringField(
        "The cause",
        description="The number of the request about it, like R-4811.",
        filters=[plain],
        validators=[DataRequired("Give the number of the request they follow.")],
    )


def _tags(field: Any) -> tuple[str, ...]:
    try:
        return tags.read(field.data)
    except Refused as refusal:
        raise ValidationError(refusal.sentence) from refusal


NEEDS: Mapping[str, tuple[str, type[BaseForm]]] = {
    "assign": ("assignee", AssigneeForm),
    "status": ("status", StatusForm),
    "transfer": ("team", TransferForm),
    "tags": ("add", RetagForm),
    "macro": ("macro", MacroForm),
    "link": ("cause", CauseForm),
}
"""What an action must be told besides: the field that says so, and its form."""


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
