"""What one request adds to the figures of effort, and which cells count it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from internaldesk.core.daily import Changes, Home, Space, Unit
from internaldesk.core.daily_effort import Asked, Effort, asked, pieces
from internaldesk.core.questions import Kind, Question

LONDON = ZoneInfo("Europe/London")
FILED = datetime(2026, 11, 18, tzinfo=UTC).date().toordinal()
LATE = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)


def names(effort):
    found = pieces(effort, filed=FILED, team_id=1, type_id=2, zone=LONDON)
    return [(piece.name, piece.day - FILED, piece.team_id) for piece in found]


def test_nothing_special_adds_nothing():
    assert names(Effort()) == []


def test_all_of_the_form_counts_on_the_day_of_filing():
    effort = Effort(Asked(("a", "b"), ("b",)), back=True, handed=True, again=True)

    assert names(effort) == [(name, 0, 1) for name in ("seen.a", "seen.b", "left.b", "back", "handed", "again")]


def test_decisions_and_what_was_passed_on_count_on_their_local_days():
    effort = Effort(decided=[(LATE, True), (LATE, False)], passed=[(LATE, 7)])
    next_day = LATE.date().toordinal() + 1 - FILED

    assert names(effort) == [("agreed", next_day, 1), ("declined", next_day, 1), ("expertise", next_day, 7)]


def test_only_what_was_shown_and_could_be_left_is_asked():
    questions = [
        Question("what", "What?", Kind.LINE, required=True),
        Question("lost", "Lost?", Kind.YESNO),
        Question("where", "Where?", Kind.LINE, shown_when=("lost", "yes")),
    ]

    assert asked(questions, {"what": "badge"}) == Asked(("lost",), ("lost",))
    assert asked(questions, {"what": "badge", "lost": "yes"}) == Asked(("lost", "where"), ("where",))


def test_questions_of_many_types_are_not_mixed_in_the_cells_of_a_place():
    changes = Changes()
    changes.add(
        Home(5, False, 1, False),
        pieces(Effort(Asked(("a",), ()), back=True), filed=FILED, team_id=1, type_id=2, zone=LONDON),
    )

    counted = {key.space: {name for name, _ in of} for key, of in changes.by_cell().items() if key.unit == Unit.WEEK}

    assert counted[Space.TYPES] == counted[Space.ALL] == {"seen.a", "back"}
    assert counted[Space.PLACES] == {"back"}
