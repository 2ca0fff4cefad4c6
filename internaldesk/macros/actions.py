"""Everything a person can do with macros: write, edit, put in order, remove, and do one to a ticket."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from internaldesk.core import macros as rules
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign, Content, Part, Standing
from internaldesk.core.policy import Act, Actor, require
from internaldesk.db import db
from internaldesk.macros import queries
from internaldesk.models.macros import Macro
from internaldesk.models.tickets import Message, Ticket
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import changes, tags

MOST = 200
_THEN = {Status.WAITING: "wait", Status.SOLVED: "solve"}


def write(*, by: Actor, now: datetime, team_id: int | None, content: Content) -> Macro:
    """A new macro at the end of its list: the team's, or the actor's own (None)."""
    owner_id = by.id if team_id is None else None
    kept = select(func.count(), func.coalesce(func.max(Macro.position), 0)).where(queries.kept_by(team_id, owner_id))
    many, last = db.session.execute(kept).one()
    if many >= MOST:
        raise Refused(f"There are {MOST} already. Remove some that nobody uses.")
    macro = Macro(team_id=team_id, owner_id=owner_id, position=last + 1, uses=0, version=0, updated_at=now)
    _require_keeper(macro, by)
    _fill(macro, content, by=by, now=now)
    db.session.add(macro)
    db.session.flush()
    return macro


def edit(macro: Macro, *, by: Actor, now: datetime, content: Content, version: int | None = None) -> Macro:
    """Change it; whoever edited an older version is asked to look again."""
    _require_keeper(macro, by)
    if version is not None and version != macro.version:
        raise Conflict("Somebody changed this while you were writing. Save again to replace it with yours.")
    _fill(macro, content, by=by, now=now)
    db.session.flush()
    return macro


def remove(macro: Macro, *, by: Actor) -> None:
    """Take it away; what was said and done with it stays."""
    _require_keeper(macro, by)
    db.session.delete(macro)


def move(macro: Macro, *, by: Actor, up: bool) -> bool:
    """One place up or down in its list; False when it stands at that end already."""
    _require_keeper(macro, by)
    column = Macro.position
    beyond = column < macro.position if up else column > macro.position
    query = select(Macro).where(queries.kept_with(macro), beyond).order_by(column.desc() if up else column).limit(1)
    other = db.session.scalars(query.with_for_update()).first()
    if other is None:
        return False
    macro.position, other.position = other.position, macro.position
    return True


def count(macro: Macro, *, now: datetime) -> None:
    """It was used once more."""
    used = update(Macro).where(Macro.id == macro.id).values(uses=Macro.uses + 1, used_at=now)
    db.session.execute(used.execution_options(synchronize_session=False))


def run(
    macro: Macro,
    ticket: Ticket,
    *,
    by: Actor,
    now: datetime,
    note: bool,
    body: str,
    do: Collection[Part],
    seen: int | None = None,
    version: int | None = None,
    files: Sequence[int] = (),
) -> Message | None:
    """Say `body` (as a reply, or as a `note`) and do these parts of the macro, by the verbs that pages use.

    `seen` is the version of the macro and `version` that of the ticket that were shown. All or nothing: the caller
    gives the frame. Returns the reply, if there is one.
    """
    require(by, Act.NOTE if note else Act.ANSWER, ticket)
    changes.refuse_closed(ticket)
    changes.refuse_stale(ticket, version)
    _refuse_unseen(macro, seen)
    before = standing(ticket)
    after = rules.outcome(macro, before, me=by.id, replies=bool(body) and not note, do=do)
    _refuse_nothing(body, files, changed=after != before)
    said = _say(ticket, after, by=by, now=now, note=note, body=body, files=files)
    if ticket.status is not after.status:
        tickets.set_status(ticket, by=by, now=now, status=after.status)
    tags.tag(ticket, by=by, now=now, tags=after.tags)
    tickets.assign(ticket, by=by, now=now, assignee_id=after.assignee_id)
    count(macro, now=now)
    return said


def standing(ticket: Ticket) -> Standing:
    """How a ticket stands, as the rules of macros see it."""
    return Standing(ticket.status, ticket.assignee_id, ticket.tag_words)


def _say(
    ticket: Ticket, after: Standing, *, by: Actor, now: datetime, note: bool, body: str, files: Sequence[int]
) -> Message | None:
    if not body:
        return None
    if note:
        tickets.note(ticket, by=by, now=now, body=body, files=files)
        return None
    return tickets.reply(ticket, by=by, now=now, body=body, then=_THEN.get(after.status, "progress"), files=files)


def _refuse_unseen(macro: Macro, seen: int | None) -> None:
    if seen is not None and seen != macro.version:
        raise Refused("This macro was changed meanwhile. Please look at it again: nothing was done yet.")


def _refuse_nothing(body: str, files: Sequence[int], *, changed: bool) -> None:
    if blanks := rules.blanks(body):
        raise Refused(f"Fill in {blanks[0]} first: there is no value for it here.", field="body")
    if not body and (files or not changed):
        raise Refused("Write something first.", field="body")


def _require_keeper(macro: Macro, by: Actor) -> None:
    if not keeps(by, team_id=macro.team_id, owner_id=macro.owner_id):
        raise Forbidden("The macros of a team are changed by those who lead it, private ones by their owner.")


def keeps(actor: Actor, *, team_id: int | None, owner_id: int | None) -> bool:
    """Whether they may change what that team, or that person, keeps."""
    return owner_id == actor.id if team_id is None else actor.rules_over(team_id)


def _fill(macro: Macro, content: Content, *, by: Actor, now: datetime) -> None:
    rules.check(content)
    _refuse_taken(macro, content.shortcut)
    macro.name, macro.shortcut, macro.body = content.name, content.shortcut, content.body
    macro.status, macro.tags, macro.assign = content.status, list(content.tags), content.assign
    macro.assignee_id = content.assignee_id if content.assign is Assign.PERSON else None
    macro.updated_at, macro.updated_by_id = now, by.id
    macro.version += 1


def _refuse_taken(macro: Macro, shortcut: str) -> None:
    if not shortcut:
        return
    taken = select(Macro.name).where(queries.kept_with(macro), Macro.shortcut == shortcut, Macro.id != (macro.id or 0))
    name = db.session.scalar(taken)
    if name is not None:
        raise Refused(f"“{name}” has this shortcut already.", field="shortcut")
