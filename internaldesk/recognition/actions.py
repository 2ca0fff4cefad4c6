"""Thank who helped, hide or show a thank-you in one's own record, and answer for one's team."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from internaldesk.core import mirror
from internaldesk.core import recognition as rules
from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.policy import Act, Actor, require
from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.models.recognition import MirrorCount, MirrorVoice, Thanks
from internaldesk.models.tickets import Ticket
from internaldesk.recognition import queries

LONGEST_WORDS = 1000


def thank(ticket: Ticket, *, by: Actor, now: datetime, tag: str, words: str = "") -> Thanks:
    """Thank the person who helped, once per request; between the same two it counts once in thirty days."""
    require(by, Act.THANK, ticket)
    receiver_id = rules.helper(ticket)
    if receiver_id is None:
        raise Refused("You can say thanks when somebody has solved this.")
    what = rules.check(tag)
    if queries.given(ticket.id, giver_id=by.id) is not None:
        raise Refused("You said thanks for this already.")
    db.session.execute(select(Person.id).where(Person.id == by.id).with_for_update())  # two at once would both count
    counted = rules.counts(_last_counted(by.id, receiver_id), now)
    row = Thanks(
        ticket_id=ticket.id,
        giver_id=by.id,
        receiver_id=receiver_id,
        tag=what,
        words=words,
        at=now,
        counted=counted,
    )
    db.session.add(row)
    db.session.flush()
    return row


def hide(thanks: Thanks, *, by: Actor, now: datetime) -> Thanks:
    """Leave it out of one's record; whoever gave it learns nothing of that."""
    _require_receiver(thanks, by)
    thanks.hidden_at = thanks.hidden_at or now
    return thanks


def show(thanks: Thanks, *, by: Actor) -> Thanks:
    """Put it back into one's record."""
    _require_receiver(thanks, by)
    thanks.hidden_at = None
    return thanks


def answer(team_id: int, *, by: Actor, quarter: date, scores: Scores) -> bool:
    """Add a member's answers to the sums of their team; False where they answered already, and nothing is added.

    `quarter` is the first local day of the one that runs. What somebody answered is kept nowhere by itself.
    """
    if team_id not in by.agent_of:
        raise Forbidden("Only members of a team answer for it.")
    mirror.complete(scores)
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    voice = insert(MirrorVoice).values(team_id=team_id, quarter=quarter, person_id=by.id)
    if db.session.execute(voice.on_conflict_do_nothing().returning(MirrorVoice.person_id)).first() is None:
        return False
    rows = [
        {"team_id": team_id, "quarter": quarter, "question": question, "score": score, "many": 1}
        for question, score in sorted(scores._asdict().items())
    ]
    put = insert(MirrorCount).values(rows)
    key = [MirrorCount.team_id, MirrorCount.quarter, MirrorCount.question, MirrorCount.score]
    db.session.execute(put.on_conflict_do_update(index_elements=key, set_={"many": MirrorCount.many + 1}))
    return True


def _last_counted(giver_id: int, receiver_id: int) -> datetime | None:
    pair = (Thanks.giver_id == giver_id, Thanks.receiver_id == receiver_id, Thanks.counted)
    return db.session.scalar(select(func.max(Thanks.at)).where(*pair))


def _require_receiver(thanks: Thanks, by: Actor) -> None:
    if thanks.receiver_id != by.id:
        raise Forbidden("A record belongs to the person it is about.")
