"""How spans, instants and promises are said in few words, the same in lists, pages and fragments."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from internaldesk.core.periods import DAYS, brief

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


def day(on: date, *, today: date) -> str:
    """A day within a sentence; the year stands with it where it is not this one.

    >>> day(date(2026, 4, 3), today=date(2026, 11, 24)), day(date(2017, 4, 3), today=date(2026, 11, 24))
    ('Fri 3 Apr', 'Mon 3 Apr 2017')
    """
    return f"{DAYS[on.weekday()]} {brief(on, today=today)}"


def short(instant: datetime, *, zone: ZoneInfo, today: date) -> str:
    """The form for tables, in `zone`: "09:42" today, "Wed 09:40" within a week, "25 Nov" beyond, "25 Nov 2025" by then.

    >>> from datetime import UTC
    >>> at, london = datetime(2026, 11, 25, 9, 40, tzinfo=UTC), ZoneInfo("Europe/London")
    >>> short(at, zone=london, today=date(2026, 11, 24)), short(at, zone=london, today=date(2027, 1, 4))
    ('Wed 09:40', '25 Nov 2026')
    """
    local = instant.astimezone(zone)
    days = (local.date() - today).days
    if days == 0:
        return f"{local:%H:%M}"
    return f"{DAYS[local.weekday()]} {local:%H:%M}" if near(days) else brief(local.date(), today=today)


def near(days: int) -> bool:
    """Whether a day that many days away can be told by its name alone.

    >>> near(-6), near(6), near(7)
    (True, True, False)
    """
    return -_WEEK <= days <= _WEEK


def said(instant: datetime, *, zone: ZoneInfo, today: date) -> str:
    """The form within a sentence, in `zone`: "13:00 today", "08:30 tomorrow", "09:40 on Wed 25 Nov".

    >>> from datetime import UTC
    >>> at, london = datetime(2026, 11, 25, 9, 40, tzinfo=UTC), ZoneInfo("Europe/London")
    >>> said(at, zone=london, today=date(2026, 11, 24)), said(at, zone=london, today=date(2026, 11, 23))
    ('09:40 tomorrow', '09:40 on Wed 25 Nov')
    """
    local = instant.astimezone(zone)
    return f"{local:%H:%M} {next_to(local.date(), today=today) or f'on {day(local.date(), today=today)}'}"


def next_to(on: date, *, today: date) -> str:
    """What the days around today are called; nothing for others.

    >>> next_to(date(2026, 11, 25), today=date(2026, 11, 24)), next_to(date(2026, 11, 26), today=date(2026, 11, 24))
    ('tomorrow', '')
    """
    return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((on - today).days, "")
