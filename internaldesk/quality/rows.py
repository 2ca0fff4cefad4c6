"""How the rows of a list look: what happened in words, and when."""

from datetime import datetime
from typing import NamedTuple

from internaldesk.core.figures import CALENDAR_DAY, promise_words, span_words
from internaldesk.core.lifecycle import AGENT_WORDS
from internaldesk.quality.listings import Listing
from internaldesk.quality.queries import Listed

PROMISES = {"first_response": "First reply", "resolution": "Solution"}


class Looked(NamedTuple):
    """A row, the words of its figure, their tone (empty, met or missed), what stands muted beside them."""

    row: Listed
    words: str
    tone: str
    beside: str


def looked(row: Listed, listing: Listing, *, now: datetime) -> Looked:
    """A row of this kind of list at `now`."""
    if row.score is not None:
        return Looked(row, f"{row.score} of 5", "", "")
    if row.target is not None:
        return _verdict(row)
    if listing.figure == "Stands":
        return Looked(row, AGENT_WORDS[row.status], "", "")
    since = row.since or row.filed_at
    until = now if listing.figure == "Age" else row.at
    return Looked(row, span_words((until - since).total_seconds(), CALENDAR_DAY), "", "")


def _verdict(row: Listed) -> Looked:
    taken = "still waits" if row.used is None else span_words(row.used)
    beside = f"{PROMISES[row.target or '']}, promise {promise_words(row.allowed or 0)}"
    return Looked(row, taken, "met" if row.met else "missed", beside)
