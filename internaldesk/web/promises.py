"""The promise pill: what a clock looks like to the person reading."""

from datetime import datetime, timedelta

from internaldesk.core import wording
from internaldesk.core.wording import Pill, nears
from internaldesk.web import filters
from internaldesk.web.desk import now


def running(due: datetime, *, share: int = 0, risk_at: datetime | None = None) -> Pill:
    """A promise that runs: amber within the hour or once it is at risk, red when missed."""
    late = now() - due
    if late >= timedelta(0):
        return Pill("over", f"{filters.span(late)} over", due, 100)
    return Pill("soon" if nears(due, now=now(), risk_at=risk_at) else "ok", f"by {filters.at(due)}", due, share)


def paused(words: str) -> Pill:
    """A promise that rests; `words` name whom it waits for."""
    return Pill("paused", words)


def met(stopped: datetime) -> Pill:
    """A promise kept."""
    return Pill("met", f"{filters.at(stopped)}, in time")


def missed(stopped: datetime) -> Pill:
    """A promise that was kept too late."""
    return Pill("missed", f"{filters.at(stopped)}, late")


def waived() -> Pill:
    """A promise that was missed, which a supervisor decided not to hold against anybody."""
    return Pill("cancelled", "missed, waived")


def cancelled() -> Pill:
    """A promise that no longer applies."""
    return Pill("cancelled", "no longer counted")


def said(instant: datetime) -> str:
    """An instant within a sentence: "13:00 today", "09:40 on Wed 25 Nov"."""
    zone = filters.zone()
    return wording.said(instant, zone=zone, today=now().astimezone(zone).date())
