"""Everything a person can do with a plan: write, change, pause, resume, remove; each leaves a line."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from internaldesk.core import recurring as rules
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.core.recurring import PlanDeed, Rule
from internaldesk.db import db
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.recurring import Plan, PlanLine
from internaldesk.recurring import queries

_RULE = ("unit", "every", "day", "nth", "weekday", "minute", "closed", "starts_on", "ends_on", "times")
_REQUEST = ("summary", "details", "answers", "requester_id", "assignee_id", "skip_open")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be filed, for whom, and by which rule; nobody is given it where `assignee_id` is None."""

    rule: Rule
    summary: str
    requester_id: int
    details: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    assignee_id: int | None = None
    skip_open: bool = False


def plan(request_type: RequestType, *, by: Actor, now: datetime, form: FormVersion, wish: Wish) -> Plan:
    """A new plan of the team whose type it is."""
    if request_type.confidentiality is Confidentiality.CASE:
        raise Refused("A confidential case is not filed by a plan.")
    made = Plan(
        team_id=request_type.team_id,
        team=request_type.team,
        request_type_id=request_type.id,
        form_version_id=form.id,
        done=0,
        version=0,
        made_at=now,
        made_by_id=by.id,
    )
    _require(made, by)
    _fill(made, wish, now=now, over=None)
    db.session.add(made)
    db.session.flush()
    _tell(made, PlanDeed.PLANNED, by=by, now=now, words=rules.sentence(made))
    return made


def change(plan: Plan, *, by: Actor, now: datetime, form: FormVersion, wish: Wish, version: int | None = None) -> Plan:
    """Change it from the next one on; a changed rule counts its times anew. Raises Conflict where it is not as seen."""
    _require(plan, by)
    if version is not None and version != plan.version:
        raise Conflict("Somebody changed this while you were writing. Save again to replace it with yours.")
    before, over = rules.sentence(plan), queries.dealt_with(plan)
    known = {name: getattr(plan, name) for name in _REQUEST}
    _fill(plan, wish, now=now, over=over.due_on if over else None)
    plan.form_version_id = form.id
    after = rules.sentence(plan)
    words = [f"From “{before}” to “{after}”."] if before != after else []
    changed = [_NAMES[name] for name in _REQUEST if known[name] != getattr(plan, name)]
    words += [f"Changed {', '.join(changed)}."] if changed else []
    _tell(plan, PlanDeed.CHANGED, by=by, now=now, words=" ".join(words))
    return plan


def pause(plan: Plan, *, by: Actor | None, now: datetime, words: str = "") -> bool:
    """File nothing until it is resumed; False where it rests already."""
    if by is not None:
        _require(plan, by)
    if plan.paused_at is not None:
        return False
    plan.paused_at = now
    plan.version += 1
    _tell(plan, PlanDeed.PAUSED, by=by, now=now, words=words)
    return True


def resume(plan: Plan, *, by: Actor, now: datetime) -> bool:
    """Go on with the next one; what would have been filed meanwhile is not filed. False where it does not rest."""
    _require(plan, by)
    if plan.paused_at is None:
        return False
    over = queries.dealt_with(plan)
    plan.paused_at = None
    _aim(plan, now=now, over=over.due_on if over else None)
    plan.version += 1
    _tell(plan, PlanDeed.RESUMED, by=by, now=now)
    return True


def remove(plan: Plan, *, by: Actor, now: datetime) -> None:
    """Never file it again; what it filed stays, and so do its lines."""
    _require(plan, by)
    plan.removed_at = now
    _tell(plan, PlanDeed.REMOVED, by=by, now=now)


def _require(plan: Plan, by: Actor) -> None:
    if not by.rules_over(plan.team_id):
        raise Forbidden("The recurring requests of a team are planned by those who lead it.")


_NAMES = {
    "summary": "the title",
    "details": "the details",
    "answers": "the answers",
    "requester_id": "whose request it is",
    "assignee_id": "who it is given to",
    "skip_open": "what happens while the last one is open",
}


def _fill(plan: Plan, wish: Wish, *, now: datetime, over: date | None) -> None:
    rules.check(wish.rule)
    _refuse_strangers(plan, wish)
    rule = {name: getattr(wish.rule, name) for name in _RULE} | {"weekdays": list(wish.rule.weekdays)}
    if any(getattr(plan, name) != value for name, value in rule.items()):
        plan.done = 0
    for name, value in (rule | {name: getattr(wish, name) for name in _REQUEST}).items():
        setattr(plan, name, value)
    _aim(plan, now=now, over=over)
    plan.version += 1


def _refuse_strangers(plan: Plan, wish: Wish) -> None:
    team = {member.id for member in queries.members(plan.team_id)}
    if wish.requester_id not in team | {plan.made_by_id}:
        raise Refused("Choose somebody who works in this team.", field="requester")
    if wish.assignee_id is not None and wish.assignee_id not in team:
        raise Refused("Choose somebody who works in this team.", field="assignee")
    if wish.assignee_id == wish.requester_id:
        raise Refused("Nobody works on their own request: choose somebody else, or nobody.", field="assignee")


def _aim(plan: Plan, *, now: datetime, over: date | None) -> None:
    """Find what is filed next; nothing when the rule has ended."""
    found = queries.ahead(plan, queries.calendar(plan.team, now=now), now=now, last=over, limit=1)
    first = found[0] if found and (plan.times is None or plan.done < plan.times) else None
    plan.next_on, plan.next_at = first if first else (None, None)


def _tell(plan: Plan, deed: PlanDeed, *, by: Actor | None, now: datetime, words: str = "") -> None:
    db.session.add(PlanLine(plan_id=plan.id, at=now, by_id=by.id if by else None, deed=deed, words=words))
    db.session.flush()
