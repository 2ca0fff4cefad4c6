"""The form on which an agent writes down what somebody asked: short, and nothing of the type's questions is a must."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from wtforms import RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from internaldesk.catalogue.queries import Offer
from internaldesk.core.policy import Actor
from internaldesk.core.questions import Question
from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.tickets.doors import may_log
from internaldesk.tickets.file_form import FileForm, after, own_fields
from internaldesk.tickets.forms import LONGEST, read_instant
from internaldesk.web.forms import plain

OLDEST = timedelta(days=366)
THEN = ("take", "solve")
_ASKED = {
    "phone": "Phone",
    "walk-in": "In person",
    "letter": "Letter",
    "fax": "Fax",
    "meeting": "Meeting",
    "chat": "Chat",
    "email": "E-mail",
}
Types = dict[str, list[tuple[str, str]]]


class IntakeForm(FileForm):
    """Who asked for what, how and when it came, and what was answered at once; the rest is as on any form."""

    type: SelectField
    channel: RadioField
    received: StringField
    answer: TextAreaField

    def __init__(self, raw: Mapping[str, Sequence[str]], *, by: Actor, now: datetime) -> None:
        """As every form of a type; how it came begins with the telephone."""
        super().__init__({"channel": ["phone"], **raw}, by=by, now=now)
        self.came: datetime | None = None

    @property
    def then(self) -> str:
        """What happens besides logging it, by the button that was pressed."""
        pressed = self.given.get("then", "")
        return pressed if pressed in THEN else ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the whole and put every sentence at its field."""
        super().validate(extra_validators)
        for name, sentence in {**self._how(), **self._when()}.items():
            self._fields[name].errors = [sentence]
        return not self.errors

    def cleaned(self) -> dict[str, Any]:
        """What `doors.log` takes; only after `validate` passed."""
        words = super().cleaned()
        del words["for_person"]
        assert self.whom.person is not None
        person = db.session.get(Person, self.whom.person.id)
        answer = plain(self.answer.data) if self.then == "solve" else ""
        door = {"channel": self.channel.data, "received": self.came}
        return {**words, **door, "person": person, "then": self.then, "answer": answer}

    def _whom(self) -> dict[str, str]:
        sentence = self.whom.error or ("" if self.whom.person else "Say whose request this is.")
        return {"for_person": sentence} if sentence else {}

    def _how(self) -> dict[str, str]:
        wrong = {} if self.channel.data in _ASKED else {"channel": "Choose how it came."}
        if self.then == "solve" and not plain(self.answer.data):
            wrong["answer"] = "Write what you told them; they read it as your answer."
        elif len(self.answer.data or "") > LONGEST:
            wrong["answer"] = "Please keep it shorter."
        return wrong

    def _when(self) -> dict[str, str]:
        try:
            self.came = received(self.received.data or "", now=self.now, zone=ZoneInfo(self.by.timezone))
        except ValidationError as error:
            return {"received": str(error)}
        return {}


class Choosing(NamedTuple):
    """The types to choose from, by heading."""

    types: Types

    def holds(self, value: str) -> bool:
        """Whether the type "team/type" is among them."""
        return any(value == path for kinds in self.types.values() for path, _ in kinds)


def choosing(offers: Iterable[Offer], *, by: Actor) -> Choosing:
    """What an agent may log, the types of their own teams first; cases only where they are named for them."""
    found = [offer for offer in offers if may_log(by, team_id=offer.team.id, confidential=offer.confidential)]
    types: Types = {}
    for offer in sorted(found, key=lambda offer: offer.team.id not in by.agent_of):
        types.setdefault(offer.team.name, []).append((f"{offer.team.slug}/{offer.slug}", offer.name))
    return Choosing(types)


def intake_form(asks: Sequence[Question], choices: Choosing) -> type[IntakeForm]:
    """The form class for a type's questions (none before a type is chosen), which may all stay empty."""
    asked = [replace(question, required=False) for question in asks]
    types = [
        SelectChoice(value, words, optgroup=team) for team, kinds in choices.types.items() for value, words in kinds
    ]
    fields = {
        "for_person": StringField("Who asks?", description="A name, or an e-mail address."),
        "type": SelectField("What for?", choices=[SelectChoice("", "Choose one"), *types], validate_choice=False),
        "for_whom": StringField("Whom"),
        "channel": RadioField("How did it come?", choices=_doors(), validate_choice=False),
        "received": StringField("When?", description="Your time, if it was before now."),
        **own_fields(asked),
        **after(),
        "answer": TextAreaField("What did you tell them?", description="They read this as your answer."),
    }
    return type("Intake", (IntakeForm,), {"asks": tuple(asked), **fields})


def chosen(path: str, choices: Choosing) -> tuple[str, str] | None:
    """The slugs of team and type behind "team/type", where that can be chosen."""
    team, _, kind = path.partition("/")
    return (team, kind) if choices.holds(path) else None


def received(text: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """A time of today or a date with a time, in the reader's zone; None for now. Raises ValidationError."""
    written = text.strip().replace(" ", "T", 1)
    if len(written) in (4, 5) and ":" in written:
        written = f"{now.astimezone(zone).date().isoformat()}T{written:0>5}"
    elif written and "T" not in written:
        raise ValidationError("Give a time of today like 09:10, or a date with a time like 2026-11-20 09:10.")
    found = read_instant(written, zone)
    if found is not None and found > now:
        raise ValidationError("This is in the future: say when it was received.")
    if found is not None and found < now - OLDEST:
        raise ValidationError("This is more than a year ago.")
    return found


def _doors() -> list[SelectChoice]:
    return [SelectChoice(value, words) for value, words in _ASKED.items()]
