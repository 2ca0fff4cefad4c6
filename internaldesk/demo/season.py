"""What makes one week of the demo desk unlike another: an outage, month ends, a stocktaking, a cure and a drift."""

from datetime import date, timedelta

OUTAGE_WEEK, CURE_WEEK, STOCKTAKING_WEEK = 3, 6, 9
_OUTAGE_DAYS = (1, 2)
_MONTH_END, _MONTH_START = 27, 3


def volume(team: str, week: int, day: date) -> float:
    """How much more than usual is asked of a team on a day of the given week of the story (0 is the first)."""
    if team == "it" and is_outage(week, day):
        return 2.6
    if team == "finance" and _closing(day):
        return 1.8
    if team == "warehouse" and week == STOCKTAKING_WEEK:
        return 1.8
    return 1.0


def pace(team: str, week: int, day: date) -> float:
    """How much longer than usual a team takes: above 1 is slower."""
    match team:
        case "it":
            return 1.8 if is_outage(week, day) else 0.45 if week >= CURE_WEEK else 1.2
        case "purchasing":
            return 0.45 + 0.12 * week
        case "finance":
            return 1.5 if _closing(day) else 0.9
        case "warehouse":
            return 1.7 if week == STOCKTAKING_WEEK else 0.9
        case "legal":
            return 1.1
        case _:
            return 1.0


def favours(team: str, slug: str, week: int) -> int:
    """How much more often than usual a type is asked for in a week."""
    return 6 if (team, slug) == ("warehouse", "count") and week == STOCKTAKING_WEEK else 1


def is_outage(week: int, day: date) -> bool:
    """Whether mail is down for everybody on that day."""
    return week == OUTAGE_WEEK and day.weekday() in _OUTAGE_DAYS


def _closing(day: date) -> bool:
    tomorrow = day + timedelta(days=1)
    return day.day >= _MONTH_END or day.day <= _MONTH_START or tomorrow.day == 1
