"""What of a ticket's log still counts once some of it was taken back."""

from collections.abc import Sequence

from internaldesk.core.sla_events import BadHistory, Event, Kind

_FOR_GOOD = frozenset({Kind.CREATED, Kind.UNDONE})


def standing(log: Sequence[Event]) -> list[Event]:
    """The log without what was undone, in its order; the undoing itself stays, for it is the last thing that happened.

    Raises BadHistory for undoing the creation, another undoing, or what has not happened yet.
    """
    gone: set[int] = set()
    kinds = {event.seq: event.kind for event in log}
    for event in log:
        for seq in event.undoes:
            if event.seq is None or seq >= event.seq or kinds.get(seq) in _FOR_GOOD:
                raise BadHistory(f"Event {seq} cannot be undone.")
            gone.add(seq)
    return [event for event in log if event.seq not in gone]
