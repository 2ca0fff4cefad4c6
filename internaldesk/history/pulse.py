"""Count per team that something its lists show has changed, so that asking for news reads one small row."""

from collections.abc import Collection

from sqlalchemy import ScalarSelect, and_, event, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, SessionTransaction

from internaldesk.core.policy import Confidentiality
from internaldesk.db import db
from internaldesk.models.queues import TeamPulse

_STIRRED = "teams_stirred"


def beat(team_id: int, how: Confidentiality) -> None:
    """The lists of this team show something else of that kind once the transaction is kept."""
    db.session.info.setdefault(_STIRRED, set()).add((team_id, how is Confidentiality.CASE))


def versions(team_ids: Collection[int], *, cases_of: Collection[int]) -> ScalarSelect[int]:
    """The versions of these teams in one number: none ever falls, so it differs whenever any of them moved.

    Cases move it only for the teams of `cases_of`.
    """
    ordinary = and_(TeamPulse.team_id.in_(sorted(team_ids)), TeamPulse.cases.is_(False))
    cases = and_(TeamPulse.team_id.in_(sorted(cases_of)), TeamPulse.cases.is_(True))
    kept = select(func.coalesce(func.sum(TeamPulse.version), 0)).where(or_(ordinary, cases))
    return kept.scalar_subquery()


@event.listens_for(Session, "before_commit")
def count(session: Session) -> None:
    """Once per transaction and team, at its very end: whoever works in the same team waits only for the disk.

    The rows are written in the order of the teams, so that nobody waits in a ring. Called where a transaction that
    changed something is about to be ended by somebody who only looks.
    """
    if session.in_nested_transaction() or not (stirred := session.info.pop(_STIRRED, None)):
        return
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    first = insert(TeamPulse).values(
        [{"team_id": team, "cases": cases, "version": 1} for team, cases in sorted(stirred)]
    )
    more = {"version": TeamPulse.version + 1}
    session.execute(first.on_conflict_do_update(index_elements=[TeamPulse.team_id, TeamPulse.cases], set_=more))


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """What was rolled back as a whole moves nothing; a savepoint that was may count once too often."""
    if transaction.parent is None:
        session.info.pop(_STIRRED, None)
