"""Everything a person can do with saved views: keep an address, rename, share, replace, put in order, remove.

What the address says is the business of its page: `view` and `query` are kept as they are given.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.policy import Actor, may_change_view, may_share_view
from internaldesk.db import db
from internaldesk.models.queues import SavedView
from internaldesk.saved import queries

MOST = 20
"""Of one keeper: each is counted whenever a list is shown."""
LONGEST_NAME, LONGEST_QUERY = 60, 1000


def save(
    page: str,
    *,
    by: Actor,
    now: datetime,
    name: str,
    team_id: int | None,
    query: str,
    view: str = "",
    columns: Sequence[str] = (),
) -> SavedView:
    """A new view of `page` (queue or quality), last in its list: shared with the team, or the actor's own (None)."""
    _require_sharer(by, team_id)
    kept = SavedView(page=page, owner_id=by.id, made_at=now, version=0)
    _place(kept, team_id)
    _name(kept, name)
    _fill(kept, view=view, query=query, columns=columns)
    db.session.add(kept)
    db.session.flush()
    return kept


def rename(kept: SavedView, *, by: Actor, name: str, team_id: int | None, version: int | None = None) -> SavedView:
    """Another name, and another team to share it with (None for nobody: it is private to its owner then)."""
    _require_keeper(kept, by)
    _refuse_stale(kept, version)
    if team_id != kept.team_id:
        _require_owner(kept, by)
        _require_sharer(by, team_id)
        _place(kept, team_id)
    _name(kept, name)
    kept.version += 1
    db.session.flush()
    return kept


def replace(
    kept: SavedView, *, by: Actor, query: str, view: str = "", columns: Sequence[str] = (), version: int | None = None
) -> SavedView:
    """Let it lead to another address."""
    _require_keeper(kept, by)
    _refuse_stale(kept, version)
    _fill(kept, view=view, query=query, columns=columns)
    db.session.flush()
    return kept


def move(kept: SavedView, *, by: Actor, up: bool) -> bool:
    """One place up or down among those of its keeper; False when it stands at that end already."""
    _require_keeper(kept, by)
    column = SavedView.position
    beyond = column < kept.position if up else column > kept.position
    query = select(SavedView).where(_beside(kept, kept.team_id), beyond)
    other = db.session.scalars(query.order_by(column.desc() if up else column).limit(1).with_for_update()).first()
    if other is None:
        return False
    kept.position, other.position = other.position, kept.position
    return True


def remove(kept: SavedView, *, by: Actor) -> None:
    """Take it away; what it listed stays."""
    _require_keeper(kept, by)
    db.session.delete(kept)


def _place(kept: SavedView, team_id: int | None) -> None:
    """At the end of the list of that keeper."""
    beside = select(func.count(), func.coalesce(func.max(SavedView.position), 0)).where(_beside(kept, team_id))
    many, last = db.session.execute(beside).one()
    if many >= MOST:
        raise Refused(f"There are {MOST} saved views already. Remove one that nobody uses.")
    kept.team_id, kept.position = team_id, last + 1


def _name(kept: SavedView, name: str) -> None:
    same = _beside(kept, kept.team_id), SavedView.name == name, SavedView.id != (kept.id or 0)
    with db.session.no_autoflush:
        taken = db.session.scalar(select(SavedView.id).where(*same))
    if taken is not None:
        raise Refused(f"There is a saved view called “{name}” already.", field="name")
    kept.name = name


def _fill(kept: SavedView, *, view: str, query: str, columns: Sequence[str]) -> None:
    if len(query) > LONGEST_QUERY:
        raise Refused("That is too much to choose at once. Choose fewer filters, then save it.")
    kept.view, kept.query, kept.columns = view, query, list(columns)
    kept.version += 1


def _beside(kept: SavedView, team_id: int | None) -> ColumnElement[bool]:
    return queries.kept_by(kept.page, owner_id=kept.owner_id, team_id=team_id)


def _require_keeper(kept: SavedView, by: Actor) -> None:
    if not may_change_view(by, kept):
        raise Forbidden("A saved view is changed by its owner, a shared one also by those who lead its team.")


def _require_owner(kept: SavedView, by: Actor) -> None:
    if kept.owner_id != by.id:
        raise Forbidden("Only its owner can share a saved view with others than now.")


def _require_sharer(by: Actor, team_id: int | None) -> None:
    if team_id is not None and not may_share_view(by, team_id):
        raise Forbidden("A saved view is shared with a team by those who work in it.")


def _refuse_stale(kept: SavedView, version: int | None) -> None:
    if version is not None and version != kept.version:
        raise Conflict("Somebody changed this view meanwhile. Save again to replace it with yours.")
