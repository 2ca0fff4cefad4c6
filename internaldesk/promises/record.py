"""What is on record about a rule: its versions with what changed and why, and the requests that keep an older one."""

from dataclasses import dataclass
from datetime import datetime

from internaldesk.core.policy import Actor
from internaldesk.models.sla import Policy
from internaldesk.promises import queries
from internaldesk.promises.outcome import Open, open_requests
from internaldesk.promises.queries import VersionRow


@dataclass(frozen=True, slots=True)
class Entry:
    """A version: when, by whom (None: the desk itself, as it was delivered), what changed, and the note of why."""

    version: VersionRow
    words: str


@dataclass(frozen=True, slots=True)
class Record:
    """The versions of a rule, whether there are older ones than shown, and where its open requests stand."""

    entries: list[Entry]
    more: bool
    open: Open


def record(policy: Policy | None, *, actor: Actor) -> Record | None:
    """The record of a rule; None for one that is not there yet."""
    if policy is None:
        return None
    found = queries.versions(policy.id, limit=queries.HISTORY + 1)
    said: dict[datetime, list[str]] = {}
    for change in queries.history_of(policy.id):
        said.setdefault(change.at, []).insert(0, change.words)
    entries = [Entry(row, "; ".join(said.get(row.valid_from, ()))) for row in found[: queries.HISTORY]]
    return Record(entries, len(found) > len(entries), open_requests(policy, version=found[0].id, actor=actor))
