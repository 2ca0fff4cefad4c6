"""Whatever happens to a ticket, in whatever order: what is stored is the fold of its log, and no verdict slips away."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from internaldesk.core import sla
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.sla import BadHistory, Clocks, Event, Kind, Rules, Target
from tests.core.stories import DAYS

STEPS = 10_000
"""At least so many in a run; each is followed by every check below."""
LONG = 23
"""Events after which a ticket may be merged, withdrawn or rejected: little happens to it from then on."""
STARTS = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (
    "2025-03-28T09:00", "2025-10-24T12:00", "2025-04-04T01:00", "2011-12-28T20:00", "2025-06-02T08:00")]  # fmt: skip


def hours(zone, windows, *, days=DAYS[:5], holidays=()):
    return {"timezone": zone, "hours": dict.fromkeys(days, windows), "holidays": list(holidays)}


CALENDARS = {number: BusinessCalendar.parse(spec, version=number) for number, spec in enumerate([
    hours("Europe/Berlin", [["09:00", "17:00"]]),
    hours("Europe/Berlin", [["09:00", "12:00"], ["13:00", "17:00"]], holidays=["2025-03-31", "2025-10-27"]),
    hours("Europe/London", [["22:00", "06:00"]], days=DAYS),
    hours("Australia/Lord_Howe", [["00:00", "24:00"]], days=DAYS),
    hours("Pacific/Apia", [["08:00", "20:00"]], holidays=["2011-12-31", {"date": "2025-06-03", "to": "12:00"}]),
], start=1)}  # fmt: skip
EVERYTHING = {"first_response": 60, "next_response": 120, "resolution": 480, "periodic_update": 240}
LATER = {Target(name): minutes for name, minutes in EVERYTHING.items()}
AWAKE = dict.fromkeys(Target, frozenset[str]())
ASLEEP = dict.fromkeys(Target, frozenset({"requester", "approval", "scheduled", "vendor"}))
POLICIES = {
    1: Rules(CALENDARS[1], LATER, calendars=CALENDARS),
    2: Rules(CALENDARS[2], LATER, calendars=CALENDARS, follow_team=True, warn_seconds=1800),
    3: Rules(CALENDARS[3], LATER, calendars=CALENDARS, pause_on=ASLEEP, on_reopen="new_cycle", warn_seconds=36000),
    4: Rules(CALENDARS[4], LATER, calendars=CALENDARS, pause_on=AWAKE, follow_team=True),
}
MINUTES = st.sampled_from([EVERYTHING, {name: 4 * count for name, count in EVERYTHING.items()}, {"resolution": 30},
                           {"first_response": 15, "next_response": 2000, "resolution": 1440}, {}])  # fmt: skip
LATER_BY = st.sampled_from([0, 0, 1, 60, 900, 3600, 3600, 7200, 30_000, 90_000, 260_000]).map(
    lambda n: timedelta(seconds=n)
)
TEAMS, OWED = st.sampled_from(["it", "hr", None]), st.sampled_from([None, None, 0, 30, 300])
HOURS, VERSIONS = st.sampled_from(sorted(CALENDARS)), st.sampled_from(sorted(POLICIES))
REASONS = st.sampled_from(["requester", "approval", "scheduled", "vendor"])
QUIET = st.sampled_from([Kind.RESUMED, Kind.NO_REPLY_NEEDED, Kind.CLOSED, Kind.INTERNAL_NOTE, Kind.POLICY_REMOVED])
DECIDED = ("stopped", "cancelled")
REDECIDES = {Kind.CORRECTED, Kind.WAIVED, Kind.REOPENED}
TAKEN_BACK = {Kind.AGENT_REPLY, Kind.REQUESTER_REPLY, Kind.RESOLVED, Kind.REOPENED, Kind.PENDING, Kind.RESUMED,
              Kind.PRIORITY_CHANGED, Kind.TRANSFERRED, Kind.NO_REPLY_NEEDED, Kind.ABSORBED,
              Kind.MERGED_INTO}  # fmt: skip
TAKEN = Counter()


class Ticket(RuleBasedStateMachine):
    """A ticket's clocks kept event by event, as the desk keeps them, beside its log."""

    @initialize(start=st.sampled_from(STARTS), policy=VERSIONS, minutes=MINUTES, held=st.tuples(TEAMS, OWED, HOURS))
    def created(self, start, policy, minutes, held):
        team, owed, by = held
        self.summed = ()
        self.clocks, self.log, self.rules, self.now, self.version = Clocks(), [], {}, start, policy
        self.happened(Kind.CREATED, timedelta(0), policy=minutes, policy_version=policy, team=team, ola_minutes=owed,
                      calendar=POLICIES[policy].calendar.version, team_calendar=by)  # fmt: skip

    def happened(self, kind, after, **facts):
        TAKEN[kind] += 1
        self.now += after
        event = Event(self.now, kind, seq=len(self.log) + 1, **facts)
        if event.policy_version is not None and (kind is not Kind.POLICY_EDITED or event.applies):
            self.version = event.policy_version
        self.rules[event.seq] = POLICIES[self.version]
        self.log.append(event)
        before, self.clocks = self.clocks, sla.apply(self.clocks, event, self.rules[event.seq])
        self.compare(before, event)

    @rule(kind=st.sampled_from([Kind.AGENT_REPLY, Kind.REQUESTER_REPLY]), after=LATER_BY)
    def is_talked_about(self, kind, after):
        self.happened(kind, after)

    @rule(kind=st.sampled_from([Kind.RESOLVED, Kind.REOPENED]), after=LATER_BY)
    def is_solved_or_not(self, kind, after):
        self.happened(kind, after)

    @rule(kind=QUIET, after=LATER_BY)
    def something_quieter(self, kind, after):
        self.happened(kind, after)

    @rule(after=LATER_BY, reason=REASONS, until=LATER_BY)
    def waits(self, after, reason, until):
        self.happened(Kind.PENDING, after, reason=reason, until=self.now + after + until)

    @rule(after=LATER_BY, policy=VERSIONS, minutes=MINUTES, owed=OWED)
    def gets_another_priority(self, after, policy, minutes, owed):
        self.happened(Kind.PRIORITY_CHANGED, after, policy=minutes, policy_version=policy, ola_minutes=owed,
                      calendar=POLICIES[policy].calendar.version)  # fmt: skip

    @rule(after=LATER_BY, policy=VERSIONS, minutes=MINUTES, applies=st.booleans())
    def finds_its_policy_edited(self, after, policy, minutes, applies):
        self.happened(Kind.POLICY_EDITED, after, policy=minutes, policy_version=policy, applies=applies)

    @rule(after=LATER_BY, calendar=HOURS, team=TEAMS)
    def finds_its_hours_edited(self, after, calendar, team):
        self.happened(Kind.CALENDAR_CHANGED, after, calendar=calendar, team=team)

    @rule(after=LATER_BY, team=TEAMS, owed=OWED, calendar=HOURS)
    def is_handed_on(self, after, team, owed, calendar):
        self.happened(Kind.TRANSFERRED, after, team=team, ola_minutes=owed, team_calendar=calendar)

    @rule(after=LATER_BY, older=LATER_BY, answered=st.booleans())
    def takes_in_an_older_one(self, after, older, answered):
        created = self.log[0].at - older
        pauses = [[created + older / 4, created + older / 2, "requester"]]
        self.happened(Kind.ABSORBED, after, other={"created_at": created, "pauses": pauses, "answered": answered})

    @rule(after=LATER_BY, clock=st.sampled_from(list(Target)), team=TEAMS, cycle=st.sampled_from([None, 1, 2]))
    def is_forgiven(self, after, clock, team, cycle):
        self.happened(Kind.WAIVED, after, target=clock, team=team, cycle=cycle, reason="A storm.")

    @rule(after=LATER_BY, calendar=HOURS, since=LATER_BY, long=LATER_BY, replaces=st.sets(HOURS, max_size=3))
    def is_corrected(self, after, calendar, since, long, replaces):
        begin = self.log[0].at + since
        self.happened(Kind.CORRECTED, after, calendar=calendar, since=begin, until=begin + long,
                      replaces=tuple(sorted(replaces)))  # fmt: skip

    @precondition(lambda self: self.fresh())
    @rule(after=LATER_BY, which=st.sets(st.integers(0, 5), min_size=1, max_size=2))
    def is_undone(self, after, which):
        """Of what happened last some is taken back: what is kept is what it would be had it never been."""
        TAKEN[Kind.UNDONE] += 1
        self.now += after
        able = [event.seq for event in self.fresh()]
        undoes = tuple(sorted({able[n % len(able)] for n in which}))
        self.log.append(Event(self.now, Kind.UNDONE, seq=len(self.log) + 1, undoes=undoes))
        kept = [event for event in sla.standing(self.log) if event.kind is not Kind.UNDONE]
        for event in kept:
            if event.policy_version is not None and (event.kind is not Kind.POLICY_EDITED or event.applies):
                self.version = event.policy_version
            self.rules[event.seq] = POLICIES[self.version]
        self.rules[len(self.log)] = POLICIES[self.version]
        self.clocks = sla.rebuild(self.log, lambda event: self.rules[event.seq])
        never = Clocks()
        for event in kept:
            never = sla.apply(never, event, self.rules[event.seq])
        assert sla.settle(never, self.now).items == sla.settle(self.clocks, self.now).items

    def fresh(self):
        """What happened lately and stands, of what people take back."""
        return [event for event in sla.standing(self.log)[-6:] if event.kind in TAKEN_BACK]

    @precondition(lambda self: len(self.log) > LONG)
    @rule(after=LATER_BY, kind=st.sampled_from([Kind.MERGED_INTO, Kind.WITHDRAWN, Kind.REJECTED]))
    def ends(self, after, kind):
        self.happened(kind, after)

    @rule(after=LATER_BY)
    def is_swept(self, after):
        TAKEN[None] += 1
        self.now += after
        before, self.clocks = self.clocks, sla.settle(self.clocks, self.now)
        self.compare(before, None)
        assert sla.settle(self.clocks, self.now) is self.clocks

    def compare(self, before, event):
        """What was decided stays decided, unless this is the very event that decides anew."""
        kind = event.kind if event else None
        settled = sla.settle(before, self.now)
        for old, new in zip(settled, self.clocks, strict=False):
            assert (old.target, old.team, old.cycle) == (new.target, new.team, new.cycle)
            if kind is not Kind.CORRECTED:
                assert old.breached_at is None or new.breached_at is not None
                assert old.breached_at in (None, new.breached_at) or kind is Kind.ABSORBED
            goes_on = kind in REDECIDES or (old.target is Target.OLA and kind is Kind.TRANSFERRED)
            if old.state in DECIDED and not goes_on:
                assert json.dumps(sla.dump(old)) == json.dumps(sla.dump(new))
        assert len(self.clocks) >= len(before)

    @invariant()
    def the_fold_of_the_log_is_what_is_kept(self):
        rebuilt = sla.rebuild(self.log, lambda event: self.rules[event.seq])

        assert sla.settle(rebuilt, self.now) == sla.settle(self.clocks, self.now)

    @invariant()
    def storing_it_changes_nothing(self):
        assert sla.load(json.loads(json.dumps(sla.dump(self.clocks))), CALENDARS) == self.clocks
        last = self.log[-1].to_dict()
        if self.log[-1].kind is not Kind.ABSORBED:  # its instants are written as text
            assert Event.from_dict(json.loads(json.dumps(last))) == self.log[-1]

    @invariant()
    def no_event_counts_twice(self):
        with pytest.raises(BadHistory):
            sla.apply(self.clocks, self.log[-1], self.rules[len(self.log)])

    @invariant()
    def every_clock_adds_up(self):
        fresh = [clock for clock in self.clocks if clock.open or all(clock is not old for old in self.summed)]
        self.summed = self.clocks.items
        for clock in fresh:
            spent = sla.used(clock, self.now)
            assert clock.used_seconds == sum(segment.seconds for segment in clock.segments)
            assert sum(seconds for _, seconds in sla.by_team(clock, self.now)) == spent
            lines = sla.explain(clock, self.now, marks=self.clocks.marks)
            assert sum(line.seconds for line in lines[:-1]) == lines[-1].total == spent
            assert sla.view(clock, self.now).used_seconds == spent

    @invariant()
    def every_clock_makes_sense(self):
        for clock in sla.settle(self.clocks, self.now):
            assert all(a.end <= b.start for a, b in zip(clock.segments, clock.segments[1:], strict=False))
            assert clock.running is (clock.segment_from is not None) is (clock.calendar is not None)
            assert (clock.state == "stopped") is (clock.stopped_at is not None)
            assert (clock.state == "paused") is (clock.pause_reason is not None)
            assert clock.waived_at is None or clock.breached
            if clock.state == "paused" and not clock.breached:
                assert (clock.due, clock.at_risk_at, clock.soon_at) == (None, None, None)
            if clock.running and not clock.breached:
                assert clock.due >= self.now
                assert sla.used(clock, clock.due) == max(clock.allowance_seconds, clock.used_seconds)
                assert [step.at for step in sla.steps(clock)] == sorted(step.at for step in sla.steps(clock))
                assert sla.steps(clock)[-1].kind == "breach"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_ticket_may_live_as_it_likes():
    usual = settings(max_examples=375, stateful_step_count=30, deadline=None, derandomize=True, database=None)

    run_state_machine_as_test(Ticket, settings=usual)

    assert TAKEN.total() >= STEPS
    assert set(Kind) - TAKEN.keys() == {Kind.AUTO_REPLY, Kind.ASSIGNED, Kind.REQUESTER_AUTO_REPLY}
