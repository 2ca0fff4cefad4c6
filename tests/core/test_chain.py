"""Who waits for whom: what one request adds, and what the page says of all of them."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internaldesk.core import chain, chain_pieces, daily, daily_pieces
from internaldesk.core.chain import Blocked, Kind, Parts
from internaldesk.core.chain_pieces import PARTED, WAITING, WALL, WORKING, Stay
from internaldesk.core.clock_set import RESOLVED, Mark
from internaldesk.core.daily import Cell, Changes, Home, Key, Space
from internaldesk.core.daily_pieces import Life, Told
from internaldesk.core.daily_report import Kept
from internaldesk.core.figures import Pace
from internaldesk.core.hours import BusinessCalendar

LONDON = ZoneInfo("Europe/London")
OFFICE = BusinessCalendar.parse(
    {
        "timezone": "Europe/London",
        "hours": {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    }
)
HOUR = 3600


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A day of a week in November 2026; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def stay(closed_at: datetime | None, *marks: Mark) -> Stay:
    return Stay(1, 10, at(2, 10), closed_at, marks or (Mark(at(2, 10), OFFICE, team="1"),))


def added(of) -> dict[str, int]:
    """The sums of pieces, and how many others there are."""
    found: Counter[str] = Counter()
    for piece in of:
        found[piece.name] += 1 if piece.value is None else piece.value
    return dict(found)


def blocked(of: Stay, now: datetime) -> dict[str, int]:
    return added(chain_pieces.blocked(of, zone=LONDON, now=now))


class TestCustomerHours:
    def test_each_day_has_its_own(self):
        days = [
            (piece.name, piece.day - at(2, 0).toordinal(), piece.value)
            for piece in chain_pieces.blocked(stay(at(3, 11)), zone=LONDON, now=at(5, 9))
        ]

        assert days == [(WALL, 0, 14 * HOUR), (WORKING, 0, 6 * HOUR), (WALL, 1, 11 * HOUR), (WORKING, 1, 2 * HOUR)]

    def test_an_open_one_counts_to_midnight_and_waits(self):
        assert blocked(stay(None), at(3, 11)) == {WAITING: 1, WALL: 14 * HOUR, WORKING: 6 * HOUR}

    def test_one_to_be_closed_later_is_open_yet(self):
        assert blocked(stay(at(4, 9)), at(3, 11)) == blocked(stay(None), at(3, 11))

    def test_filed_today_there_are_no_hours_yet(self):
        assert blocked(stay(None), at(2, 16)) == {WAITING: 1}

    def test_waits_count_for_the_customer(self):
        marks = Mark(at(2, 10), OFFICE), Mark(at(2, 11), OFFICE, "requester")

        assert blocked(stay(at(2, 17), *marks), at(5, 9))[WORKING] == 6 * HOUR

    def test_days_of_the_clock_change_are_as_long_as_they_are(self):
        night = Stay(1, 10, datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC), ())

        assert blocked(night, at(5, 9)) == {WALL: 25 * HOUR, WORKING: 0}


class TestHands:
    @pytest.mark.parametrize(
        ("reason", "hand"),
        [
            (None, "team"),
            ("requester", "requester"),
            ("approval", "approver"),
            ("vendor", "supplier"),
            ("scheduled", "date"),
            ("something new", "team"),
        ],
    )
    def test_who_it_waits_for(self, reason, hand):
        told = added(chain_pieces.parts(stay(at(2, 12), Mark(at(2, 10), OFFICE, reason, "1")), day=5))

        assert told == {PARTED: 1, f"sum_with_{hand}": 2 * HOUR}

    def test_another_team_and_after_a_solution(self):
        marks = (
            Mark(at(2, 9), OFFICE, team="2"),
            Mark(at(2, 11), OFFICE, team=None),
            Mark(at(2, 12), OFFICE, RESOLVED, "1"),
            Mark(at(2, 14), OFFICE, team="1"),
            Mark(at(2, 15), OFFICE, RESOLVED, "1"),
            Mark(at(3, 15), OFFICE, team="1"),
        )

        told = added(chain_pieces.parts(stay(at(2, 15), *marks), day=5))

        assert told == {PARTED: 1, "sum_with_others": HOUR, "sum_with_team": 2 * HOUR}

    @pytest.mark.parametrize("one", [stay(None), Stay(1, 10, at(2, 10), at(2, 11), ())])
    def test_what_is_open_or_has_no_log_has_no_parts(self, one):
        assert list(chain_pieces.parts(one, day=5)) == []


class TestOfATicket:
    def test_only_customers_and_solutions_make_pieces(self):
        life = Life(at(2, 10), at(2, 11), None)
        plain, waits = (Told(1, 10, Home(3, of, 1, False), life, marks=stay(None).marks) for of in (False, True))

        names = [
            {piece.name for piece in daily_pieces.pieces(one, zone=LONDON, now=at(4, 9))} for one in (plain, waits)
        ]

        assert PARTED in names[0]
        assert names[1] - names[0] == {WALL, WORKING}

    def test_a_day_of_a_waiting_customer_ends_at_midnight(self):
        told = Told(1, 10, Home(3, True, 1, False), Life(at(2, 10)))

        assert daily_pieces.due(told, zone=LONDON, now=at(3, 11)) == at(4, 0)


def kept(team: int, kind: int = 10, department: int = daily.ANY, **counts: int) -> Kept:
    key = Key(1, 1, at(2, 9).date(), team, kind, -1, -1, team, False, department)
    return Kept(key, counts)


class TestSums:
    def test_values_are_added_up_and_taken_away_again(self):
        changes, home = Changes(), Home(3, True, 1, False, 7)
        pieces = daily_pieces.pieces(
            Told(1, 10, home, Life(at(2, 10), at(3, 11)), marks=stay(None).marks), zone=LONDON, now=at(5, 9)
        )
        changes.add(home, pieces)
        (week,) = (
            change
            for key, change in changes.by_cell().items()
            if key.unit == 2 and key.space == Space.TYPES and key.type_id == 10
        )
        cell = Cell()
        cell.apply(week)

        assert cell.counts[WALL] == 25 * HOUR
        assert cell.counts["sum_with_team"] == cell.counts[WORKING] == 8 * HOUR
        changes.add(home, pieces, sign=-1)
        assert changes.by_cell() == {}

    def test_departments_have_cells_of_their_own_for_what_is_asked(self):
        changes = Changes()
        home = Home(3, False, 1, False, 7)
        changes.add(home, daily_pieces.pieces(Told(1, 10, home, Life(at(2, 10))), zone=LONDON, now=at(2, 11)))

        asked = {key.space: change for key, change in changes.by_cell().items() if key.department_id == 7}

        assert set(asked) == {Space.ASKERS, Space.EACH}
        assert asked[Space.ASKERS] == {("filed", None): 1}


class TestBlocked:
    def test_the_most_first_and_only_those_with_any(self):
        cells = [kept(1, 10, **{WORKING: 60, WALL: 90}), kept(2, 20, **{WORKING: 50}), kept(2, 20, **{WORKING: 50}),
                 kept(3, 30, came=4), kept(3, 31, **{WAITING: 2})]  # fmt: skip

        found = chain.blocked(cells)

        assert found == {Kind(2, 20): (100, 0, 0), Kind(1, 10): (60, 90, 0), Kind(3, 31): (0, 0, 2)}
        assert list(found) == [Kind(2, 20), Kind(1, 10), Kind(3, 31)]
        assert chain.all_blocked(found.values()) == Blocked(160, 90, 2)
        assert chain.all_blocked([]) == Blocked(0, 0, 0)

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            (Blocked(40_000, 0, 3), "Customers waited 11 h for us, most of them for IT: Pay"),
            (Blocked(0, 0, 0), "No customer waited for us"),
            (Blocked(0, 0, 2), "2 customers waiting, no working hour counted yet"),
        ],
    )
    def test_in_a_sentence(self, line, words):
        assert chain.blocked_headline(line, "IT: Pay") == words


class TestParts:
    def test_by_kind_the_most_requests_first(self):
        cells = [kept(1, 10, **{PARTED: 1, "sum_with_team": 60}), kept(1, 11, **{PARTED: 2, "sum_with_date": 120}),
                 kept(1, 12, came=1)]  # fmt: skip

        found = chain.parts(cells)

        assert list(found.items()) == [
            (Kind(1, 11), Parts(2, (0, 0, 0, 0, 0, 120))),
            (Kind(1, 10), Parts(1, (60, 0, 0, 0, 0, 0))),
        ]
        assert chain.all_parts(found.values()) == Parts(3, (60, 0, 0, 0, 0, 120))

    def test_shares_need_ten(self):
        assert not Parts(9, (60,)).shown
        assert Parts(10, (60,)).shown
        assert not Parts(10, (0,)).shown

    def test_nothing_solved(self):
        none = chain.all_parts([])

        assert (none.each, none.words) == ((), "")
        assert Parts(0, (0,)).each == (0,)
        assert chain.parts_headline(none) == "Nothing was solved in this time"
        assert chain.parts_headline(Parts(1, (5,))) == "Everything was solved at once"
        assert chain.parts_headline(Parts(1, (600, 0, 900))) == "From filing to solution: requester 15 min, us 10 min"


class TestPairs:
    def test_each_with_its_figures(self):
        one = Kept(
            kept(1, department=7).key, {"filed": 6, "clarity_4": 3, "clarity_5": 3}, daily.packed([60, 120, 600])
        )

        found = chain.pairs([one, kept(1, department=8, filed=2)])

        assert found[7, 1] == (7, 1, 6, Pace(3, 120, 600), (None, None, Decimal("4.5"), None), 6, False)
        assert found[8, 1].scores == (None,) * 4

    def test_a_blank_is_known_as_one(self):
        found = chain.pairs([kept(1, department=7, clarity_4=4), kept(2, department=7, clarity_4=5)])

        assert (found[7, 1].veiled, found[7, 1].answers, found[7, 2].veiled) == (True, 0, False)

    @given(st.dictionaries(st.integers(1, 9), st.integers(0, 30)))
    def test_nobody_can_be_worked_out(self, answers):
        hidden = chain.veiled(answers)
        shown = {one for one, many in answers.items() if many and one not in hidden}

        assert all(answers[one] >= 5 for one in shown)
        if hidden and shown:
            assert len(hidden) >= 2
            assert sum(answers[one] for one in hidden) >= 5
