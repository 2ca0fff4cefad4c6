"""Sums of kept cells: counts added up and times merged, each cell once; sums of teams and of all are made from those.

Merging is what a report costs: lists of times stay packed as arrays, and runs that are in order are merged in order.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from internaldesk.core.daily import TIMES

Times = Sequence[int]
Counts = Mapping[str, int]
NO_TIMES: Times = ()
OF_WEEKS = ("first",)
"""The times that are merged for each week of the charts."""


class Sums(NamedTuple):
    """Counts by name, and times by name in order; a name that is missing counts nought, or has no times."""

    counts: Counts
    times: Mapping[str, Times]

    def of(self, name: str) -> Times:
        """The times of that name, sorted."""
        return self.times.get(name, NO_TIMES)


class Group(NamedTuple):
    """What a team, a type or a place adds up to: in the period, in the one before, and in each week of the charts.

    Weeks of several have times of first replies only.
    """

    now: Sums
    before: Sums
    weeks: Sequence[Sums]


def merged(parts: Sequence[Sums], names: Iterable[str] = TIMES) -> Sums:
    """Several sums as one, with the times of these names.

    >>> merged([Sums({"came": 1}, {"first": [60, 90]}), Sums({"came": 2}, {"first": [60]})]).counts
    {'came': 3}
    """
    if len(parts) == 1:
        return parts[0]
    return Sums(
        _added([part.counts for part in parts]), {name: in_order(part.of(name) for part in parts) for name in names}
    )


def joined(groups: Sequence[Group], weeks: int) -> Group:
    """Several groups as one; all have that many weeks."""
    if len(groups) == 1:
        return groups[0]
    return Group(
        merged([group.now for group in groups]),
        merged([group.before for group in groups]),
        [merged([group.weeks[at] for group in groups], OF_WEEKS) for at in range(weeks)],
    )


def in_order(runs: Iterable[Times]) -> Times:
    """Sorted times of several, which are sorted each: sorting makes use of that.

    >>> list(in_order([[30, 90], [], [60]]))
    [30, 60, 90]
    """
    found = [run for run in runs if run]
    if len(found) < 2:
        return found[0] if found else NO_TIMES
    together = array("I")
    for run in found:
        together.extend(run)
    return array("I", sorted(together))


def _added(parts: Iterable[Counts]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        for name, many in part.items():
            found[name] = found.get(name, 0) + many
    return found
