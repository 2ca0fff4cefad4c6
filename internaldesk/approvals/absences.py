"""Who decides while somebody is away: naming them, and ending it."""

from datetime import date, datetime, timedelta

from internaldesk.approvals import queries
from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.approvals import StandIn
from internaldesk.models.people import Person

LONGEST = timedelta(days=366)


def name_stand_in(
    person_id: int,
    *,
    stand_in: int,
    from_day: date,
    to_day: date,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> StandIn:
    """Let somebody decide for a person from the beginning of one local day to the end of another (`ends_at`, excluded).

    It covers what is waiting already. Raises Refused with a sentence.
    """
    if to_day < from_day or ends_at <= now:
        raise Refused("Choose days from today on, the last one not before the first.", field="to_day")
    if to_day - from_day > LONGEST:
        raise Refused("That is longer than a year. Choose an earlier last day.", field="to_day")
    other = db.session.get(Person, stand_in)
    if other is None or not other.active or other.id == person_id:
        raise Refused("Choose a co-worker who decides for you.", field="stand_in")
    _refuse_overlap(person_id, other, starts_at, ends_at)
    row = StandIn(person_id=person_id, stand_in_id=stand_in, from_day=from_day, to_day=to_day)
    row.starts_at, row.ends_at, row.made_at = starts_at, ends_at, now
    db.session.add(row)
    db.session.flush()
    return row


def end_stand_in(number: int, *, by: Actor, now: datetime) -> StandIn:
    """End an absence of one's own from now on; what was decided meanwhile stays decided."""
    row = db.session.get(StandIn, number)
    if row is None or row.person_id != by.id or row.ends_at <= now:
        raise Refused("That has ended already.")
    if row.starts_at >= now:
        db.session.delete(row)  # it never began, so there is nothing to remember
    else:
        row.ends_at = now
    return row


def _refuse_overlap(person_id: int, other: Person, starts_at: datetime, ends_at: datetime) -> None:
    """One stand-in at a time, and one who is there."""
    own = queries.overlapping(person_id, starts_at=starts_at, ends_at=ends_at)
    if own is not None:
        raise Refused(f"{own.stand_in.name} decides for you then already. End that first.", field="from_day")
    away = queries.overlapping(other.id, starts_at=starts_at, ends_at=ends_at)
    if away is not None:
        raise Refused(f"{other.name} is away then and has named {away.stand_in.name}.", field="stand_in")
