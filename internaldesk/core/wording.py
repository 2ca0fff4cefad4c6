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


def nears(due: datetime, *, now: datetime, risk_at: datetime | None = None) -> bool:
    """Whether a promise that is not missed yet is amber: due within the hour, or at risk since `risk_at`.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> nears(noon + SOON, now=noon), nears(noon + 2 * SOON, now=noon), nears(noon + 2 * SOON, now=noon, risk_at=noon)
    (True, False, True)
    """
    return due - now <= SOON or (risk_at is not None and risk_at <= now)


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


def said(instant: datetime, *, zone: ZoneInfo, today: date) -> str:
    """The form within a sentence, in `zone`: "13:00 today", "08:30 tomorrow", "09:40 on Wed 25 Nov".

    >>> from datetime import UTC
    >>> at, london = datetime(2026, 11, 25, 9, 40, tzinfo=UTC), ZoneInfo("Europe/London")
    >>> said(at, zone=london, today=date(2026, 11, 24)), said(at, zone=london, today=date(2026, 11, 23))
    ('09:40 tomorrow', '09:40 on Wed 25 Nov')
    """
    local = instant.astimezone(zone)
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((local.date() - today).days)
    return f"{local:%H:%M} {near}" if near else f"{local:%H:%M} on {local:%a} {local.day} {local:%b}"
