"""Change the rules of a team: every edit is a new version and a line of the history, and no clock moves by itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from internaldesk.core import hours
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.policy import Actor
from internaldesk.core.priority import Priority
from internaldesk.core.promises import TaskKind
from internaldesk.db import db
from internaldesk.models.people import Team
from internaldesk.models.sla import ClockTask, OlaTarget, Policy, PolicyTarget, PolicyVersion, RuleChange
from internaldesk.promises import checks, queries, saying
from internaldesk.promises.terms import Names, Promise, Terms
from internaldesk.sla import tasks


class Saved(NamedTuple):
    """A rule that was saved and what is different now, in words; nothing is when it was saved as it stood."""

    policy: Policy
    changed: list[str]


def add(team: Team, promise: Promise, *, note: str, by: Actor, now: datetime) -> Saved:
    """A new rule of a team: before the one for everything else, or last if it is that one. Raises Faults."""
    _take(team.id, by)
    names = _checked(team.id, promise, besides=0, now=now)
    row = Policy(team_id=team.id, name=promise.name, position=0)
    row.condition, row.fallback = promise.condition.to_dict(), promise.fallback
    db.session.add(row)
    db.session.flush()
    _add_version(row, promise.terms, note=note, by=by, now=now)
    _arrange(team.id)
    words = saying.added(promise, names)
    _write_down(words, by=by, now=now, team_id=team.id, policy_id=row.id)
    return Saved(row, [words])


def revise(policy: Policy, promise: Promise, *, version: int, note: str, by: Actor, now: datetime) -> Saved:
    """A rule as it is from now on for new requests; `version` is the one it was edited from.

    Raises Faults, or Conflict when somebody saved a newer version meanwhile.
    """
    _take(policy.team_id, by)
    newest = _newest(policy, version)
    names = _checked(policy.team_id, promise, besides=policy.id, now=now)
    changed = saying.changes(Promise.of(policy, newest), promise, _with_people(names, newest))
    if not changed:
        return Saved(policy, [])
    policy.name, policy.condition, policy.fallback = promise.name, promise.condition.to_dict(), promise.fallback
    _add_version(policy, promise.terms, note=note, by=by, now=now)
    _arrange(policy.team_id)
    _write_down(saying.line(changed), by=by, now=now, team_id=policy.team_id, policy_id=policy.id)
    return Saved(policy, changed)


def move(policy: Policy, *, up: bool, by: Actor, now: datetime) -> bool:
    """Change places with the rule before or after it; False when there is none.

    Raises Refused where it would come behind the rule for everything else, after which nothing would ever hold.
    """
    _take(policy.team_id, by)
    order = _in_order(policy.team_id)
    place = order.index(policy)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return False
    if policy.fallback or order[other].fallback:
        raise Refused("The rule for everything else stays last: nothing after it would ever hold.")
    order[place], order[other] = order[other], policy
    _number(order)
    words = f"“{policy.name}” comes {'before' if up else 'after'} “{order[place].name}” now"
    _write_down(words, by=by, now=now, team_id=policy.team_id, policy_id=policy.id)
    return True


def switch(policy: Policy, *, active: bool, by: Actor, now: datetime) -> bool:
    """Let a rule hold for new requests, or no longer; False if so already. Running clocks finish on their version."""
    _take(policy.team_id, by)
    if policy.active is active:
        return False
    if active and policy.fallback and (other := queries.fallback_of(policy.team_id, besides=policy.id)):
        raise Refused(f"“{other}” already holds for everything else. Switch it off first.")
    policy.active = active
    words = f"“{policy.name}” switched {'on: it holds' if active else 'off: it no longer holds'} for new requests"
    _write_down(words, by=by, now=now, team_id=policy.team_id, policy_id=policy.id)
    return True


def set_own_part(
    team: Team, *, minutes: Mapping[Priority, int], calendar: BusinessCalendar, by: Actor, now: datetime
) -> list[str]:
    """What a team owes the desk while it holds a request; priorities left out owe nothing. Raises Faults.

    Returns what is different, in words; clocks that run keep what they were given.
    """
    _take(team.id, by)
    if found := checks.own_part_faults(dict(minutes), calendar):
        raise checks.Faults(found)
    rows = {row.priority: row for row in db.session.scalars(select(OlaTarget).where(OlaTarget.team_id == team.id))}
    changed = saying.own_part_changes({level: row.minutes for level, row in rows.items()}, minutes)
    for level in Priority:
        if level in minutes:
            row = rows.get(level) or OlaTarget(team_id=team.id, priority=level)
            row.minutes = minutes[level]
            db.session.add(row)
        elif level in rows:
            db.session.delete(rows[level])
    if changed:
        _write_down(saying.line(changed), by=by, now=now, team_id=team.id)
    return changed


def try_out(
    team: Team,
    promise: Promise,
    *,
    policy_id: int | None,
    typed: Mapping[str, Any],
    by: Actor,
    now: datetime,
) -> ClockTask:
    """Ask how last month would have gone under a rule that need not be saved; `typed` keeps the form. Raises Faults."""
    _take(team.id, by)
    _checked(team.id, promise, besides=policy_id or 0, now=now)
    calendar = queries.calendar(promise.terms.calendar_id, now=now)
    assert calendar is not None
    first = hours.local(calendar, now).date().replace(day=1)
    terms = promise.terms
    facts = {
        "team_id": team.id,
        "condition": promise.condition.to_dict(),
        "fallback": promise.fallback,
        "calendar_id": terms.calendar_id,
        "minutes": {level.value: terms.at(level) for level in Priority},
        "month": f"{first - timedelta(days=1):%Y-%m}",
        "pause_on": terms.pauses_to_store,
        "at_risk_percent": terms.at_risk_percent,
        "on_reopen": terms.on_reopen,
        "follow_team": terms.follow_team,
        "typed": dict(typed),
    }
    return tasks.ask(TaskKind.TRIAL, by=by, now=now, policy_id=policy_id, facts=facts)


def weigh(policy: Policy, *, by: Actor, now: datetime) -> ClockTask:
    """Ask what applying the newest version to open requests would change; nothing is changed by asking."""
    _take(policy.team_id, by)
    version = queries.newest_version(policy.id).id
    return tasks.ask(TaskKind.PREVIEW, by=by, now=now, policy_id=policy.id, facts={"version": version})


def apply(policy: Policy, *, version: int, by: Actor, now: datetime) -> ClockTask:
    """Let open requests count by a version whose effect was looked at; the history says when it is done.

    Raises Conflict when a newer version was saved since, Refused when nobody looked what it would do.
    """
    _take(policy.team_id, by)
    _newest(policy, version)
    if not policy.active:
        raise Refused("This rule is switched off: it holds for no request. Switch it on first.")
    seen = tasks.latest(TaskKind.PREVIEW, policy_id=policy.id, facts={"version": version})
    if seen is None or seen.finished_at is None or seen.error:
        raise Refused("First look at what applying it would change.")
    facts = {"version": version, "preview_task": seen.id}
    return tasks.ask(TaskKind.APPLY, by=by, now=now, policy_id=policy.id, facts=facts)


def _take(team_id: int, by: Actor) -> None:
    """Refuse whom they are not; whoever changes rules of a team waits for the one who does so now."""
    if not by.rules_over(team_id):
        raise Forbidden("Only the leads of a team and administrators set its promises.")
    db.session.execute(select(Team.id).where(Team.id == team_id).with_for_update(key_share=True))


def _newest(policy: Policy, version: int) -> PolicyVersion:
    """The newest version; raises Conflict unless it is the one that was edited."""
    newest = queries.newest_version(policy.id)
    if newest.id == version:
        return newest
    who = queries.people([newest.author_id]).get(newest.author_id or 0, "Somebody")
    raise Conflict(f"{who} saved a newer version of this rule while you were writing. Nothing of yours was saved.")


def _checked(team_id: int, promise: Promise, *, besides: int, now: datetime) -> Names:
    """The names of what the rule points at; raises Faults when something is wrong with it."""
    found = queries.choices(team_id)
    known = checks.Known(
        types=found.types.keys(),
        locations=found.locations.keys(),
        people=found.people.keys(),
        calendar=queries.calendar(promise.terms.calendar_id, now=now),
        elsewhere=queries.fallback_of(team_id, besides=besides) if promise.fallback else "",
    )
    if wrong := checks.faults(promise, known, now=now):
        raise checks.Faults(wrong)
    return found.names


def _with_people(names: Names, version: PolicyVersion) -> Names:
    """Names that also know whom an older version told, should they have left."""
    people = {**queries.people([version.escalate_to_id]), **names.people}
    return Names(names.types, names.locations, names.calendars, people)


def _add_version(policy: Policy, terms: Terms, *, note: str, by: Actor, now: datetime) -> None:
    version = PolicyVersion(policy_id=policy.id, calendar_id=terms.calendar_id, valid_from=now, note=note)
    version.follow_team, version.on_reopen = terms.follow_team, terms.on_reopen
    version.at_risk_percent, version.warn_minutes = terms.at_risk_percent, terms.warn_minutes
    version.pause_on, version.escalate_to_id, version.author_id = terms.pauses_to_store, terms.escalate_to_id, by.id
    version.targets = [
        PolicyTarget(priority=level, target=target, minutes=amount) for (level, target), amount in terms.minutes.items()
    ]
    db.session.add(version)
    db.session.flush()


def _in_order(team_id: int) -> list[Policy]:
    """A team's rules in order, as they are now."""
    query = select(Policy).where(Policy.team_id == team_id).order_by(Policy.position, Policy.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _arrange(team_id: int) -> None:
    """New rules, which have no place yet, behind the others; the one for everything else last."""
    order = _in_order(team_id)
    _number(sorted(order, key=lambda rule: (rule.fallback, rule.position == 0)))


def _number(order: Iterable[Policy]) -> None:
    for place, rule in enumerate(order, 1):
        if rule.position != place:
            rule.position = place


def _write_down(words: str, *, by: Actor, now: datetime, team_id: int, policy_id: int | None = None) -> None:
    db.session.add(RuleChange(at=now, actor_id=by.id, team_id=team_id, policy_id=policy_id, words=words))
