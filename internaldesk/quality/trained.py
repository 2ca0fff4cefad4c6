"""Read what teams were trained in, and what kept cells say of the weeks before and after."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from internaldesk.core import training
from internaldesk.core.daily import Change, Key, Unit
from internaldesk.core.daily_report import Kept, less
from internaldesk.core.training import Beside
from internaldesk.db import db
from internaldesk.models.facts import FactCell
from internaldesk.models.people import Person
from internaldesk.models.trainings import Training
from internaldesk.quality.forms import Chosen
from internaldesk.quality.queries import Directory
from internaldesk.quality.scope import Scope

_KEY = tuple(getattr(FactCell, name) for name in Key._fields)
_AT_ONCE = 20
Weeks = Mapping[date, Mapping[str, int]]
Own = Mapping[Key, Change]


class Held(NamedTuple):
    """A training that was noted."""

    id: int
    team_id: int
    type_id: int
    held_on: date
    words: str
    noted_by: str


class Told(NamedTuple):
    """A training in names, with its figures; `told_on` is the first local date on which they can be compared."""

    held: Held
    team: str
    topic: str
    told_on: date
    figures: tuple[Beside, ...]

    @property
    def early(self) -> bool:
        """Whether it cannot be said yet what changed."""
        return all(figure.after is None for figure in self.figures)


def told(chosen: Chosen, own: Own, *, today: date, limit: int | None = None) -> list[Told]:
    """Trainings of what is chosen, whatever the period, the newest first; `own` is what the reader's requests add.

    Two statements for twenty, however long ago they were.
    """
    query = (
        select(*(getattr(Training, name) for name in ("id", "team_id", "request_type_id", "held_on", "words")))
        .add_columns(Person.name)
        .join(Person, Person.id == Training.noted_by_id)
        .where(*_known(chosen))
        .order_by(Training.held_on.desc(), Training.id.desc())
    )
    held = [Held._make(row) for row in db.session.execute(query.limit(limit))]
    weeks = _weeks(chosen.scope, held, own)
    return [_told(one, weeks[one.id], chosen.known, today) for one in held]


def training_of(number: int, known: Directory) -> Training | None:
    """The one of that number, if the reader may know of it."""
    query = select(Training).where(Training.id == number, *_named(known))
    return db.session.scalars(query).one_or_none()


def _known(chosen: Chosen) -> Sequence[ColumnElement[bool]]:
    picked = ((Training.team_id, chosen.scope.teams), (Training.request_type_id, chosen.scope.types))
    return [*_named(chosen.known), *(column.in_(sorted(ids)) for column, ids in picked if ids)]


def _named(known: Directory) -> Sequence[ColumnElement[bool]]:
    """Teams and types the reader's filters can name: others they see no figures of."""
    return [
        Training.removed_at.is_(None),
        Training.team_id.in_([entry.id for entry in known.teams]),
        Training.request_type_id.in_([entry.id for entry in known.types]),
    ]


def _told(held: Held, weeks: Weeks, known: Directory, today: date) -> Told:
    names = {entry.id: entry.name for entry in known.teams}, {entry.id: entry.name for entry in known.types}
    figures = training.beside(held.held_on, weeks, today=today)
    return Told(held, names[0][held.team_id], names[1][held.type_id], training.spans(held.held_on).told_on, figures)


def _weeks(scope: Scope, held: Sequence[Held], own: Own) -> dict[int, dict[date, Counter[str]]]:
    """The counts by Monday of the weeks of each training."""
    found = {cell.key: cell for at in range(0, len(held), _AT_ONCE) for cell in _cells(scope, held[at : at + _AT_ONCE])}
    by_week: defaultdict[tuple[int, int, date], Counter[str]] = defaultdict(Counter)
    for cell in less(found.values(), own):
        by_week[cell.key.team_id, cell.key.type_id, cell.key.start].update(cell.counts)
    return {one.id: {week: by_week[one.team_id, one.type_id, week] for week in _of(one)} for one in held}


def _cells(scope: Scope, held: Sequence[Held]) -> list[Kept]:
    when = or_(*(_when(one) for one in held))
    query = select(*_KEY, FactCell.counts).where(FactCell.unit == Unit.WEEK, FactCell.space == scope.space)
    rows: Any = db.session.execute(query.where(when, scope.cells()))
    return [Kept(Key(*row[: len(_KEY)]), row[len(_KEY)]) for row in rows]


def _when(one: Held) -> ColumnElement[bool]:
    weeks = _of(one)
    of = and_(FactCell.team_id == one.team_id, FactCell.type_id == one.type_id)
    return and_(of, FactCell.start >= weeks[0], FactCell.start <= weeks[-1])


def _of(one: Held) -> tuple[date, ...]:
    over = training.spans(one.held_on)
    return over.before + over.after
