"""The questions of a request form: how they are written down, which are shown, and what the answers mean."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from internaldesk.core import answers as answering
from internaldesk.core.answers import BadAnswer

Answers = Mapping[str, Any]
Option = tuple[str, str]


class Kind(StrEnum):
    """What an answer is. The comment gives its JSON form."""

    LINE = "line"  # string, at most 200 characters
    TEXT = "text"  # string, at most 10,000 characters
    CHOICE = "choice"  # the value of one option
    SEVERAL = "several"  # list of option values, in the order of the options
    YESNO = "yesno"  # "yes" or "no"
    DATE = "date"  # "2026-11-25"
    PERSON = "person"  # id of a person; that there is one is checked where people are known
    MONEY = "money"  # "1250.00", in the desk's currency
    NUMBER = "number"  # whole or decimal number, never negative
    FILE = "file"  # list of ids of files already received, at most 5
    LINES = "lines"  # list of {"item", "quantity", "unit", "price"}, at most 50


PROFILE_FACTS = frozenset({"name", "email", "phone", "location", "job_title"})
# Fields that every form has besides its own questions.
RESERVED = frozenset(
    {"summary", "details", "for_person", "customer_waiting", "customer", "needed_by"}
    | {"files", "kept_files", "draft", "csrf_token", "form_key", "version"}
)

_YES_NO: tuple[Option, ...] = (("yes", "Yes"), ("no", "No"))
_CHOSEN = frozenset({Kind.CHOICE, Kind.SEVERAL, Kind.YESNO})
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KEYS = frozenset({"slug", "label", "kind", "hint", "required", "options", "shown_when", "fill_from_profile"})
_READERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.LINE: answering.line,
    Kind.TEXT: answering.text,
    Kind.DATE: answering.day,
    Kind.PERSON: answering.key,
    Kind.MONEY: answering.money,
    Kind.NUMBER: answering.number,
}
_WORDINGS: Mapping[Kind, Callable[[Any], str]] = {
    Kind.DATE: answering.day_in_words,
    Kind.MONEY: answering.money_in_words,
    Kind.LINES: answering.rows_in_words,
}


class BadQuestions(ValueError):
    """A form cannot be asked like this; the text is a sentence for the person who writes the form."""


@dataclass(frozen=True)
class Question:
    """One question; `shown_when` names an earlier question and the answer that makes this one appear."""

    slug: str
    label: str
    kind: Kind
    hint: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    shown_when: tuple[str, str] | None = None
    fill_from_profile: str | None = None

    def field_names(self) -> tuple[str, ...]:
        """The form fields it is typed into: its slug, or for order lines one repeated field per column.

        >>> Question("goods", "What?", Kind.LINES).field_names()
        ('goods-item', 'goods-quantity', 'goods-unit', 'goods-price')
        """
        if self.kind is Kind.LINES:
            return tuple(f"{self.slug}-{column}" for column in answering.COLUMNS)
        return (self.slug,)

    def option_label(self, value: str) -> str:
        """The words of an option; the value itself when the form no longer has it."""
        return dict(self.options).get(value, value)


def parse(written: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Questions from plain data (JSON, TOML); raises BadQuestions with the first thing that is wrong."""
    found: dict[str, Question] = {}
    for data in written:
        question = _question(data)
        if question.slug in found:
            raise BadQuestions(f"Two questions are called “{question.slug}”.")
        _check_condition(question, found)
        found[question.slug] = question
    return tuple(found.values())


def to_dicts(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """The plain data that `parse` reads back; what is empty is left out.

    >>> to_dicts([Question("since", "Since when?", Kind.DATE)])
    [{'slug': 'since', 'label': 'Since when?', 'kind': 'date'}]
    """
    return [_plain(question) for question in questions]


def visible(questions: Iterable[Question], answers: Answers) -> tuple[Question, ...]:
    """The questions to ask, given what is answered so far; what depends on a hidden question is hidden too."""
    shown: dict[str, Question] = {}
    for question in questions:
        if _is_shown(question, shown, answers):
            shown[question.slug] = question
    return tuple(shown.values())


def check(questions: Iterable[Question], raw: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], dict[str, str]]:
    """Typed answers and, by question, the sentence that says what is wrong.

    Empty answers are left out; answers to hidden questions are dropped unread and never required.
    """
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    shown: dict[str, Question] = {}
    for question in questions:
        if not _is_shown(question, shown, answers):
            continue
        shown[question.slug] = question
        try:
            answer = _read(question, raw)
            if answer not in ("", None, []):
                answers[question.slug] = answer
            elif question.required:
                raise BadAnswer(f"This one needs an answer: {question.label}")
        except BadAnswer as wrong:
            errors[question.slug] = str(wrong)
    return answers, errors


def facts(
    questions: Iterable[Question], answers: Answers, *, people: Mapping[int, str] | None = None
) -> list[tuple[str, str]]:
    """Label and words of every answered question, in the order of the form; `people` gives names by id."""
    return [
        (question.label, _words(question, answers[question.slug], people or {}))
        for question in visible(questions, answers)
        if question.slug in answers
    ]


def _question(data: Mapping[str, Any]) -> Question:
    slug, label = data.get("slug"), data.get("label")
    if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
        raise BadQuestions(f"A question needs a slug of small letters, digits and underscores, not {slug!r}.")
    if slug in RESERVED:
        raise BadQuestions(f"“{slug}” is a field of every form; call the question something else.")
    if not isinstance(label, str) or not label.strip():
        raise BadQuestions(f"The question “{slug}” has no label.")
    if unknown := sorted(set(data) - _KEYS):
        raise BadQuestions(f"The question “{slug}” has a property nobody reads: {unknown[0]}.")
    kind = _kind(slug, data.get("kind"))
    return Question(
        slug=slug,
        label=label.strip(),
        kind=kind,
        hint=str(data.get("hint", "")),
        required=data.get("required", False) is True,
        options=_options(slug, kind, data.get("options", ())),
        shown_when=_pair(slug, data["shown_when"]) if data.get("shown_when") else None,
        fill_from_profile=_profile_fact(slug, data.get("fill_from_profile")),
    )


def _kind(slug: str, written: Any) -> Kind:
    try:
        return Kind(written)
    except ValueError:
        raise BadQuestions(f"The question “{slug}” is of an unknown kind: {written!r}.") from None


def _options(slug: str, kind: Kind, written: Iterable[Any]) -> tuple[Option, ...]:
    options = tuple(_pair(slug, pair) for pair in written)
    if kind is Kind.YESNO and not options:
        return _YES_NO
    if kind in _CHOSEN and len(options) < 2:
        raise BadQuestions(f"The question “{slug}” needs at least two options to choose from.")
    if kind not in _CHOSEN and options:
        raise BadQuestions(f"The question “{slug}” has options, but {kind.value} answers are typed.")
    if len(dict(options)) < len(options):
        raise BadQuestions(f"Two options of “{slug}” have the same value.")
    if kind is Kind.YESNO and set(dict(options)) != {"yes", "no"}:
        raise BadQuestions(f"The question “{slug}” can only be answered with yes or no.")
    return options


def _pair(slug: str, written: Any) -> tuple[str, str]:
    if not isinstance(written, list | tuple) or len(written) != 2 or not all(isinstance(p, str) and p for p in written):
        raise BadQuestions(f"In the question “{slug}”, {written!r} should be a pair of texts.")
    return written[0], written[1]


def _profile_fact(slug: str, written: Any) -> str | None:
    if written is None:
        return None
    if written not in PROFILE_FACTS:
        raise BadQuestions(f"The question “{slug}” cannot be filled from the profile: it has no {written!r}.")
    return str(written)


def _check_condition(question: Question, earlier: Mapping[str, Question]) -> None:
    if question.shown_when is None:
        return
    slug, value = question.shown_when
    if slug not in earlier:
        raise BadQuestions(f"The question “{question.slug}” depends on “{slug}”, which is not asked before it.")
    if value not in dict(earlier[slug].options):
        raise BadQuestions(f"The question “{question.slug}” waits for “{value}”, which “{slug}” does not offer.")


def _plain(question: Question) -> dict[str, Any]:
    options = () if question.kind is Kind.YESNO and question.options == _YES_NO else question.options
    data: dict[str, Any] = {
        "slug": question.slug,
        "label": question.label,
        "kind": question.kind.value,
        "hint": question.hint,
        "required": question.required,
        "options": [list(pair) for pair in options],
        "shown_when": list(question.shown_when or ()),
        "fill_from_profile": question.fill_from_profile,
    }
    return {name: value for name, value in data.items() if value}


def _is_shown(question: Question, shown: Mapping[str, Question], answers: Answers) -> bool:
    if question.shown_when is None:
        return True
    slug, value = question.shown_when
    answer = answers.get(slug)
    return slug in shown and (value in answer if isinstance(answer, list) else value == answer)


def _read(question: Question, raw: Mapping[str, Sequence[str]]) -> Any:
    columns = [raw.get(name, ()) for name in question.field_names()]
    if question.kind is Kind.LINES:
        return answering.rows(columns)
    given = [value.strip() for value in columns[0] if value.strip()]
    if question.kind is Kind.FILE:
        return _file_keys(given)
    if question.kind in _CHOSEN:
        return _chosen(question, given)
    return _READERS[question.kind](given[0]) if given else None


def _file_keys(given: Sequence[str]) -> list[int]:
    keys = list(dict.fromkeys(answering.key(value) for value in given))
    if len(keys) > answering.FILE_LIMIT:
        raise BadAnswer(f"At most {answering.FILE_LIMIT} files fit here.")
    return keys


def _chosen(question: Question, given: Sequence[str]) -> Any:
    values = [value for value, _ in question.options]
    if not set(given) <= set(values):
        raise BadAnswer("Choose from the answers offered.")
    if question.kind is Kind.SEVERAL:
        return [value for value in values if value in given]
    return given[0] if given else None


def _words(question: Question, answer: Any, people: Mapping[int, str]) -> str:
    label = question.option_label
    match question.kind:
        case Kind.CHOICE | Kind.YESNO:
            words = label(answer)
        case Kind.SEVERAL:
            words = ", ".join(label(value) for value in answer)
        case Kind.PERSON:
            words = people.get(answer, f"person {answer}")
        case Kind.FILE:
            words = "1 file" if len(answer) == 1 else f"{len(answer)} files"
        case _:
            words = _WORDINGS.get(question.kind, str)(answer)
    return words
