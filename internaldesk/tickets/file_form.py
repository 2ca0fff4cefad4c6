"""The form of a request type: fields made from its questions, read as a whole, every typed word kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from internaldesk.core import answers as answering
from internaldesk.core import questions as asking
from internaldesk.core.answers import BadAnswer
from internaldesk.core.policy import Actor
from internaldesk.core.questions import Kind, Option, Question
from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.tickets import whom
from internaldesk.tickets.forms import read_instant
from internaldesk.tickets.whom import Found
from internaldesk.web.forms import BaseForm

_RADIOS = 5  # more options than this fold into a list
_CUSTOMER = 200
_WHOM = (("me", "Me"), ("other", "Someone else"))
_YES_NO = (("no", "No"), ("yes", "Yes"))


@dataclass(slots=True)
class Asked:
    """A question as it is shown: its control, whether it is hidden for now, and what a control alone cannot hold."""

    question: Question
    control: Field
    off: bool = False
    only_if: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    words: str = ""
    matches: list[tuple[int, str]] = field(default_factory=list)

    @property
    def when(self) -> str:
        """The earlier answer that makes it appear, as the script reads it."""
        return "=".join(self.question.shown_when) if self.question.shown_when else ""

    @property
    def shape(self) -> str:
        """The kind of control."""
        many = self.question.kind is Kind.CHOICE and len(self.question.options) > _RADIOS
        return "select" if many else {Kind.YESNO: "choice"}.get(self.question.kind, self.question.kind.value)


class FileForm(BaseForm):
    """The fields every type has; `made_for` adds those of its questions, in the order of the page."""

    asks: tuple[Question, ...] = ()
    for_whom: RadioField
    for_person: StringField
    summary: StringField
    details: TextAreaField
    customer_waiting: RadioField
    customer: StringField
    needed_by: StringField
    files: MultipleFileField

    def __init__(self, raw: Mapping[str, Sequence[str]], *, by: Actor, now: datetime) -> None:
        """Read what was typed (or kept, or known); `raw` holds every value of every field by name."""
        given = MultiDict((name, value) for name, values in raw.items() for value in values)
        chosen, person = given.get("for_whom", ""), whom.typed(given, "for_person")
        given["for_whom"] = chosen if chosen in dict(_WHOM) else "me" if person in whom.ME else "other"
        super().__init__(formdata=given)
        self.given, self.by, self.now = given, by, now
        self.found = {q.slug: whom.find(given, q.slug) for q in self.asks if q.kind is Kind.PERSON}
        self.whom = whom.find(given, "for_person") if given["for_whom"] == "other" else Found(None)
        self.answers, self.wrong = asking.check(self.asks, {**given.to_dict(flat=False), **self._ids()})
        self.instant: datetime | None = None
        self.file_errors: list[str] = []

    @property
    def waits(self) -> bool:
        """Whether an external customer waits."""
        return bool(self.customer_waiting.data == "yes")

    @property
    def asked(self) -> list[Asked]:
        """The questions in order, with everything the page needs to show them."""
        shown = {question.slug for question in asking.visible(self.asks, self.answers)}
        return [self._asked(question, off=question.slug not in shown) for question in self.asks]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the whole and put every sentence at its field."""
        super().validate(extra_validators)
        wrong = {f"q_{slug}": sentence for slug, sentence in self._wrong_answers().items()}
        checks: tuple[Callable[[], dict[str, str]], ...] = (self._whom, self._words, self._customer)
        for check in checks:
            wrong |= check()
        if self.file_errors:
            wrong["files"] = " ".join(self.file_errors)
        for name, sentence in wrong.items():
            self._fields[name].errors = [sentence]
        return not self.errors

    def cleaned(self) -> dict[str, Any]:
        """What `actions.file` takes; only after `validate` passed."""
        person = self.whom.person
        return {
            "summary": answering.line(self.summary.data or ""),
            "details": answering.text(self.details.data or ""),
            "answers": self.answers,
            "for_person": db.session.get(Person, person.id) if person else None,
            "customer_waiting": self.waits,
            "customer": answering.line(self.customer.data or "") if self.waits else "",
            "needed_by": self.instant,
        }

    def _ids(self) -> dict[str, list[str]]:
        """Names and addresses of people turned into the ids that answers hold."""
        return {slug: [str(who.person.id)] if who.person else [] for slug, who in self.found.items()}

    def _wrong_answers(self) -> dict[str, str]:
        shown = {question.slug for question in asking.visible(self.asks, self.answers)}
        unknown = {slug: who.error for slug, who in self.found.items() if who.error and slug in shown}
        return self.wrong | unknown

    def _whom(self) -> dict[str, str]:
        if self.for_whom.data != "other":
            return {}
        nobody = "" if self.whom.person else "Say who this is for, or choose “Me”."
        sentence = self.whom.error or nobody
        return {"for_person": sentence} if sentence else {}

    def _words(self) -> dict[str, str]:
        wrong: dict[str, str] = {}
        if not (self.summary.data or "").strip():
            wrong["summary"] = "Say in one line what this is about."
        for name, read in (("summary", answering.line), ("details", answering.text), ("customer", answering.line)):
            try:
                read(self._fields[name].data or "")
            except BadAnswer as error:
                wrong[name] = str(error)
        return wrong

    def _customer(self) -> dict[str, str]:
        if not self.waits:
            return {}
        try:
            self.instant = needed(self.needed_by.data or "", now=self.now, zone=ZoneInfo(self.by.timezone))
        except ValidationError as error:
            return {"needed_by": str(error)}
        return {}

    def _asked(self, question: Question, *, off: bool) -> Asked:
        found = self.found.get(question.slug, Found(None))
        return Asked(
            question=question,
            control=self._fields[f"q_{question.slug}"],
            off=off,
            only_if=_only_if(question, self.asks),
            rows=self._rows(question) if question.kind is Kind.LINES else [],
            words=found.person.name if found.person else self.given.get(f"{question.slug}_name", ""),
            matches=[(person.id, whom.described(person)) for person in found.matches],
        )

    def _rows(self, question: Question) -> list[dict[str, str]]:
        """The order lines as typed; `drop_row` takes one away, `add_row` puts an empty one below."""
        columns = [self.given.getlist(name) for name in question.field_names()]
        rows = [dict(zip(answering.COLUMNS, cells, strict=True)) for cells in zip_longest(*columns, fillvalue="")]
        name, _, number = self.given.get("drop_row", "").rpartition("-")
        if name == question.slug and number.isdecimal():
            rows = [row for position, row in enumerate(rows, start=1) if str(position) != number]
        blank = dict.fromkeys(answering.COLUMNS, "")
        return [*rows, blank] if self.given.get("add_row") == question.slug or not rows else rows


def made_for(asks: Sequence[Question]) -> type[FileForm]:
    """The form class of these questions; theirs are called q_… so that a question may be called anything."""
    return type("Filing", (FileForm,), {"asks": tuple(asks), **_before(), **own_fields(asks), **after()})


def own_fields(asks: Sequence[Question]) -> dict[str, Any]:
    """The fields of a type's own questions."""
    return {f"q_{question.slug}": _field(question) for question in asks}


def after() -> dict[str, Any]:
    """The fields that every form has behind its own questions."""
    return {
        "summary": StringField("What is it about, in one line?", description="This becomes the title."),
        "details": TextAreaField("What else should we know?"),
        "customer_waiting": RadioField(
            "Is an external customer waiting because of this?",
            choices=_choices(_YES_NO),
            default="no",
            validate_choice=False,
        ),
        "customer": StringField("Customer"),
        "needed_by": StringField("Needed by"),
        "files": MultipleFileField("Files"),
    }


def needed(text: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """A date, a date with a time, or a time of today, in the reader's zone; raises ValidationError."""
    written = text.strip().replace(" ", "T", 1)
    if len(written) in (4, 5) and ":" in written:
        written = f"{now.astimezone(zone).date().isoformat()}T{written:0>5}"
    found = read_instant(written, zone)
    if found is not None and found <= now:
        raise ValidationError("This is in the past. Choose a time ahead.")
    return found


def _before() -> dict[str, Any]:
    return {
        "for_whom": RadioField("Who is this for?", choices=_choices(_WHOM), default="me", validate_choice=False),
        "for_person": StringField("Their name", description="Both of you can follow and reply."),
    }


def _field(question: Question) -> Any:
    given: dict[str, Any] = {"name": question.slug, "id": f"q-{question.slug}", "description": question.hint}
    options = _choices(question.options)
    match question.kind:
        case Kind.TEXT:
            return TextAreaField(question.label, **given)
        case Kind.SEVERAL:
            return SelectMultipleField(question.label, choices=options, validate_choice=False, **given)
        case Kind.CHOICE if len(options) > _RADIOS:
            return SelectField(
                question.label, choices=[SelectChoice("", "Choose one"), *options], validate_choice=False, **given
            )
        case Kind.CHOICE | Kind.YESNO:
            return RadioField(question.label, choices=options, validate_choice=False, **given)
        case Kind.LINES:  # its own fields are made by the page, which calls the first of them like the question
            return StringField(question.label, **(given | {"id": question.slug}))
        case _:
            return StringField(question.label, **given)


def _choices(options: Sequence[Option]) -> list[SelectChoice]:
    return [SelectChoice(value, words) for value, words in options]


def _only_if(question: Question, asks: Sequence[Question]) -> str:
    if question.shown_when is None:
        return ""
    slug, value = question.shown_when
    earlier = next(other for other in asks if other.slug == slug)
    return f"only if “{earlier.option_label(value)}”"
