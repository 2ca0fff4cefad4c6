"""The promise pill: what a clock looks like to the person reading."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from internaldesk.web import filters
from internaldesk.web.desk import now

SOON = timedelta(hours=1)
Look = Literal["ok", "soon", "over", "paused", "met", "missed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Pill:
    """State, words that cannot go stale, the due instant if there is one, and the share of time used."""

    state: Look
    words: str
    due: datetime | None = None
    share: int = 0


def running(due: datetime, *, share: int = 0) -> Pill:
    """A promise that runs: amber within the hour, red when missed."""
    late = now() - due
    if late >= timedelta(0):
        return Pill("over", f"{filters.span(late)} over", due, 100)
    return Pill("soon" if -late <= SOON else "ok", f"by {filters.at(due)}", due, share)


def paused(words: str) -> Pill:
    """A promise that rests; `words` name whom it waits for."""
    return Pill("paused", words)


def met(stopped: datetime) -> Pill:
    """A promise kept."""
    return Pill("met", f"{filters.at(stopped)}, in time")


def missed(stopped: datetime) -> Pill:
    """A promise that was kept too late."""
    return Pill("missed", f"{filters.at(stopped)}, late")


def cancelled() -> Pill:
    """A promise that no longer applies."""
    return Pill("cancelled", "no longer counted")
