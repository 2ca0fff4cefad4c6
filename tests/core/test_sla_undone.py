"""What was taken back is as if it had never been: the log keeps it, the fold leaves it out."""

from datetime import timedelta

import pytest

from internaldesk.core import sla
from internaldesk.core.sla import BadHistory, Clocks, Event, Kind, Target
from tests.core.test_sla_machine import CALENDARS, EVERYTHING, POLICIES, STARTS

NINE = STARTS[4] + timedelta(hours=1)
HOUR = timedelta(hours=1)
CREATED = Event(NINE, Kind.CREATED, seq=1, policy=EVERYTHING, policy_version=1, calendar=CALENDARS[1].version)


def told(*kinds, undoes=()):
    """A log of one event an hour, and after it the undoing."""
    log = [CREATED, *(Event(NINE + n * HOUR / 2, kind, seq=n + 1) for n, kind in enumerate(kinds, start=1))]
    return [*log, Event(log[-1].at + HOUR, Kind.UNDONE, seq=len(log) + 1, undoes=undoes)] if undoes else log


def fold(log):
    return sla.rebuild(log, POLICIES[1])


def test_a_reply_taken_back_leaves_the_first_reply_owed():
    clocks = fold(told(Kind.AGENT_REPLY, undoes=(2,)))

    first = clocks.latest(Target.FIRST_RESPONSE)
    assert (first.open, first.due, first.breached_at) == (True, NINE + HOUR, NINE + HOUR)
    assert clocks.latest(Target.PERIODIC_UPDATE) is None
    assert clocks.answered is False


def test_what_came_after_it_counts_as_if_it_had_never_been():
    undone = fold(told(Kind.RESOLVED, Kind.REQUESTER_REPLY, undoes=(2,)))
    never = fold([CREATED, Event(NINE + HOUR, Kind.REQUESTER_REPLY, seq=3)])

    assert undone.items == sla.settle(never, undone.at).items


def test_a_miss_that_only_the_undone_caused_goes_with_it():
    urgent = Event(NINE + HOUR, Kind.PRIORITY_CHANGED, seq=2, policy={"resolution": 30}, policy_version=1)
    log = [CREATED, urgent]
    assert sla.settle(fold(log), NINE + 2 * HOUR).latest(Target.RESOLUTION).breached_at == NINE + HOUR

    clocks = fold([*log, Event(NINE + 2 * HOUR, Kind.UNDONE, seq=3, undoes=(2,))])

    assert clocks.latest(Target.RESOLUTION).breached_at is None


@pytest.mark.parametrize(
    ("log", "seq"),
    [
        (told(Kind.AGENT_REPLY, undoes=(1,)), 1),
        (told(Kind.AGENT_REPLY, undoes=(3,)), 3),
        (told(Kind.AGENT_REPLY, undoes=(9,)), 9),
        ([*told(Kind.AGENT_REPLY, undoes=(2,)), Event(NINE + 3 * HOUR, Kind.UNDONE, seq=4, undoes=(3,))], 3),
        ([CREATED, Event(NINE, Kind.UNDONE, undoes=(2,))], 2),
    ],
)
def test_the_creation_an_undoing_and_the_future_stand(log, seq):
    with pytest.raises(BadHistory, match=f"Event {seq} cannot be undone"):
        fold(log)


def test_one_event_alone_cannot_leave_out_another():
    undoing = Event(NINE, Kind.UNDONE, seq=1, undoes=(2,))

    with pytest.raises(BadHistory, match="whole log"):
        sla.apply(Clocks(), undoing, POLICIES[1])


def test_it_is_stored_as_it_is():
    undoing = told(Kind.AGENT_REPLY, undoes=(2,))[-1]

    assert undoing.to_dict()["undoes"] == [2]
    assert Event.from_dict(undoing.to_dict()) == undoing
