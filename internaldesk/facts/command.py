"""What `flask desk facts` does and says."""

from collections.abc import Callable
from datetime import datetime

from internaldesk.core.figures import counted
from internaldesk.db import unit_of_work
from internaldesk.facts import actions, queries


def told(*, rebuild: bool, zone: str, now: datetime, tell: Callable[[int, int], None]) -> str:
    """Count again if asked to, and say in a sentence how far the figures are; days are those of `zone`."""
    if rebuild:
        many = actions.rebuild(now=now, zone=zone, tell=tell)
        return f"The figures of {counted(many, 'request')} are counted."
    with unit_of_work(reading=True):
        stand = queries.stand()
    if stand.fresh_at is None:
        return "Nothing is counted yet: the worker does it when it runs, or: flask desk facts --rebuild"
    if not stand.built:
        return f"The figures are being prepared: {int(stand.part * 100)}% of the requests are counted."
    return f"The figures are counted up to {stand.fresh_at:%Y-%m-%d %H:%M} UTC, by the days of {zone}."
