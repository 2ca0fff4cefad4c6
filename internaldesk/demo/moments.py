"""When things happen at the demo desk: hours of a day, days of a week, and business time counted backwards."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from internaldesk.core import hours
from internaldesk.core.hours import BusinessCalendar

WEEKS = 14
_MONDAY_FIRST = (1.25, 1.1, 1.0, 0.95, 0.8, 0.06, 0.02)
_BY_HOUR = {7: 3, 8: 10, 9: 15, 10: 14, 11: 11, 12: 6, 13: 8, 14: 12, 15: 10, 16: 8, 17: 5, 18: 2, 20: 1}
_OPENS, _CLOSES = time(8), time(18)
_SATURDAY = 5
LONDON = ZoneInfo("Europe/London")


def before(calendar: BusinessCalendar, at: datetime, amount: timedelta) -> datetime:
    """The latest instant from which `amount` of open time remains until `at`: `hours.add` backwards, to the second."""
    near, far = 0, max(int(amount.total_seconds()), 3600)
    while hours.elapsed(calendar, at - timedelta(seconds=far), at) < amount:
        near, far = far, far * 2
    while far - near > 1:
        middle = (near + far) // 2
        enough = hours.elapsed(calendar, at - timedelta(seconds=middle), at) >= amount
        near, far = (near, middle) if enough else (middle, far)
    return at - timedelta(seconds=far)


def days(now: datetime) -> list[date]:
    """Every local day of the story: fourteen whole weeks, and the present one so far."""
    today = now.astimezone(LONDON).date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS)
    return [first + timedelta(days=n) for n in range((today - first).days + 1)]


def weight(day: date) -> float:
    """How busy a day of the week is; 1 is a plain working day."""
    return _MONDAY_FIRST[day.weekday()]


def filing(day: date, zone: str, dice: Random) -> datetime:
    """An instant of that day at which somebody there writes, most often in the morning."""
    hour = dice.choices(list(_BY_HOUR), list(_BY_HOUR.values()))[0]
    at = datetime.combine(day, time(hour, dice.randrange(60), dice.randrange(60)), tzinfo=ZoneInfo(zone))
    return at.astimezone(UTC)


def at_work(at: datetime, zone: str, dice: Random) -> datetime:
    """The same instant if somebody there is likely at work then, else some minutes into their next working day."""
    local = at.astimezone(ZoneInfo(zone))
    if local.weekday() < _SATURDAY and _OPENS <= local.time() < _CLOSES:
        return at
    day = local.date() if local.time() < _OPENS else local.date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    morning = datetime.combine(day, _OPENS, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return morning + timedelta(seconds=dice.randrange(60, 4000))


def on_duty(calendar: BusinessCalendar, at: datetime, dice: Random) -> datetime:
    """The same instant while the team is open, else some minutes after it opens."""
    opens = hours.next_open(calendar, at)
    return at if opens <= at else opens + timedelta(seconds=dice.randrange(60, 1500))


def ahead(calendar: BusinessCalendar, at: datetime, amount: timedelta) -> datetime:
    """Open time from `at` on; backwards for a negative amount."""
    return before(calendar, at, -amount) if amount < timedelta(0) else hours.add(calendar, at, amount)
