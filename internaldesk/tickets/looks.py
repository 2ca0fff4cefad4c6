"""How a request looks in a list: its next promise as a pill, and the short words beside it, in the reader's zone.

Lists show fifty of these at once, so everything a row needs is computed here and nothing asks for the request context.
"""

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from internaldesk.core import periods, wording
from internaldesk.core.lifecycle import Status
from internaldesk.core.wording import Pill
from internaldesk.models.tickets import NEVER

_NO_TIME = timedelta()


class Listed(Protocol):
    """What the looks read of a row."""

    @property
    def queue_at(self) -> datetime: ...
    @property
    def risk_at(self) -> datetime: ...
    @property
    def status(self) -> Status: ...
    @property
    def status_until(self) -> datetime | None: ...
    @property
    def requester(self) -> str: ...
    @property
    def last_word_at(self) -> datetime: ...
    @property
    def filed_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...


class Looks:
    """The looks of rows to a reader in `zone` (an IANA name) at `now`."""

    def __init__(self, zone: str, now: datetime) -> None:
        self.now = now
        self.zone = ZoneInfo(zone)
        self.today = now.astimezone(self.zone).date()

    def pill(self, row: Listed, share: int) -> Pill:
        """The next promise: amber when near or at risk, red when missed; a resting clock names whom it waits for."""
        due = row.queue_at
        if due == NEVER:
            return Pill("paused", self._resting(row))
        words, late = self.words(due), self.now - due
        if late >= _NO_TIME:
            return Pill("over", words, due, 100)
        return Pill("soon" if wording.nears(due, now=self.now, risk_at=row.risk_at) else "ok", words, due, share)

    def words(self, due: datetime) -> str:
        """A running promise: "18 min over", else "by 11:00", which cannot go stale."""
        late = self.now - due
        return f"{wording.span(late)} over" if late >= _NO_TIME else f"by {self.short(due)}"

    def beside(self, row: Listed) -> str:
        """The clock time beside the pill: when it is due, or since when it rests."""
        if row.queue_at != NEVER:
            return self.short(row.queue_at)
        match row.status:
            case Status.WAITING:
                return f"Asked {self._lately(row.last_word_at)}"
            case Status.APPROVAL | Status.SUPPLIER:
                return f"Since {self._lately(row.updated_at)}"
            case _:
                return f"Filed {self._lately(row.filed_at)}"

    def short(self, instant: datetime) -> str:
        """The form for tables."""
        return wording.short(instant, zone=self.zone, today=self.today)

    def _lately(self, instant: datetime) -> str:
        local = instant.astimezone(self.zone)
        days = (self.today - local.date()).days
        if days == 0:
            return f"{local:%H:%M}"
        return f"{local:%a}" if wording.near(days) else periods.brief(local.date(), today=self.today)

    def _resting(self, row: Listed) -> str:
        if row.status is Status.WAITING and row.status_until:
            return f"Until {self._lately(row.status_until)}"
        first_name = row.requester.partition(" ")[0]
        words = {Status.WAITING: f"Waiting: {first_name}", Status.APPROVAL: "Approval", Status.SUPPLIER: "Supplier"}
        return words.get(row.status, "No promise")
