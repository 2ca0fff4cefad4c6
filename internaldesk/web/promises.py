"""The promise pill: what a clock looks like to the person reading."""

from datetime import datetime, timedelta

from internaldesk.core.wording import SOON, Pill
from internaldesk.web import filters
from internaldesk.web.desk import now


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
