"""Laws of clocks over any hours: what waiting may do to a due instant, and what a correction must come to."""

from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from internaldesk.core import hours, sla
from internaldesk.core.sla import RETARGET, Event, Kind, Rules, Target
from tests.core.test_sla_machine import CALENDARS, STARTS

DEFAULTS = settings(max_examples=80, deadline=None)
HOURS, START = st.sampled_from(list(CALENDARS.values())), st.sampled_from(STARTS)
TWO = st.tuples(HOURS, HOURS)
"""The hours that were counted on, and those that were meant."""
LENGTHS = st.lists(st.integers(0, 60_000).map(lambda n: timedelta(seconds=n)), min_size=1, max_size=7)
MINUTES = st.sampled_from([15, 60, 480, 600])


def lived(start, lengths, *, end=None):
    """Created, then waiting and worked on in turn; solved at the end if asked."""
    log, instant = [Event(start, Kind.CREATED)], start
    for number, length in enumerate(lengths):
        instant += length
        log.append(Event(instant, Kind.RESUMED if number % 2 else Kind.PENDING))
    return [*log, Event(instant + end, Kind.RESOLVED)] if end is not None else log


def only(log, cal, minutes, **rest) -> sla.Clock:
    (clock,) = sla.rebuild(log, Rules(cal, {Target.RESOLUTION: minutes}, **rest))
    return clock


@DEFAULTS
@given(START, HOURS, LENGTHS, MINUTES)
def test_waiting_never_brings_due_forward_and_moves_it_by_the_business_time_it_took(start, cal, lengths, minutes):
    log = lived(start, [*lengths, timedelta(0)] if len(lengths) % 2 else lengths)
    straight, waited = only(log[:1], cal, minutes), only(log, cal, minutes)
    if waited.breached:
        worked = sla.settle(sla.Clocks(items=(straight,)), log[-1].at).items[0]
        assert worked.breached, "late in spite of all waiting"
        assert waited.breached_at >= straight.due
        return

    lost = sum((hours.elapsed(cal, a.at, b.at) for a, b in zip(log[1::2], log[2::2], strict=True)), timedelta(0))

    assert waited.due >= straight.due
    assert hours.elapsed(cal, start, waited.due) == timedelta(minutes=minutes) + lost
    if not lost and all(a.at < straight.due for a in log[1::2]):
        assert waited.due == straight.due, "nothing was lost while it was closed"


@DEFAULTS
@given(START, HOURS, MINUTES, st.integers(0, 400_000), st.integers(0, 400_000))
def test_met_is_one_comparison_of_two_instants(start, cal, minutes, after, later):
    stopped = start + timedelta(seconds=after)
    clock = only([Event(start, Kind.CREATED), Event(stopped, Kind.RESOLVED)], cal, minutes)

    assert clock.breached is (stopped > clock.due)
    assert clock.breached_at in (None, clock.due)
    assert (clock.used_seconds > minutes * 60) <= clock.breached
    assert sla.settle(sla.Clocks(items=(clock,)), stopped + timedelta(seconds=later)).items == (clock,)


@DEFAULTS
@given(START, HOURS, LENGTHS, MINUTES, st.integers(1, 99))
def test_warnings_come_before_due_and_when_their_time_is_used(start, cal, lengths, minutes, percent):
    clock = only(lived(start, lengths[: len(lengths) // 2 * 2]), cal, minutes, warn_seconds=percent * 60)
    assume(not clock.breached)

    assert max(clock.at_risk_at, clock.soon_at) <= clock.due
    for seconds, instant in ((clock.risk_seconds, clock.at_risk_at), (clock.soon_seconds, clock.soon_at)):
        assert sla.used(clock, instant) == max(seconds, clock.used_seconds)


@DEFAULTS
@given(START, TWO, LENGTHS, MINUTES, st.integers(0, 60_000))
def test_a_life_counted_anew_is_the_life_it_would_have_been(start, two, lengths, minutes, end):
    """The whole past of a solved ticket on other hours comes to what those hours would have made of it."""
    wrong, right = two
    log = lived(start, lengths, end=timedelta(seconds=end))
    now = log[-1].at + timedelta(days=1)
    fix = Event(now, Kind.CORRECTED, calendar=right.to_dict(), since=start, until=now)

    corrected, always = only([*log, fix], wrong, minutes), only(log, right, minutes)

    for name in ("state", "used_seconds", "breached_at", "stopped_at", "cause"):
        assert getattr(corrected, name) == getattr(always, name), name
    assert not always.breached or corrected.due == always.due, "what was not missed was never due"
    assert [part.seconds for part in corrected.segments] == [part.seconds for part in always.segments]


@DEFAULTS
@given(START, TWO, LENGTHS, st.lists(MINUTES, min_size=2, max_size=2), st.integers(0, 200_000))
def test_so_it_is_with_another_promise_on_the_way(start, two, lengths, minutes, after):
    wrong, right = two
    change = Event(start + timedelta(seconds=after), Kind.PRIORITY_CHANGED, policy={"resolution": minutes[1]})
    log = sla.in_order([*lived(start, lengths), change])
    now = log[-1].at + timedelta(days=3)
    log.append(Event(now, Kind.RESOLVED))
    fix = Event(now, Kind.CORRECTED, calendar=right.to_dict(), since=start, until=now)
    assume(only(log, wrong, minutes[0]).cause != RETARGET)

    corrected, always = only([*log, fix], wrong, minutes[0]), only(log, right, minutes[0])

    for name in ("used_seconds", "breached_at", "cause", "retargets"):
        assert getattr(corrected, name) == getattr(always, name), name


@DEFAULTS
@given(START, TWO, LENGTHS, st.integers(0, 300_000), st.integers(0, 300_000))
def test_a_period_is_counted_on_its_hours_and_the_rest_as_before(start, two, lengths, since, length):
    wrong, right = two
    log = lived(start, lengths, end=timedelta(hours=1))
    begin, now = start + timedelta(seconds=since), log[-1].at + timedelta(days=1)
    stop = begin + timedelta(seconds=length + 1)
    fix = Event(now, Kind.CORRECTED, calendar=right.to_dict(), since=begin, until=stop)
    runs = only(log, wrong, 480).segments

    expected = timedelta(0)
    for run in runs:
        a, b = max(run.start, min(begin, run.end)), min(run.end, max(stop, run.start))
        inside = (a, b) if a < b else (run.end, run.end)
        expected += hours.elapsed(wrong, run.start, inside[0]) + hours.elapsed(right, *inside)
        expected += hours.elapsed(wrong, inside[1], run.end)

    assert only([*log, fix], wrong, 480).used_seconds == expected.total_seconds()
