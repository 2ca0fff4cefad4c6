"""How failed sign-ins slow further ones: waits that grow and end by themselves, never a lock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from internaldesk.core.errors import Refused

REMEMBERED = timedelta(hours=24)
FREE_OF_ACCOUNT = 5
FREE_OF_SOURCE = 20  # a whole office may stand behind one address
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(minutes=15)
_DOUBLINGS = 6  # 15 s doubled six times is past the longest wait


class TooManyTries(Refused):
    """Signing in has to wait until `until`; pages say when."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many tries. Please wait a little.")
        self.until = until


def wait_after(failures: int, *, free: int) -> timedelta:
    """How long the next try has to wait after so many failures.

    >>> [int(wait_after(n, free=5).total_seconds()) for n in (4, 5, 6, 7, 50)]
    [0, 15, 30, 60, 900]
    """
    if failures < free:
        return timedelta(0)
    return min(_FIRST_WAIT * (1 << min(failures - free, _DOUBLINGS)), _LONGEST_WAIT)


def open_from(failures: Sequence[datetime], *, free: int) -> datetime | None:
    """The instant from which a further try is heard, or None when there is nothing to wait for."""
    return max(failures) + wait_after(len(failures), free=free) if len(failures) >= free else None
