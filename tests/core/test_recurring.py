"""Days by a rule: rising, none lost, none twice, whatever the clocks and the calendar do."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internaldesk.core import recurring
from internaldesk.core.errors import Refused
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.recurring import LAST, Closed, Occurrence, Rule, Unit

DAY = timedelta(days=1)
WEEKDAYS = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
ZONES = ("Europe/London", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")


def calendar(zone: str = "Europe/London", **closed: object) -> BusinessCalendar:
    return BusinessCalendar.parse({"timezone": zone, "hours": WEEKDAYS, **closed})


def days(rule: Rule, many: int = 6) -> list[str]:
    return [on.isoformat() for on in islice(recurring.dates(rule), many)]


def local(rule: Rule, cal: BusinessCalendar, many: int = 5) -> list[str]:
    return [
        f"{found.at.astimezone(cal.zone):%Y-%m-%d %H:%M}" for found in islice(recurring.occurrences(rule, cal), many)
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule(Unit.DAY, date(2026, 2, 27)), "2026-02-27 2026-02-28 2026-03-01"),
        (Rule(Unit.DAY, date(2026, 2, 27), every=10), "2026-02-27 2026-03-09 2026-03-19"),
        (Rule(Unit.WEEK, date(2026, 11, 25), weekdays=(4, 0)), "2026-11-27 2026-11-30 2026-12-04"),
        (Rule(Unit.WEEK, date(2026, 11, 25), every=2, weekdays=(0, 2)), "2026-11-25 2026-12-07 2026-12-09"),
        (Rule(Unit.MONTH, date(2027, 12, 31)), "2027-12-31 2028-01-31 2028-02-29"),
        (Rule(Unit.MONTH, date(2026, 11, 20), day=15), "2026-12-15 2027-01-15 2027-02-15"),
        (Rule(Unit.MONTH, date(2026, 11, 1), every=3, day=31), "2026-11-30 2027-02-28 2027-05-31"),
        (Rule(Unit.MONTH, date(2026, 11, 1), nth=1, weekday=0), "2026-11-02 2026-12-07 2027-01-04"),
        (Rule(Unit.MONTH, date(2026, 11, 1), nth=4, weekday=6), "2026-11-22 2026-12-27 2027-01-24"),
        (Rule(Unit.MONTH, date(2026, 11, 1), nth=LAST, weekday=0), "2026-11-30 2026-12-28 2027-01-25"),
        (Rule(Unit.YEAR, date(2024, 2, 29)), "2024-02-29 2025-02-28 2026-02-28"),
        (Rule(Unit.YEAR, date(2026, 5, 1), every=2, nth=2, weekday=1), "2026-05-12 2028-05-09 2030-05-14"),
    ],
)
def test_the_dates_of_a_rule(rule: Rule, expected: str) -> None:
    assert days(rule, 3) == expected.split()


def test_it_ends_with_its_last_day_and_never_goes_beyond_time() -> None:
    assert days(Rule(Unit.DAY, date(2026, 11, 1), ends_on=date(2026, 11, 2))) == ["2026-11-01", "2026-11-02"]
    assert (
        len(list(recurring.occurrences(Rule(Unit.DAY, date(2026, 11, 1), ends_on=date(2026, 11, 4)), calendar()))) == 3
    )
    assert days(Rule(Unit.YEAR, date(8990, 1, 1), every=9)) == ["8990-01-01", "8999-01-01"]


def test_closed_days_are_moved_or_not() -> None:
    cal = calendar(holidays=["2026-12-25", "2026-12-28"])
    rule = {"unit": Unit.MONTH, "starts_on": date(2026, 12, 25), "times": 1}

    assert [local(Rule(**rule, closed=how), cal, 1) for how in Closed] == [
        ["2026-12-29 09:00"],
        ["2026-12-24 09:00"],
        ["2026-12-25 09:00"],
    ]


def test_days_moved_to_the_same_one_are_one() -> None:
    cal = calendar()
    friday = {"unit": Unit.DAY, "starts_on": date(2026, 11, 20)}

    assert local(Rule(**friday), cal, 3) == ["2026-11-20 09:00", "2026-11-23 09:00", "2026-11-24 09:00"]
    assert local(Rule(**friday, closed=Closed.PREVIOUS), cal, 2) == ["2026-11-20 09:00", "2026-11-23 09:00"]
    monday = next(islice(recurring.occurrences(Rule(**friday), cal), 1, None))
    assert monday.on == date(2026, 11, 21)
    assert next(recurring.occurrences(Rule(**friday), cal, after=monday)).on == date(2026, 11, 24)


def test_where_nobody_ever_works_the_day_itself_is_taken() -> None:
    never = BusinessCalendar.parse({"timezone": "UTC", "hours": {}})

    assert local(Rule(Unit.DAY, date(2026, 11, 20)), never, 2) == ["2026-11-20 09:00", "2026-11-21 09:00"]


def test_times_that_the_clocks_leave_out_or_show_twice() -> None:
    cal = calendar(hours={day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")})
    spring = Rule(Unit.DAY, date(2026, 3, 28), minute=90)
    autumn = Rule(Unit.DAY, date(2026, 10, 24), minute=90)

    assert local(spring, cal, 3) == ["2026-03-28 01:30", "2026-03-29 02:30", "2026-03-30 01:30"]
    assert [found.at.hour for found in islice(recurring.occurrences(autumn, cal), 3)] == [0, 0, 1]


def test_a_date_that_a_zone_left_out_is_filed_with_the_next() -> None:
    samoa = BusinessCalendar.parse({"timezone": "Pacific/Apia", "hours": {}})
    rule = Rule(Unit.DAY, date(2011, 12, 29), closed=Closed.ANYWAY)

    assert local(rule, samoa, 3) == ["2011-12-29 09:00", "2011-12-31 09:00", "2012-01-01 09:00"]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Rule(Unit.DAY, date(2026, 1, 1), every=0), "every"),
        (Rule(Unit.DAY, date(2026, 1, 1), every=100), "every"),
        (Rule(Unit.WEEK, date(2026, 1, 1)), "weekdays"),
        (Rule(Unit.DAY, date(2026, 1, 2), ends_on=date(2026, 1, 1)), "ends_on"),
        (Rule(Unit.DAY, date(2026, 1, 1), times=0), "times"),
        (Rule(Unit.DAY, date(2026, 1, 1), times=2, ends_on=date(2026, 2, 1)), "times"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(rule: Rule, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        recurring.check(rule)

    assert refusal.value.field == field


def test_a_sound_rule_passes() -> None:
    recurring.check(Rule(Unit.WEEK, date(2026, 1, 1), weekdays=(0,), times=3))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(Unit.DAY, date(2026, 1, 1), closed=Closed.ANYWAY), "Every day at 09:00"),
        (
            Rule(Unit.WEEK, date(2026, 1, 1), every=2, weekdays=(4, 0, 2), closed=Closed.ANYWAY, minute=1050),
            "Every 2 weeks on Monday, Wednesday and Friday at 17:30",
        ),
        (
            Rule(Unit.WEEK, date(2026, 1, 1), weekdays=(1,), ends_on=date(2026, 3, 1)),
            "Every week on Tuesday at 09:00 until Sun 1 Mar 2026; on the next working day if that one is closed",
        ),
        (
            Rule(Unit.MONTH, date(2026, 1, 12), closed=Closed.PREVIOUS),
            "Every month on day 12 at 09:00; on the previous working day if that one is closed",
        ),
        (
            Rule(Unit.YEAR, date(2026, 1, 1), nth=LAST, weekday=4, times=1, closed=Closed.ANYWAY),
            "Every year on the last Friday of January at 09:00, 1 time",
        ),
    ],
)
def test_a_rule_in_words(rule: Rule, words: str) -> None:
    assert recurring.sentence(rule) == words


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    unit = draw(st.sampled_from(Unit))
    nth = draw(st.none() | st.sampled_from([1, 2, 3, 4, LAST]))
    return Rule(
        unit,
        draw(st.dates(date(2011, 1, 1), date(2032, 1, 1))),
        every=draw(st.integers(1, 5)),
        weekdays=tuple(draw(st.sets(st.integers(0, 6), min_size=1))),
        day=draw(st.none() | st.integers(1, 31)),
        nth=nth,
        weekday=None if nth is None else draw(st.integers(0, 6)),
        minute=draw(st.integers(0, 1439)),
        closed=draw(st.sampled_from(Closed)),
    )


def by_walking(rule: Rule) -> Iterator[date]:
    """The same dates, found by asking every day."""
    on = rule.starts_on
    while True:
        if named(rule, on):
            yield on
        on += DAY


def named(rule: Rule, on: date) -> bool:
    months = (on.year - rule.starts_on.year) * 12 + on.month - rule.starts_on.month
    if rule.unit is Unit.DAY:
        return (on - rule.starts_on).days % rule.every == 0
    if rule.unit is Unit.WEEK:
        weeks = (on - on.weekday() * DAY - (rule.starts_on - rule.starts_on.weekday() * DAY)).days // 7
        return weeks % rule.every == 0 and on.weekday() in rule.weekdays
    if months % (rule.every * (12 if rule.unit is Unit.YEAR else 1)):
        return False
    length = monthrange(on.year, on.month)[1]
    if rule.nth is None:
        return on.day == min(rule.day or rule.starts_on.day, length)
    fits = on.day > length - 7 if rule.nth == LAST else (on.day - 1) // 7 == rule.nth - 1
    return fits and on.weekday() == rule.weekday


@settings(max_examples=150, deadline=None)
@given(rules())
def test_no_date_is_lost_and_none_is_made_up(rule: Rule) -> None:
    many = 4 if rule.unit is Unit.YEAR else 12

    found = list(islice(recurring.dates(rule), many))

    assert found == list(islice(by_walking(rule), many))


@settings(max_examples=100, deadline=None)
@given(rules(), st.integers(0, 400))
def test_going_on_from_any_day_gives_the_same_dates(rule: Rule, later: int) -> None:
    after = rule.starts_on + later * DAY
    whole = islice(recurring.dates(rule), 420)

    assert next(recurring.dates(rule, after=after)) == next(on for on in whole if on > after)


@settings(max_examples=100, deadline=None)
@given(rules(), st.sampled_from(ZONES))
def test_instants_rise_and_every_date_has_its_own(rule: Rule, zone: str) -> None:
    cal = calendar(zone, holidays=["2012-12-25", "2027-12-27"])

    found = list(islice(recurring.occurrences(rule, cal), 12))

    assert all(before.at < after.at and before.on < after.on for before, after in pairwise(found))
    known = {one.at for one in found}
    for on in recurring.dates(rule):
        if on > found[-1].on:
            break
        assert own_instant(rule, cal, on) in known


def own_instant(rule: Rule, cal: BusinessCalendar, on: date) -> datetime:
    """When it is filed for one date, by the wall clock."""
    step = {Closed.NEXT: DAY, Closed.PREVIOUS: -DAY, Closed.ANYWAY: 0 * DAY}[rule.closed]
    while step and not recurring.works(cal, on):
        on += step
    return datetime.combine(on, time(*divmod(rule.minute, 60)), ZoneInfo(cal.zone.key)).astimezone(UTC)


@settings(max_examples=60, deadline=None)
@given(rules(), st.sampled_from(ZONES), st.integers(1, 8))
def test_going_on_after_one_gives_what_follows_it(rule: Rule, zone: str, many: int) -> None:
    cal = calendar(zone)
    found: list[Occurrence] = list(islice(recurring.occurrences(rule, cal), many + 1))

    assert next(recurring.occurrences(rule, cal, after=found[-2])) == found[-1]
