"""The shapes of what is sent from a request's page."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional, ValidationError

from internaldesk.core import tags
from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import AGENT_WORDS, Status
from internaldesk.core.priority import Priority
from internaldesk.tickets.handover import DECISION, TRANSFER_REASONS
from internaldesk.web.filters import zone
from internaldesk.web.forms import BaseForm, plain

LONGEST = 20_000
_CHOICES = [Status.PROGRESS, Status.WAITING, Status.APPROVAL, Status.SUPPLIER, Status.SOLVED]
_END_OF_DAY = time(17)


class WordsForm(BaseForm):
    """Words with the version of the page they were written on."""

    body = TextAreaField(
        "Your words",
        filters=[plain],
        validators=[DataRequired("Write something first."), Length(max=LONGEST, message="Please keep it shorter.")],
    )
    version = IntegerField(validators=[Optional()])


class MessageForm(WordsForm):
    """A public reply; `then` is the team's: wait for the requester, go on, or solved; `tell` says it to all linked."""

    then = HiddenField(validators=[Optional(), AnyOf(["wait", "progress", "solve"], "Choose one of the ways to send.")])
    tell = BooleanField()

    def cleaned(self) -> dict[str, Any]:
        """What `telling.reply` takes."""
        words = {"body": self.body.data, "then": self.then.data or "", "version": self.version.data}
        return {**words, "tell": self.tell.data}


class NoteForm(WordsForm):
    """An internal note."""

    def cleaned(self) -> dict[str, Any]:
        """What `actions.note` takes."""
        return {"body": self.body.data, "version": self.version.data}


class FollowUpForm(WordsForm):
    """Words to a closed request."""

    def cleaned(self) -> dict[str, Any]:
        """What `following.follow_up` takes."""
        return {"body": self.body.data}


class ThanksForm(BaseForm):
    """No answer is needed, on the page of this version."""

    version = IntegerField(validators=[Optional()])


class TakeBackForm(BaseForm):
    """The button that takes a reply back."""


class AssigneeForm(BaseForm):
    """Who works on it: a person's id, `me`, or empty for anybody in the team."""

    assignee = SelectField("Assignee", validate_choice=False)

    def validate_assignee(self, field: Any) -> None:
        """Refuse what is neither an id nor `me` nor empty."""
        if field.data not in (None, "", "me") and not str(field.data).isdigit():
            raise ValidationError("Choose somebody who works in this team.")

    def chosen(self, me: int) -> int | None:
        """The person's id, or None."""
        value = self.assignee.data or ""
        return me if value == "me" else int(value) if value else None


class StatusForm(BaseForm):
    """Where it stands now, why, and until when."""

    status = RadioField(
        "Status",
        id="new-status",
        choices=[SelectChoice(status.value, AGENT_WORDS[status]) for status in _CHOICES],
        validators=[InputRequired("Choose a status.")],
    )
    reason = StringField(
        "Why, in one sentence",
        description="The requester reads this.",
        filters=[plain],
        validators=[Optional(), Length(max=300)],
    )
    until = StringField("Until", description="A date, if one is agreed: it goes on by itself then.", filters=[plain])

    def validate_until(self, field: Any) -> None:
        """Refuse what is no date."""
        self.instant = read_instant(field.data, zone())

    def cleaned(self) -> dict[str, Any]:
        """What `actions.set_status` takes."""
        return {"status": Status(self.status.data), "reason": self.reason.data, "until": self.instant}


class PriorityForm(BaseForm):
    """How urgent it is."""

    priority = RadioField(
        "Priority",
        choices=[SelectChoice(level.value, level.value.capitalize()) for level in Priority],
        validators=[InputRequired("Choose a priority.")],
    )

    def cleaned(self) -> dict[str, Any]:
        """What `actions.set_priority` takes."""
        return {"level": Priority(self.priority.data)}


class TransferForm(BaseForm):
    """To which team, and why; a few words for them travel along as a note."""

    team = SelectField("Team", validate_choice=False, validators=[InputRequired("Choose the team it goes to.")])
    reason = RadioField(
        "Why",
        choices=[SelectChoice(key, words.capitalize()) for key, words in TRANSFER_REASONS.items()],
        validators=[InputRequired("Choose why it goes to another team.")],
    )
    body = TextAreaField(
        "What should they know?",
        description="Only the teams read this.",
        filters=[plain],
        validators=[Optional(), Length(max=LONGEST)],
    )

    def cleaned(self) -> dict[str, Any]:
        """What `actions.transfer` takes, besides the team itself."""
        return {"reason": self.reason.data, "body": self.body.data}


class HandOverForm(TransferForm):
    """As above; for a decision also whose it is, and by when."""

    person = SelectField("Who decides?", validate_choice=False, description="A lead of the team it goes to.")
    decide_by = StringField("To be decided by", description="A date, if there is one.", filters=[plain])

    def validate_person(self, field: Any) -> None:
        """Refuse what is no person."""
        if field.data and not str(field.data).isdigit():
            raise ValidationError("Choose one of its leads.")

    def validate_decide_by(self, field: Any) -> None:
        """Refuse what is no date."""
        self.instant = read_instant(field.data, zone())

    def cleaned(self) -> dict[str, Any]:
        """What `handover.transfer` takes, besides the team itself; the last two mean nothing but for a decision."""
        if self.reason.data != DECISION:
            return super().cleaned()
        person = int(self.person.data) if self.person.data else None
        return {**super().cleaned(), "person": person, "decide_by": self.instant}


class FollowerForm(BaseForm):
    """Who should read along: an e-mail address or a full name."""

    person = StringField("Who?", filters=[plain], validators=[DataRequired("Name a co-worker.")])


class StepInForm(BaseForm):
    """The button that asks somebody to step in."""


class WaiverForm(BaseForm):
    """Not to hold a missed promise against anybody, and why."""

    clock = IntegerField(validators=[InputRequired("Choose the promise to waive.")])
    reason = StringField(
        "Why does it not count?",
        filters=[plain],
        validators=[
            DataRequired("Say why it does not count."),
            Length(max=300, message="Please say it in fewer words."),
        ],
    )


class TagsForm(BaseForm):
    """All the tags it is to have, in one line."""

    tags = StringField("Tags", filters=[plain], validators=[Length(max=1000, message="Please use fewer words.")])

    def validate_tags(self, field: Any) -> None:
        """Refuse what is no tag, naming it."""
        try:
            self.words = tags.read(field.data)
        except Refused as refusal:
            raise ValidationError(refusal.sentence) from refusal

    def cleaned(self) -> dict[str, Any]:
        """What `tags.tag` takes."""
        return {"tags": self.words}


def read_instant(text: str | None, local: ZoneInfo) -> datetime | None:
    """A date (its end of office day), or a date and a time, in the reader's zone; None for nothing.

    Raises ValidationError with a sentence for anything else.
    """
    if not text:
        return None
    try:
        if len(text) <= len("2026-12-01"):
            return datetime.combine(date.fromisoformat(text), _END_OF_DAY, local)
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError("Write the date like 2026-12-01, with a time like 2026-12-01T14:00.") from error
    return found if found.tzinfo else found.replace(tzinfo=local)
