"""The fold itself: order, refusals, storage, what is shown and explained, and what no sequence of events can break."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internaldesk.core import sla
from internaldesk.core.hours import BusinessCalendar, NeverOpen
from internaldesk.core.sla import Clocks, Event, Kind, Shown, Step, Target
from tests.core.stories import EARLY, NINE_TO_FIVE, at, clocks_after, row, rules_of, told

CREATED = "mon 10:00 created"


def event(line: str, **payload) -> Event:
    return Event.from_dict(row(line, **payload))


# --- order -----------------------------------------------------------------------------------------------------------


def test_the_same_event_is_refused_the_second_time():
    rules = rules_of()
    clocks = sla.apply(Clocks(), event(CREATED, seq=1), rules)

    with pytest.raises(sla.BadHistory, match="Event 1 was applied already"):
        sla.apply(clocks, event("mon 11:00 agent_reply", seq=1), rules)


def test_nothing_happens_before_creation_and_creation_happens_once():
    rules = rules_of()

    with pytest.raises(sla.BadHistory, match="first event"):
        sla.apply(Clocks(), event("mon 10:00 agent_reply"), rules)
    with pytest.raises(sla.BadHistory, match="first event"):
        sla.apply(clocks_after(CREATED), event(CREATED), rules)


def test_an_event_dated_by_a_slow_clock_counts_at_the_last_instant():
    clocks = clocks_after(CREATED, "mon 11:00 agent_reply", "mon 10:59:59 resolved")

    assert told(clocks.latest(Target.RESOLUTION).stopped_at.isoformat()) == "mon 11:00"


def test_events_of_one_request_are_stored_message_fields_status():
    names = ["resolved", "pending", "transferred", "agent_reply", "requester_reply", "created"]

    ordered = sla.in_order([event(f"mon 11:00 {name}") for name in names])

    assert [found.kind.value for found in ordered] == names[::-1]


def test_rules_may_depend_on_the_event():
    rules = {None: rules_of(), 2: rules_of({"resolution": 240})}

    clocks = sla.rebuild([event(CREATED), event("mon 11:00 priority_changed", policy_version=2)],
                         lambda found: rules[found.policy_version])  # fmt: skip

    assert clocks.latest(Target.RESOLUTION).allowance_seconds == 240 * 60


def test_hours_that_never_open_cannot_be_promised():
    with pytest.raises(NeverOpen):
        sla.apply(Clocks(), event(CREATED), rules_of(calendar={"timezone": "UTC", "hours": {}}))


# --- storage ---------------------------------------------------------------------------------------------------------


def test_an_event_survives_being_stored():
    for found in (
        event("mon 10:00 created team=it by=agent channel=phone since=mon_09:30", policy={"resolution": 1.5}, seq=4),
        event("mon 10:00 pending reason=scheduled until=tue_09:00"),
        event("mon 10:00 policy_edited", applies=True, policy_version=3),
        event("mon 10:00 transferred team=hr", calendar=EARLY, team_calendar=7),
        event("mon 10:00 absorbed", other={"created_at": "2025-06-02T09:00:00+00:00", "pauses": []}),
    ):
        assert Event.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_an_event_keeps_whole_seconds_of_utc():
    found = Event.from_dict({"at": "2025-06-02T12:00:00.987+02:00", "type": "created"})

    assert found.at.isoformat() == "2025-06-02T10:00:00+00:00"


def test_an_event_needs_its_instant():
    with pytest.raises(ValueError, match="needs the instant"):
        Event.from_dict({"type": "created"})


def test_clocks_store_a_known_calendar_by_its_number():
    calendar = BusinessCalendar.parse(NINE_TO_FIVE, version=7)
    rules = sla.Rules(calendar, {Target.RESOLUTION: 480}, calendars={7: calendar})
    clocks = sla.rebuild([event(CREATED, calendar=7), event("mon 11:00 pending")], rules)

    stored = json.loads(json.dumps(sla.dump(clocks)))

    assert (stored["calendar"], stored["items"][0]["segments"][0]["calendar"]) == (7, 7)
    assert sla.load(stored, {7: calendar}) == clocks
    with pytest.raises(KeyError):
        sla.load(stored, {})


# --- what is shown ---------------------------------------------------------------------------------------------------


def shown(*events, now, target=Target.RESOLUTION):
    return sla.view(clocks_after(*events).latest(target), at(now))


def test_a_clock_turns_at_risk_at_three_quarters_and_overdue_after_due():
    assert shown(CREATED, now="mon 15:59:59").shown is Shown.OK
    assert shown(CREATED, now="mon 16:00").shown is Shown.AT_RISK
    assert shown(CREATED, now="tue 10:00").shown is Shown.AT_RISK
    assert shown(CREATED, now="tue 10:00:01").shown is Shown.OVERDUE, "whether or not the sweep has been there"


def test_the_share_used_is_floored():
    found = shown(CREATED, now="tue 09:59:50")

    assert (found.percent, found.used_seconds, found.remaining_seconds) == (99, 28790, 10)
    assert clocks_after(CREATED, rules=rules_of({"resolution": 0})).items[0].due == at("mon 10:00")
    nothing = clocks_after(CREATED, rules=rules_of({"resolution": 0})).items[0]
    assert sla.view(nothing, at("mon 10:00")).percent == 100


def test_paused_says_why_and_overdue_wins_over_it():
    paused = shown(CREATED, "mon 11:00 pending reason=approval", now="wed 10:00")
    overdue = shown(CREATED, "tue 11:00 pending reason=approval", now="wed 10:00")

    assert (paused.shown, paused.reason, paused.due) == (Shown.PAUSED, "approval", None)
    assert (overdue.shown, overdue.reason) == (Shown.OVERDUE, "approval")


def test_a_decided_clock_is_met_missed_or_cancelled():
    assert shown(CREATED, "mon 11:00 resolved", now="fri 10:00").shown is Shown.MET
    assert shown(CREATED, "tue 11:00 resolved", now="fri 10:00").shown is Shown.MISSED
    cancelled = shown(CREATED, "mon 11:00 merged_into", now="fri 10:00")
    assert (cancelled.shown, cancelled.reason) == (Shown.CANCELLED, "merged")


def test_the_warning_comes_first_then_the_breach_and_nothing_for_a_clock_at_rest():
    (clock,) = clocks_after(CREATED, rules=rules_of({"resolution": 480}))
    warn, breach = Step("at_risk", at("mon 16:00")), Step("breach", at("tue 10:00"))

    assert sla.steps(clock) == (warn, breach)
    assert sla.next_step(clock, at("mon 15:59:59")) is None
    assert sla.next_step(clock, at("mon 16:00")) == warn
    assert sla.next_step(clock, at("tue 10:00")) == warn
    assert sla.next_step(clock, at("tue 10:00:01")) == breach
    for ended in ("mon 11:00 pending", "mon 11:00 resolved", "mon 11:00 merged_into", "tue 11:00 assigned"):
        assert sla.steps(clocks_after(CREATED, ended).latest(Target.RESOLUTION)) == ()


def test_the_warning_moves_with_pauses_and_rounds_its_seconds_up():
    paused = clocks_after(CREATED, "mon 16:30 pending", "tue 09:00 resumed").latest(Target.RESOLUTION)
    odd = clocks_after(CREATED, rules=rules_of({"resolution": 61 / 60})).items[0]

    assert told(paused.at_risk_at.isoformat()) == "tue 09:00", "passed before the pause, so known at once"
    assert odd.at_risk_at == at("mon 10:00:46")


# --- what no sequence of events can break ----------------------------------------------------------------------------

POLICIES = st.dictionaries(st.sampled_from(["first_response", "next_response", "resolution", "periodic_update"]),
                           st.sampled_from([30, 60, 120, 480, 1440]))  # fmt: skip
HOURS = st.sampled_from([NINE_TO_FIVE, EARLY])
TEAMS = st.sampled_from(["it", "hr", None])


@st.composite
def facts(draw, kind):
    if kind is Kind.PENDING:
        until = (at("mon 00:00") + timedelta(hours=draw(st.integers(0, 150)))).isoformat()
        return {"reason": draw(st.sampled_from(["requester", "approval", "scheduled", "vendor"])), "until": until}
    if kind is Kind.TRANSFERRED:
        return {"team": draw(TEAMS), "ola_minutes": draw(st.sampled_from([30, 240, None])),
                "calendar": draw(st.one_of(st.none(), HOURS))}  # fmt: skip
    if kind in (Kind.PRIORITY_CHANGED, Kind.POLICY_EDITED):
        return {"policy": draw(POLICIES), "applies": draw(st.booleans())}
    if kind is Kind.CALENDAR_CHANGED:
        return {"calendar": draw(HOURS), "team": draw(TEAMS)}
    if kind is Kind.WAIVED:
        return {"target": draw(st.sampled_from(list(Target))).value, "team": draw(TEAMS), "reason": "A storm."}
    if kind is Kind.CORRECTED:
        since = at("mon 00:00") + timedelta(hours=draw(st.integers(0, 100)))
        return {"calendar": draw(HOURS), "since": since, "until": since + timedelta(hours=draw(st.integers(1, 50)))}
    if kind is Kind.ABSORBED:
        return {"other": {"created_at": at("mon 00:00"), "pauses": [[at("mon 09:00"), at("mon 11:00")]]}}
    return {}


LATER = [kind for kind in Kind if kind not in (Kind.CREATED, Kind.UNDONE)]  # the machine undoes


@st.composite
def histories(draw):
    instant, log = at("mon 09:30"), []
    for seq in range(1, draw(st.integers(2, 14))):
        kind = draw(st.sampled_from(LATER)) if log else Kind.CREATED
        log.append(Event.from_dict({"at": instant, "type": kind.value, "seq": seq, **draw(facts(kind))}))
        instant += timedelta(seconds=draw(st.sampled_from([0, 1, 1800, 3600, 7200, 40000, 90000])))
    policy = draw(POLICIES)
    return log, rules_of(policy, on_reopen=draw(st.sampled_from(["continue", "new_cycle"])),
                         follow_team=draw(st.booleans()))  # fmt: skip


def folded(log, rules):
    """The clocks after each event."""
    clocks, found = Clocks(), []
    for one in log:
        clocks = sla.apply(clocks, one, rules)
        found.append(clocks)
    return found


@settings(max_examples=60, deadline=None)
@given(histories(), st.lists(st.integers(0, 60_000), max_size=4))
def test_sweeping_at_any_time_and_storing_in_between_change_nothing(history, pauses):
    log, rules = history
    clocks = Clocks()
    for one, after in zip(log, [*log[1:], None], strict=True):
        clocks = sla.apply(clocks, one, rules)
        for seconds in pauses:
            moment = one.at + timedelta(seconds=seconds)
            if after is not None and moment <= after.at:
                clocks = sla.settle(clocks, moment)
        clocks = sla.load(json.loads(json.dumps(sla.dump(clocks))), {})

    assert clocks == sla.rebuild(log, rules)
    assert sla.settle(sla.settle(clocks, at("sun 12:00")), at("sun+7 12:00")) == sla.settle(clocks, at("sun+7 12:00"))


@settings(max_examples=60, deadline=None)
@given(histories())
def test_what_is_true_of_every_clock_at_every_moment(history):
    log, rules = history
    for clocks in folded(log, rules):
        for clock in clocks:
            assert clock.used_seconds == sum(segment.seconds for segment in clock.segments)
            assert all(a.end <= b.start for a, b in zip(clock.segments, clock.segments[1:], strict=False))
            assert clock.running is (clock.segment_from is not None) is (clock.calendar is not None)
            assert (clock.state == "stopped") is (clock.stopped_at is not None)
            assert (clock.state == "cancelled") is (clock.cancel_reason is not None)
            assert (clock.state == "paused") is (clock.pause_reason is not None)
            if clock.state == "paused" and not clock.breached:
                assert (clock.due, clock.at_risk_at, clock.soon_at) == (None, None, None)
            if clock.running and not clock.breached:
                assert sla.used(clock, clock.due) == max(clock.allowance_seconds, clock.used_seconds)
                assert clock.at_risk_at <= clock.due
            if clock.stopped_at is not None and clock.due is not None and not clock.retargets:
                assert clock.breached or clock.stopped_at <= clock.due


@settings(max_examples=60, deadline=None)
@given(histories())
def test_a_breach_is_never_undone_and_a_decided_clock_never_changes_again(history):
    log, rules = history
    states = folded(log, rules)
    for before, after, one in zip(states, states[1:], log[1:], strict=False):
        for old, new in zip(before, after, strict=False):
            redecides = one.kind in (Kind.ABSORBED, Kind.CORRECTED)
            assert old.breached_at is None or old.breached_at == new.breached_at or redecides
            assert (old.target, old.cycle) == (new.target, new.cycle)
            goes_on = one.kind in (Kind.REOPENED, Kind.CORRECTED, Kind.WAIVED) or (
                old.target is Target.OLA and one.kind is Kind.TRANSFERRED
            )
            assert old.open or new is old or goes_on


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 400_000))
def test_a_pause_never_brings_due_forward_and_one_without_business_time_moves_nothing(start, length):
    rules = rules_of({"resolution": 480})
    (straight,) = clocks_after(CREATED, rules=rules)
    begin = at("mon 10:00") + timedelta(seconds=start)
    log = [event(CREATED), Event(begin, Kind.PENDING), Event(begin + timedelta(seconds=length), Kind.RESUMED)]
    (paused,) = sla.rebuild(log, rules)

    if begin > straight.due:
        assert paused.due == straight.due == paused.breached_at
        return
    lost = sla.used(straight, begin + timedelta(seconds=length)) - sla.used(straight, begin)
    assert paused.due >= straight.due
    if lost == 0 and begin < straight.due:
        assert paused.due == straight.due
