"""What came of long counts about a rule, in words: its trial on last month, and applying it to open requests."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from internaldesk.core.clocks import Target
from internaldesk.core.policy import Actor
from internaldesk.core.promises import TaskKind
from internaldesk.db import db
from internaldesk.models.sla import ClockTask, Policy
from internaldesk.models.tickets import Ticket
from internaldesk.promises import queries, saying
from internaldesk.promises.saying import TITLES
from internaldesk.promises.terms import TARGETS
from internaldesk.sla import tasks
from internaldesk.sla.tasks import Progress
from internaldesk.tickets.queries import visible_tickets

LEAST = 10
"""Below this many requests numbers say more than per cents."""

_EFFECTS = {"sooner": "sooner", "later": "later", "same": "as before", "missed_now": "would be overdue at once"}


class Tried(NamedTuple):
    """A trial: how far it is, and when it is done the sentence, a row per promise, and what was left out."""

    task: ClockTask
    progress: Progress
    sentence: str
    rows: list[tuple[str, str, str]]
    notes: list[str]


class Example(NamedTuple):
    """An open request that the reader may see, and how its next promise would move."""

    number: int
    summary: str
    what: str
    before: datetime | None
    after: datetime | None


class Open(NamedTuple):
    """Where the open requests of a rule stand with its newest version.

    `task` is the last count or application of that version, None where nobody asked; `stage` is asked, counted,
    applying, applied or failed. `would` is how many requests applying it concerns.
    """

    policy_id: int
    version: int
    keeping: int
    stage: str
    task: ClockTask | None
    progress: Progress | None
    sentence: str
    would: int
    examples: list[Example]


def tried(task: ClockTask | None) -> Tried | None:
    """A trial as the page shows it; None without one."""
    if task is None:
        return None
    progress, result = tasks.progress(task), task.result
    if not progress.finished or progress.failed:
        return Tried(task, progress, "", [], [])
    rows = [
        (TITLES[target], _met(part, "new"), _met(part, "old"))
        for target in TARGETS
        if (part := result["per_target"].get(target.value)) is not None
    ]
    return Tried(task, progress, trial_sentence(result), rows, _notes(result))


def trial_sentence(result: Mapping[str, Any]) -> str:
    """The finding in a sentence.

    >>> trial_sentence({"requests": 411, "new_met": 387, "old_met": 399, "new": 94.1, "old": 97.0})
    "Of last month's 411 requests 94.1 % would have met this, 97 % met the old one."
    >>> trial_sentence({"requests": 4, "new_met": 3, "old_met": 4, "new": None, "old": None})
    "Of last month's 4 requests 3 of 4 would have met this, 4 of 4 met the old one."
    """
    count = result["requests"]
    if not count:
        return "No request of last month would have been under this rule."
    noun = "request" if count == 1 else "requests"
    new, old = (_share(result[f"{which}_met"], count, result[which]) for which in ("new", "old"))
    return f"Of last month's {count:,} {noun} {new} would have met this, {old} met the old one."


def open_requests(policy: Policy, *, version: int, actor: Actor) -> Open:
    """Where the open requests of a rule stand with its newest version."""
    keeping = queries.keeping(policy.id, actor=actor)
    asked = [
        task
        for kind in (TaskKind.PREVIEW, TaskKind.APPLY)
        if (task := tasks.latest(kind, policy_id=policy.id)) is not None and task.facts["version"] == version
    ]
    task = max(asked, key=lambda one: one.id, default=None)
    if task is None:
        return Open(policy.id, version, keeping, "", None, None, "", 0, [])
    progress, doing = tasks.progress(task), task.kind is TaskKind.APPLY
    if progress.failed:
        return Open(policy.id, version, keeping, "failed", task, progress, "", 0, [])
    if not progress.finished:
        return Open(policy.id, version, keeping, "applying" if doing else "asked", task, progress, "", 0, [])
    if doing:
        return Open(policy.id, version, keeping, "applied", task, progress, applied_sentence(task.result), 0, [])
    examples, would = _examples(task.result["examples"], actor), task.result["requests"]
    return Open(policy.id, version, keeping, "counted", task, progress, effect_sentence(task.result), would, examples)


def effect_sentence(result: Mapping[str, int]) -> str:
    """What applying would change.

    >>> effect_sentence({"requests": 37, "sooner": 20, "later": 12, "same": 5, "missed_now": 3})
    '37 open requests: 20 sooner, 12 later, 5 as before, 3 would be overdue at once.'
    >>> effect_sentence({"requests": 0, "sooner": 0, "later": 0, "same": 0, "missed_now": 0})
    'No open request would change: each counts by this version already, or another rule holds for it.'
    """
    if not result["requests"]:
        return "No open request would change: each counts by this version already, or another rule holds for it."
    ways = (
        ("sooner", "{} sooner"),
        ("later", "{} later"),
        ("same", "{} as before"),
        ("missed_now", "{} would be overdue at once"),
    )
    parts = [words.format(f"{result[name]:,}") for name, words in ways if result[name]]
    return f"{_counted(result['requests'])}: {', '.join(parts)}.{_failed(result)}"


def applied_sentence(result: Mapping[str, int]) -> str:
    """What applying changed.

    >>> applied_sentence({"requests": 37, "missed": 3})
    'Applied to 37 open requests; 3 became overdue.'
    """
    return f"Applied to {_counted(result['requests'])}; {result['missed'] or 'none'} became overdue.{_failed(result)}"


def _counted(count: int) -> str:
    return f"{count:,} open request{'' if count == 1 else 's'}"


def _share(met: int, of: int, percent: float | None) -> str:
    return f"{met} of {of}" if percent is None else f"{percent:g} %"


def _met(part: Mapping[str, Any], which: str) -> str:
    of = part[f"{which}_requests"]
    return _share(part[f"{which}_met"], of, part[which]) if of else "not promised"


def _failed(result: Mapping[str, int]) -> str:
    count = result.get("failed", 0)
    return f" {count} could not be counted." if count else ""


def _notes(result: Mapping[str, Any]) -> list[str]:
    notes = ["Confidential requests are left out."] if result["without_cases"] else []
    return [*notes, _failed(result).strip()] if result.get("failed") else notes


def _examples(found: Iterable[Mapping[str, Any]], actor: Actor) -> list[Example]:
    """Those the reader may see."""
    by_number = {part["number"]: part for part in found}
    query = (
        select(Ticket.id, Ticket.summary).where(Ticket.id.in_(by_number), visible_tickets(actor)).order_by(Ticket.id)
    )
    return [_example(row.id, row.summary, by_number[row.id]) for row in db.session.execute(query)]


def _example(number: int, summary: str, part: Mapping[str, Any]) -> Example:
    before, after = (datetime.fromisoformat(part[name]) if part[name] else None for name in ("before", "after"))
    return Example(number, summary, saying.TITLES[Target(part["target"])], before, after)
