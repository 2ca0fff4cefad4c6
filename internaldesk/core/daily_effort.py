"""What a request took besides its answer: questions left empty, asking back, hand-offs, approvals, asking again."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from internaldesk.core.daily import OF_FORMS, Piece
from internaldesk.core.questions import Question, visible

AGAIN = timedelta(days=7)
"""Somebody who asks for the same kind of thing within this time after asking for it asks again."""
SEEN, LEFT = OF_FORMS
"""Names of counts begin so, and end with the slug of a question that needs no answer: it was asked, and left empty."""
BACK, HANDED, PASSED, REPEATED = "back", "handed", "expertise", "again"
AGREED, DECLINED = "agreed", "declined"


class Asked(NamedTuple):
    """The questions of a form that need no answer: those that were asked, and those that were left empty."""

    seen: Sequence[str] = ()
    left: Sequence[str] = ()


class Effort(NamedTuple):
    """Everything that is counted of one ticket.

    `back` is whether the requester was asked for something that was missing, `again` whether they had asked for the
    same kind of thing a short time before. `decided` are the instants at which approval was decided, and whether it was
    given; `passed` those at which a team passed it on because others know it better, and the id of that team.
    """

    asked: Asked = Asked()
    back: bool = False
    handed: bool = False
    again: bool = False
    decided: Sequence[tuple[datetime, bool]] = ()
    passed: Sequence[tuple[datetime, int]] = ()


def asked(questions: Iterable[Question], answers: dict[str, Any]) -> Asked:
    """What the requester was asked and did not have to answer.

    >>> from internaldesk.core.questions import Kind
    >>> asked([Question("room", "Where?", Kind.LINE), Question("note", "Else?", Kind.TEXT)], {"room": "2.1"})
    Asked(seen=('room', 'note'), left=('note',))
    """
    seen = tuple(question.slug for question in visible(questions, answers) if not question.required)
    return Asked(seen, tuple(slug for slug in seen if slug not in answers))


def pieces(effort: Effort, *, filed: int, team_id: int, type_id: int, zone: tzinfo) -> Iterator[Piece]:
    """What it adds; all but decisions and what was passed on is counted on the day of filing, `filed`."""
    where = filed, team_id, type_id
    for start, slugs in zip((SEEN, LEFT), effort.asked, strict=True):
        yield from (Piece(start + slug, *where) for slug in slugs)
    for name, held in ((BACK, effort.back), (HANDED, effort.handed), (REPEATED, effort.again)):
        if held:
            yield Piece(name, *where)
    for at, given in effort.decided:
        yield Piece(AGREED if given else DECLINED, _day(at, zone), team_id, type_id)
    for at, by_team in effort.passed:
        yield Piece(PASSED, _day(at, zone), by_team, type_id)


def _day(at: datetime, zone: tzinfo) -> int:
    return at.astimezone(zone).date().toordinal()
