"""What tickets add to the cells of days, weeks and months, and what the cells then say."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internaldesk.core import daily, daily_pieces, daily_report, periods, quality, tally
from internaldesk.core.backlog import Ages, age_band
from internaldesk.core.daily import Cell, Changes, Home, Key, Piece, Space, Unit
from internaldesk.core.daily_pieces import Life, Rated, Told, step
from internaldesk.core.daily_report import Kept
from internaldesk.core.facts import Answer
from internaldesk.core.figures import CALENDAR_DAY, HALF, NINE_IN_TEN, WORKING_DAY, nearest_rank, span_words
from tests.core.week_facts import NAMES, NOW, OVER, THEN, first

LONDON = ZoneInfo("Europe/London")
HOME = Home(place_id=3, customer=False, holder_id=1, cases=False)
FILED = datetime(2026, 11, 2, 9, tzinfo=UTC)
SECONDS = st.integers(0, 40 * 24 * 3600)


def names(told: Told, now: datetime = NOW) -> list[str]:
    return [piece.name for piece in daily_pieces.pieces(told, zone=LONDON, now=now)]


def cells(*told: Told, now: datetime = NOW, space: Space = Space.TYPES) -> list[Kept]:
    """What the tables would hold of these tickets."""
    changes = Changes()
    for one in told:
        changes.add(one.home, daily_pieces.pieces(one, zone=UTC, now=now))
    kept = []
    for key, change in changes.by_cell().items():
        cell = Cell()
        cell.apply(change)
        times = {name: daily.packed(cell.times.get(name, ())) for name in (*daily.TIMES, *daily.STANDING)}
        kept.append(Kept(key, cell.counts, **times))
    return [cell for cell in kept if cell.key.space == space]


def filed(**more: object) -> Told:
    return Told(1, 10, HOME, **({"life": Life(FILED)} | more))


class TestSteps:
    @given(SECONDS, st.sampled_from([WORKING_DAY, CALENDAR_DAY]))
    def test_every_span_is_said_as_from_seconds(self, seconds, day):
        assert span_words(step(seconds), day) == span_words(seconds, day)
        assert (step(seconds) + 30) // 60 == (seconds + 30) // 60

    @given(st.lists(SECONDS, min_size=1), st.sampled_from([HALF, NINE_IN_TEN]))
    def test_the_rank_of_steps_is_the_step_of_the_rank(self, values, share):
        assert nearest_rank([step(value) for value in values], share) == step(nearest_rank(values, share))


class TestPieces:
    def test_an_open_request_stands_at_the_end_of_each_week(self):
        told = filed()

        assert names(told) == ["came", "filed", "open", "standing_2", "standing_3", "standing_3"]
        assert daily_pieces.due(told, zone=LONDON, now=NOW) == datetime(2026, 11, 30, tzinfo=UTC)

    def test_a_solution_is_watched_for_seven_days(self):
        solved = FILED + timedelta(days=1)
        told = filed(life=Life(FILED, solved))

        assert "watched" not in names(told, solved)
        assert daily_pieces.due(told, zone=LONDON, now=solved) == solved + timedelta(days=7)
        assert names(told) == ["came", "filed", "lead", "solved", "watched", "went"]
        assert daily_pieces.due(told, zone=LONDON, now=NOW) is None

    def test_a_request_that_came_back_has_two_spans(self):
        first_, back, again = (FILED + timedelta(days=days) for days in (1, 2, 3))
        told = filed(life=Life(FILED, again, None, [(5, first_), (9, again)], [(7, back)]))

        found = names(told)

        assert [found.count(name) for name in ("filed", "came", "went", "returned", "solved")] == [1, 2, 2, 1, 1]

    def test_a_second_return_ends_the_watch_of_the_second_solution(self):
        first_, back, again, third = (FILED + timedelta(days=days) for days in (1, 2, 3, 4))
        life = Life(FILED, None, None, [(5, first_), (9, again)], [(7, back), (11, third)])

        spans = list(daily_pieces.spans(life))

        assert [span.reopened_at for span in spans] == [back, third, None]
        assert [span.closed_at for span in spans] == [first_, again, None]

    def test_a_refused_request_went_without_being_solved(self):
        assert names(filed(life=Life(FILED, None, FILED + timedelta(hours=1)))) == ["came", "filed", "went"]

    def test_one_filed_as_a_week_begins_stands_at_its_beginning(self):
        monday = datetime(2026, 11, 23, tzinfo=UTC)

        assert "standing_0" in names(filed(life=Life(monday)))
        assert "standing_0" not in names(filed(life=Life(monday, monday)))

    def test_asked_and_answered_belong_to_the_team_that_solved(self):
        answer = Rated(Answer(2, 20, THEN, 5, None, 4, None), spoken=True)
        told = filed(life=Life(FILED, FILED), rated=answer, asked_at=THEN)

        found = {piece.name: piece.team_id for piece in daily_pieces.pieces(told, zone=LONDON, now=NOW)}

        mine = {"rated_5", "attitude_5", "clarity_4", "comments", "asked", "answered"}
        assert {name for name, team in found.items() if team == 2} == mine
        assert names(filed(life=Life(FILED, FILED), asked_at=THEN)).count("asked") == 1
        assert "asked" not in names(told._replace(asked_at=None))
        assert "comments" not in names(told._replace(rated=answer._replace(spoken=False)))

    def test_a_miss_that_still_runs_is_late_unless_waived(self):
        late = first(None, met=False)

        assert {"late", "first_response_missed"} <= set(names(filed(decided=[late])))
        assert "late" not in names(filed(decided=[late._replace(waived=True)]))
        assert "late" not in names(filed(decided=[late._replace(used_seconds=90)]))
        assert "resolution" in names(filed(decided=[late._replace(target="resolution", used_seconds=90)]))

    def test_days_are_local(self):
        told = filed(life=Life(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)))

        (piece,) = [p for p in daily_pieces.pieces(told, zone=LONDON, now=NOW) if p.name == "filed"]

        assert date.fromordinal(piece.day) == date(2026, 7, 2)


class TestChanges:
    def test_what_is_taken_and_added_again_changes_nothing(self):
        changes = Changes()
        piece = Piece("came", FILED.toordinal(), 1, 10)

        changes.add(HOME, [piece], sign=-1)
        changes.add(HOME, [piece])

        assert changes.by_cell() == {}

    def test_a_move_to_another_place_leaves_what_counts_all_places(self):
        changes = Changes()
        piece = Piece("came", FILED.toordinal(), 1, 10)

        changes.add(HOME, [piece], sign=-1)
        changes.add(HOME._replace(place_id=4), [piece])

        assert {key.space for key in changes.by_cell()} == {Space.ALL, Space.PLACES, Space.EACH}

    @pytest.mark.parametrize("other", [HOME._replace(priority=0), HOME._replace(channel="phone")])
    def test_a_new_priority_or_channel_moves_only_what_tells_them_apart(self, other):
        changes, piece = Changes(), Piece("came", FILED.toordinal(), 1, 10)

        changes.add(HOME, [piece], sign=-1)
        changes.add(other, [piece])

        moved = {(key.space, key.priority, key.channel): many for key, many in changes.by_cell().items()}
        assert moved == {
            (Space.EACH, HOME.priority, HOME.channel): {("came", None): -1},
            (Space.EACH, other.priority, other.channel): {("came", None): 1},
        }

    def test_what_was_decided_stays_under_the_priority_of_then(self):
        told = filed(decided=[first(60)._replace(priority=0)])._replace(home=HOME._replace(priority=3))

        found = {cell.key.priority: set(cell.counts) for cell in cells(told, space=Space.EACH) if cell.key.unit == 1}

        assert found[0] == {"first_response_met", "promised_3600"}
        assert "came" in found[3]
        assert "first_response_met" not in found[3]

    def test_cells_count_down_to_nothing(self):
        cell = Cell({"came": 2}, {"first": [30, 60, 60]})

        cell.apply({("came", None): -2, ("first", 60): -2, ("lead", 5): 0})
        assert (cell.counts, cell.times["first"], bool(cell)) == ({}, [30], True)
        cell.apply({("first", 30): -1})

        assert not cell

    def test_what_was_never_counted_cannot_be_taken(self):
        with pytest.raises(ValueError, match="never counted"):
            Cell().apply({("first", 60): -1})

    def test_standing_is_kept_by_weeks_alone(self):
        kept = [cell for cell in cells(filed()) if any(name.startswith("standing") for name in cell.counts)]

        assert {cell.key.unit for cell in kept} == {Unit.WEEK}


class TestReport:
    def test_says_what_single_facts_say(self):
        answer = Rated(Answer(1, 10, THEN, 5, 4, 5, 5), spoken=True)
        told = [filed(decided=[first(60 * n)], rated=answer, asked_at=THEN) for n in range(12)]

        report = daily_report.summarise(cells(*told), OVER, NAMES)

        assert report.whole.first.met == 12
        assert report.whole.first_pace == (12, 300, 600)
        assert [line.name for line in report.types] == ["Laptop problem"]
        assert report.whole.satisfied.short == "100%"
        assert daily_report.comments(cells(*told), OVER) == 12
        assert report.backlog.now.total == 12

    @pytest.mark.parametrize("text", ["2026-09", "2026-Q3", "2026-09-21"])
    def test_other_periods_have_cells_of_their_own(self, text):
        over = tally.frame(periods.parse(text, NOW, UTC), NOW)
        when = over.period.start + timedelta(hours=10)
        told = filed(life=Life(when, when), decided=[first(60, at=when)])
        before = filed(life=Life(over.before.start, when), decided=[first(90, at=over.before.start)])

        whole = daily_report.summarise(cells(told, before), over, NAMES).whole

        assert (whole.requests, whole.first_pace.half, whole.first_pace_before.half) == (1, 60, 90)

    def test_nothing_is_nothing(self):
        assert daily_report.summarise([], OVER, NAMES) == quality.summarise(tally.Facts(), OVER, NAMES)

    @given(st.lists(st.integers(0, 12 * 24 * 3600)))
    def test_ages_have_the_edges_of_single_facts(self, ages):
        told = [filed(life=Life(NOW - timedelta(seconds=age))) for age in ages]
        bands = [age_band(timedelta(seconds=age)) for age in ages]

        found = daily_report.summarise(cells(*told), OVER, NAMES).backlog.now

        assert found == Ages(*(bands.count(band) for band in range(4)))


class TestOwn:
    def test_is_taken_off(self):
        mine, other = filed(decided=[first(90)]), filed(decided=[first(600)])
        changes = Changes()
        changes.add(mine.home, daily_pieces.pieces(mine, zone=UTC, now=NOW))

        rest = daily_report.less(cells(mine, other), changes.by_cell())

        assert daily_report.summarise(rest, OVER, NAMES) == daily_report.summarise(cells(other), OVER, NAMES)

    def test_what_is_not_there_is_not_taken(self):
        key = Key(Unit.DAY, Space.TYPES, date(2026, 11, 2), 1, 10, -1, -1, 1, False)
        cell = Kept(key, {"came": 1}, daily.packed([60]))

        (rest,) = daily_report.less([cell], {key: {("came", None): 2, ("first", 90): 1}})

        assert (rest.counts, rest.first) == ({}, cell.first)
