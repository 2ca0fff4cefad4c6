"""The bar that offers to take back what was just done, on the pages that follow it: kept in the session of a browser.

`session["undo"]` is `{"number": of the kept act, "until": seconds since 1970, "words": "R-41 taken", "once": what only
the first page adds, "said": whether it was read out, "key": of its form, "url": where a reply is taken back}`; the page
includes `queues/_undo.html` with `undo=undo_bar.offered()`.
"""

import secrets
from datetime import UTC, datetime
from typing import NamedTuple

from flask import session

from internaldesk.tickets.undoing import Kept
from internaldesk.web.desk import now

_KEY = "undo"


class Offered(NamedTuple):
    """Under which number what can be taken back until when, in which words, if they are new, and the form's key."""

    number: int
    until: datetime
    words: str
    fresh: bool
    key: str
    url: str = ""

    @property
    def seconds(self) -> int:
        """How long it is offered yet."""
        return int((self.until - now()).total_seconds())


def offer(kept: Kept | None, *, once: str = "") -> None:
    """Offer on the next pages to take this back; None leaves an earlier offer standing."""
    if kept is not None:
        _keep(kept.number, kept.until, kept.words, once)


def offer_sent(url: str, *, until: datetime, words: str, once: str = "") -> None:
    """Offer on the next pages to take back a reply, at an address of its own."""
    _keep(0, until, words, once, url=url)


def _keep(number: int, until: datetime, words: str, once: str, **more: str) -> None:
    key = secrets.token_urlsafe(9)
    facts = {"number": number, "until": int(until.timestamp()), "words": words, "once": once, "said": False}
    session[_KEY] = {**facts, "key": key, **more}


def offered() -> Offered | None:
    """What can still be taken back; what cannot is forgotten."""
    found = session.get(_KEY)
    if not isinstance(found, dict) or found["until"] <= now().timestamp():
        session.pop(_KEY, None)
        return None
    if not found["said"]:
        session[_KEY] = {**found, "said": True}
    until, fresh = datetime.fromtimestamp(found["until"], UTC), not found["said"]
    words = f"{found['words']} {found['once']}".strip() if fresh else found["words"]
    return Offered(found["number"], until, words, fresh, found["key"], found.get("url", ""))


def close() -> None:
    """Nothing is offered any more."""
    session.pop(_KEY, None)
