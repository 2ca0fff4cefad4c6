"""How spans, instants and promises are said in few words, the same in lists, pages and fragments."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

SOON = timedelta(hours=1)
"""A promise this near is amber."""
_WEEK = 6


class Pill(NamedTuple):
    """A promise as it is shown: state, words that cannot go stale, the due instant, the share of time used (0 to 100).

    `state` is ok, soon, over, paused, met, missed or cancelled.
    """

    state: str
    words: str
    due: datetime | None = None
    share: int = 0


def span(length: timedelta) -> str:
    """A span of time in words: "34 min", "1 h 40", "3 days".

    >>> span(timedelta(minutes=100)), span(timedelta(days=1))
    ('1 h 40', '1 day')
    """
    minutes = int(length.total_seconds()) // 60
    hours, days = minutes // 60, length.days
    if days:
        return "1 day" if days == 1 else f"{days} days"
    if hours:
        return f"{hours} h {minutes % 60:02}" if minutes % 60 else f"{hours} h"
    return f"{minutes} min"


def short(instant: datetime, *, zone: ZoneInfo, today: date) -> str:
    """The form for tables, in `zone`: "09:42" today, "Wed 09:40" within a week, "25 Nov" beyond.

    >>> from datetime import UTC
    >>> short(datetime(2026, 11, 25, 9, 40, tzinfo=UTC), zone=ZoneInfo("Europe/London"), today=date(2026, 11, 24))
    'Wed 09:40'
    """
    local = instant.astimezone(zone)
    days = (local.date() - today).days
    if days == 0:
        return f"{local:%H:%M}"
    return f"{local:%a %H:%M}" if -_WEEK <= days <= _WEEK else f"{local.day} {local:%b}"
