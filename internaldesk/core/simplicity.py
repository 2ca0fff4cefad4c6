"""How simple it is to ask for something: what a form asks, what comes after it, and what could be left out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from internaldesk.core.daily_effort import AGREED, BACK, DECLINED, HANDED, LEFT, SEEN
from internaldesk.core.figures import LEAST_CASES, Share
from internaldesk.core.questions import Question
from internaldesk.core.rating import HIGHEST, LEAST_ANSWERS, LOWEST

MOSTLY_LEFT = Fraction(7, 10)
"""A question that more than this part leaves empty may not be worth asking."""
OFTEN = Fraction(1, 5)
"""From this part of its requests on, asking back or handing on is a matter of the form, not of chance."""
NEARLY_ALWAYS = Fraction(19, 20)
"""An approval that is given this often decides nothing."""


class Form(NamedTuple):
    """A type with the form in force: `rules` is all plain data that may name a question, `limit` whether approval
    begins at a sum of money."""

    type_id: int
    name: str
    team: str
    questions: tuple[Question, ...]
    rules: Sequence[Any] = ()
    limit: bool = False


class Score(NamedTuple):
    """The answers to the question how easy it was; blank below five."""

    total: int
    n: int

    @property
    def words(self) -> str:
        """The mean in tenths, halves rounded up.

        >>> Score(21, 5).words, Score(8, 2).words
        ('4.2', '')
        """
        if self.n < LEAST_ANSWERS:
            return ""
        tenths = (20 * self.total + self.n) // (2 * self.n)
        return f"{tenths // 10}.{tenths % 10}"


class Field(NamedTuple):
    """One question of a form: how often it was left empty where it need not be answered, and whether something that
    the desk knows of depends on it. Whether anybody read the answers, the desk does not know."""

    slug: str
    label: str
    required: bool
    needed: bool
    left: Share


class Suggestion(NamedTuple):
    """What could be simpler: a question and its ground; `touches` is in how many requests of the period.

    `opens` is the list behind it, `slug` the question that list is about.
    """

    asks: str
    ground: str
    touches: int
    opens: str
    slug: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """What asking for one type of thing takes; each figure is of the requests of a period."""

    form: Form
    requests: int
    fields: tuple[Field, ...]
    left: Share
    back: Share
    handed: Share
    agreed: Share
    score: Score
    suggestions: tuple[Suggestion, ...]

    @property
    def optional(self) -> int:
        """How many questions need no answer."""
        return sum(not field.required for field in self.fields)

    @property
    def touches(self) -> int:
        """How much there is to spare."""
        return sum(suggestion.touches for suggestion in self.suggestions)


def needed(questions: Sequence[Question], rules: Iterable[Any]) -> frozenset[str]:
    """The slugs of those questions on which another question, or something in the plain data `rules`, depends.

    Rules name a question by its slug, texts by its slug in braces.
    """
    words = {word for rule in rules for word in _words(rule)}
    words |= {question.shown_when[0] for question in questions if question.shown_when}
    texts = " ".join(words)
    return frozenset(one.slug for one in questions if one.slug in words or f"{{{one.slug}}}" in texts)


def meter(form: Form, counts: Mapping[str, int]) -> Meter:
    """The figures of one type from the counts of a period."""
    fields = tuple(_fields(form, counts))
    filed = counts.get("filed", 0)
    scores = {score: counts.get(f"simplicity_{score}", 0) for score in range(LOWEST, HIGHEST + 1)}
    agreed = counts.get(AGREED, 0)
    back, handed = Share(counts.get(BACK, 0), filed), Share(counts.get(HANDED, 0), filed)
    decided = Share(agreed, agreed + counts.get(DECLINED, 0))
    found = [*_to_drop(fields), *_approval(form, decided), *_back(back), *_handed(handed)]
    return Meter(
        form=form,
        requests=filed,
        fields=fields,
        left=Share(sum(field.left.part for field in fields), sum(field.left.of for field in fields)),
        back=back,
        handed=handed,
        agreed=decided,
        score=Score(sum(score * many for score, many in scores.items()), sum(scores.values())),
        suggestions=tuple(sorted(found, key=lambda suggestion: -suggestion.touches)),
    )


def meters(forms: Iterable[Form], counts: Mapping[int, Mapping[str, int]]) -> list[Meter]:
    """Those of all types that had any requests, decisions or answers, by type; what helps most first."""
    found = [meter(form, counts[form.type_id]) for form in forms if form.type_id in counts]
    had = [one for one in found if one.requests or one.agreed.of or one.score.n]
    return sorted(had, key=lambda one: (-one.touches, -one.requests, one.form.name))


def _words(data: Any) -> Iterator[str]:
    """Every text in plain data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield from (name, *_words(value))
    elif isinstance(data, Sequence):
        for value in data:
            yield from _words(value)


def _fields(form: Form, counts: Mapping[str, int]) -> Iterator[Field]:
    of_use = needed(form.questions, form.rules)
    for one in form.questions:
        seen = 0 if one.required else counts.get(SEEN + one.slug, 0)
        left = Share(counts.get(LEFT + one.slug, 0) if seen else 0, seen)
        yield Field(one.slug, one.label, one.required, one.slug in of_use, left)


def _to_drop(fields: Iterable[Field]) -> Iterator[Suggestion]:
    for field in fields:
        if not field.needed and _part(field.left) > MOSTLY_LEFT:
            ground = f"{field.left.short} of {field.left.of:,} left it empty, and nothing the desk knows depends on it."
            yield Suggestion(f"Drop “{field.label}”?", ground, field.left.part, "left", field.slug)


def _approval(form: Form, decided: Share) -> Iterator[Suggestion]:
    if _part(decided) >= NEARLY_ALWAYS:
        asks = "Raise the limit for approval?" if form.limit else "Do without the approval?"
        yield Suggestion(asks, f"It was granted {decided.part:,} of {decided.of:,} times.", decided.of, "decided")


def _back(back: Share) -> Iterator[Suggestion]:
    if _part(back) >= OFTEN:
        ground = f"The team had to ask back in {back.part:,} of {back.of:,} requests."
        yield Suggestion("Ask on the form for what is missing?", ground, back.part, "back")


def _handed(handed: Share) -> Iterator[Suggestion]:
    if _part(handed) >= OFTEN:
        ground = f"{handed.part:,} of {handed.of:,} requests were handed to another team."
        yield Suggestion("Lead people to the right form?", ground, handed.part, "handed")


def _part(share: Share) -> Fraction:
    """The part as a fraction; nought below ten cases, because a handful proves nothing."""
    return Fraction(share.part, share.of) if share.of >= LEAST_CASES else Fraction(0)
