"""A desk of any size, quickly: rows written directly, as the actions would have stored them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from random import Random

from flask import current_app
from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite

from internaldesk.catalogue import actions as catalogue
from internaldesk.db import db, unit_of_work
from internaldesk.demo import crowd, offers
from internaldesk.demo.lives import Life, Lives
from internaldesk.demo.sheets import TABLES, Sheets, table_of
from internaldesk.facts import actions as facts
from internaldesk.models.catalogue import TypeUse
from internaldesk.upkeep import rows

Progress = Callable[[int, int], None]
_CHUNK = 2000
USUALLY_OPEN = 0.03
_WEEKS, _MOST_WEEKS = 14, 156
_PER_WEEK = 1000


def grow(
    *, tickets: int, seed: int = 7, now: datetime, progress: Progress | None = None, open_share: float = USUALLY_OPEN
) -> int:
    """Add that many requests, and people to ask for them, to a desk that has the default catalogue; returns how many.

    The `open_share` of them (three in a hundred) is open and due around `now` (aware); the larger the desk, the further
    back it goes, up to three years. The same seed, `now` and size make the same desk. Memory does not grow with it.
    """
    now = now.replace(microsecond=0)
    dice, weeks = Random(seed), min(_WEEKS + tickets // _PER_WEEK, _MOST_WEEKS)
    with unit_of_work():
        cast = crowd.enter(tickets, dice=dice, now=now - timedelta(weeks=weeks + 6))
    with unit_of_work(reading=True):
        lives, sheets = Lives(cast, offers.by_path(now=now), dice, now), Sheets(now=now)
    number = round(tickets * open_share)
    _write_all(chain(lives.over(tickets - number, weeks), lives.open(number)), sheets, tickets, progress)
    _finish(sheets, now)
    return tickets


def _write_all(told: Iterator[Life], sheets: Sheets, tickets: int, progress: Progress | None) -> None:
    for start in range(0, tickets, _CHUNK):
        with unit_of_work():
            _write(islice(told, _CHUNK), sheets)
        if progress:
            progress(min(start + _CHUNK, tickets), tickets)


def _write(chunk: Iterable[Life], sheets: Sheets) -> None:
    for life in chunk:
        sheets.add(life)
    for table in TABLES:
        if sheets.rows[table]:
            db.session.execute(insert(table_of(table)), sheets.rows[table])
    sheets.clear()


def _finish(sheets: Sheets, now: datetime) -> None:
    """Counters kept beside the requests, and the keys PostgreSQL gives out next."""
    with unit_of_work():
        _count_uses(sheets)
        rows.count_on(db.session.connection())
    with unit_of_work():
        catalogue.take_pulse(now=now)
    facts.rebuild(now=now, zone=current_app.config["DESK"].timezone)


def _count_uses(sheets: Sheets) -> None:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    for (location_id, type_id), uses in sorted(sheets.uses.items()):
        row = dialect.insert(TypeUse).values(location_id=location_id, request_type_id=type_id, uses=uses)
        again = {"uses": TypeUse.uses + uses}
        db.session.execute(row.on_conflict_do_update(index_elements=["location_id", "request_type_id"], set_=again))
