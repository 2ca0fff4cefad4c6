"""Everything a lead can do with a checklist: write it, change its steps, order, remove it; every edit is kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from internaldesk.checklists import queries
from internaldesk.checklists.queries import Kept
from internaldesk.core import checklists as rules
from internaldesk.core import questions
from internaldesk.core.checklists import Spec
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.core.questions import Kind, Question
from internaldesk.core.text import excerpt
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.checklists import Checklist, ChecklistVersion
from internaldesk.tickets import laying

MOST = 100
_WORDS = 300


def write(*, by: Actor, now: datetime, team_id: int, name: str, request_type: RequestType | None, anchor: str) -> Kept:
    """A new checklist without steps; with a type, every request of that type gets it from now on."""
    _require(by, team_id)
    many, last = db.session.execute(
        select(func.count(), func.coalesce(func.max(Checklist.position), 0)).where(
            Checklist.team_id == team_id, Checklist.retired_at.is_(None)
        )
    ).one()
    if many >= MOST:
        raise Refused(f"There are {MOST} already. Remove some that nobody uses.")
    row = Checklist(team_id=team_id, name=name, position=last + 1, version=0, origin="")
    _settle(row, request_type, anchor)
    db.session.add(row)
    db.session.flush()
    return _edited(row, (), anchor, words="Wrote it", by=by, now=now)


def change(
    kept: Kept,
    *,
    by: Actor,
    now: datetime,
    name: str,
    request_type: RequestType | None,
    anchor: str,
    version: int | None = None,
) -> Kept:
    """What it is called, which requests get it, and which of their dates counts."""
    _require(by, kept.checklist.team_id)
    _refuse_stale(kept, version)
    _settle(kept.checklist, request_type, anchor)
    kept.checklist.name = name
    _refuse_unknown_blanks(kept.checklist, rules.parse(kept.version.steps))
    return _edited(kept.checklist, kept.version.steps, anchor, words="Changed what it is for", by=by, now=now)


def put(
    kept: Kept, *, by: Actor, now: datetime, spec: Spec, place: int | None = None, version: int | None = None
) -> Kept:
    """Write a step: in that place (from 1), or behind the others."""
    _require(by, kept.checklist.team_id)
    _refuse_stale(kept, version)
    specs = list(rules.parse(kept.version.steps))
    at = place or len(specs) + 1
    rules.check(spec, place=at)
    before = specs[at - 1] if place else None
    specs[at - 1 : at] = [spec]
    _refuse_unknown_blanks(kept.checklist, [spec])
    words = f"Changed “{before.name}”" if before else f"Added “{spec.name}”"
    return _stored(kept, specs, words, by=by, now=now)


def take_out(kept: Kept, *, by: Actor, now: datetime, place: int, version: int | None = None) -> Kept:
    """Remove a step; requests that have it keep it."""
    _require(by, kept.checklist.team_id)
    _refuse_stale(kept, version)
    specs = rules.parse(kept.version.steps)
    return _stored(kept, rules.without(specs, place), f"Removed “{specs[place - 1].name}”", by=by, now=now)


def move_step(kept: Kept, *, by: Actor, now: datetime, place: int, up: bool, version: int | None = None) -> Kept:
    """One place up or down; at the end of the list nothing happens."""
    _require(by, kept.checklist.team_id)
    _refuse_stale(kept, version)
    specs = rules.parse(kept.version.steps)
    turned = rules.moved(specs, place, up=up)
    if turned == specs:
        return kept
    return _stored(kept, turned, f"Moved “{specs[place - 1].name}” {'up' if up else 'down'}", by=by, now=now)


def move(checklist: Checklist, *, by: Actor, up: bool) -> bool:
    """One place up or down among those of its team; False when it stands at that end already."""
    _require(by, checklist.team_id)
    column = Checklist.position
    beyond = column < checklist.position if up else column > checklist.position
    query = select(Checklist).where(Checklist.team_id == checklist.team_id, Checklist.retired_at.is_(None), beyond)
    other = db.session.scalars(query.order_by(column.desc() if up else column).limit(1).with_for_update()).first()
    if other is None:
        return False
    checklist.position, other.position = other.position, checklist.position
    return True


def remove(kept: Kept, *, by: Actor, now: datetime, version: int | None = None) -> None:
    """No request gets it any more; those that have its steps keep them, and so do the record and the catalogue."""
    _require(by, kept.checklist.team_id)
    _refuse_stale(kept, version)
    kept.checklist.retired_at = now
    _edited(kept.checklist, kept.version.steps, kept.version.anchor, words="Removed it", by=by, now=now)


def keeps(actor: Actor, team_id: int) -> bool:
    """Whether they may change what that team keeps."""
    return actor.rules_over(team_id)


def blanks(checklist: Checklist) -> dict[str, str]:
    """The blanks its texts can have, and what each stands for."""
    asked = form_of(checklist.request_type_id)
    return {**{question.slug: question.label for question in asked}, **rules.KNOWN}


def form_of(request_type_id: int | None) -> tuple[Question, ...]:
    """The questions of a type's newest form; none without a type."""
    forms = laying.forms([request_type_id]) if request_type_id else {}
    return questions.parse(forms[request_type_id].questions) if request_type_id in forms else ()


def dates(asked: Sequence[Question]) -> list[tuple[str, str]]:
    """The questions for a date, any of which can be the one that counts."""
    return [(question.slug, question.label) for question in asked if question.kind is Kind.DATE]


def _stored(kept: Kept, specs: Sequence[Spec], words: str, *, by: Actor, now: datetime) -> Kept:
    written = [spec.to_dict() for spec in specs]
    rules.parse(written)
    return _edited(kept.checklist, written, kept.version.anchor, words=words, by=by, now=now)


def _edited(row: Checklist, steps: Sequence[object], anchor: str, *, words: str, by: Actor, now: datetime) -> Kept:
    row.version += 1
    version = ChecklistVersion(checklist_id=row.id, number=row.version, anchor=anchor, steps=list(steps))
    version.words, version.at, version.by_id = excerpt(words, _WORDS), now, by.id
    db.session.add(version)
    db.session.flush()
    return Kept(row, version)


def _settle(row: Checklist, request_type: RequestType | None, anchor: str) -> None:
    """Which requests get it, and by which of their dates it counts."""
    if request_type is not None:
        if request_type.team_id != row.team_id:
            raise Refused("Choose something this team offers.", field="type")
        other = queries.of_type(request_type.id)
        if other is not None and other.id != row.id:
            raise Refused(f"“{other.name}” is filed with these already.", field="type")
    if anchor and anchor not in dict(dates(form_of(request_type.id if request_type else None))):
        raise Refused("Choose a date that its form asks for.", field="anchor")
    row.request_type_id = request_type.id if request_type else None


def _refuse_unknown_blanks(row: Checklist, specs: Sequence[Spec]) -> None:
    known = blanks(row)
    for spec in specs:
        if unknown := rules.strange(spec, known):
            raise Refused(f"{unknown[0]} is not known. There are {', '.join(f'{{{name}}}' for name in known)}.")


def warns(checklist: Checklist) -> bool:
    """Whether its requests are cases, of which other teams are told nothing but the number."""
    kind = checklist.request_type
    return kind is not None and kind.confidentiality is Confidentiality.CASE


def _refuse_stale(kept: Kept, version: int | None) -> None:
    if version is not None and version != kept.checklist.version:
        raise Conflict("Somebody changed this checklist while you were writing. Look at it again before you save.")


def _require(by: Actor, team_id: int) -> None:
    if not keeps(by, team_id):
        raise Forbidden("The checklists of a team are changed by those who lead it.")
