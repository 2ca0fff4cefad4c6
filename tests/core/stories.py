"""Tickets told in a few words: "mon 10:00 pending reason=vendor" is an event of the week of Monday 2 June 2025, UTC."""

from datetime import UTC, datetime, timedelta
from typing import Any

from internaldesk.core import replay, sla
from internaldesk.core.hours import BusinessCalendar

MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NINE_TO_FIVE = {"timezone": "UTC", "hours": {day: [["09:00", "17:00"]] for day in DAYS[:5]}, "holidays": []}
EARLY = {"timezone": "UTC", "hours": {day: [["08:00", "12:00"]] for day in DAYS[:5]}, "holidays": []}
POLICY = {"first_response": 60, "next_response": 120, "resolution": 480}


def at(text: str) -> datetime:
    """`mon 10:00`, or `mon+7 10:00` a week later."""
    day, clock = text.split()
    name, _, later = day.partition("+")
    hour, minute, *second = (int(part) for part in clock.split(":"))
    days = DAYS.index(name) + int(later or 0)
    return MONDAY + timedelta(days=days, hours=hour, minutes=minute, seconds=second[0] if second else 0)


def told(instant: str | None) -> str | None:
    """An ISO instant as `at` reads it, for expectations that can be read."""
    if instant is None:
        return None
    moment = datetime.fromisoformat(instant).astimezone(UTC)
    week, day = divmod((moment - MONDAY).days, 7)
    later = f"+{week * 7}" if week else ""
    return f"{DAYS[day]}{later} {moment:%H:%M}" + (f":{moment:%S}" if moment.second else "")


def row(line: str, **payload: Any) -> dict[str, Any]:
    """One event row; `key=value` words become its payload, `until=` and `since=` take `mon_10:00`."""
    day, clock, kind, *words = line.split()
    facts: dict[str, Any] = dict(word.split("=", 1) for word in words)
    for name in ("until", "since"):
        if name in facts:
            facts[name] = at(facts[name].replace("_", " ")).isoformat()
    if "ola_minutes" in facts:
        facts["ola_minutes"] = int(facts["ola_minutes"])
    return {"at": at(f"{day} {clock}").isoformat(), "type": kind, **facts, **payload}


def case(*events: Any, now: str | None = None, policy=None, calendar=None, **rest: Any) -> dict[str, Any]:
    """A scenario case, as `replay.run` takes it."""
    return {
        "kind": "scenario",
        "calendar": calendar or NINE_TO_FIVE,
        "policy": POLICY if policy is None else policy,
        "events": [row(event) if isinstance(event, str) else event for event in events],
        **({"as_of": at(now).isoformat()} if now else {}),
        **rest,
    }


def after(*events: Any, **rest: Any) -> Any:
    """What the events made of the clocks, with instants as `at` reads them."""
    return _short(replay.run(case(*events, **rest)))


def clocks_after(*events: Any, now: str | None = None, rules: sla.Rules | None = None) -> sla.Clocks:
    """The clocks themselves, settled at `now`."""
    rows = [sla.Event.from_dict(row(event) if isinstance(event, str) else event) for event in events]
    clocks = sla.rebuild(rows, rules or rules_of())
    return sla.settle(clocks, at(now)) if now else clocks


def rules_of(policy=None, calendar=None, **rest: Any) -> sla.Rules:
    """Rules with the usual policy and hours."""
    targets = {sla.Target(name): minutes for name, minutes in (POLICY if policy is None else policy).items()}
    return sla.Rules(BusinessCalendar.parse(calendar or NINE_TO_FIVE), targets, **rest)


def _short(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _short(found, name) for name, found in value.items()}
    if isinstance(value, list):
        return [_short(found) for found in value]
    return told(value) if key == "due" or key.endswith("_at") else value
