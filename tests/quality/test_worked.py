"""Figures that are kept for a minute: found again by whoever counts the same, and by nobody else."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from threading import Barrier, Thread

import pytest
import time_machine

from internaldesk.core.policy import Actor
from internaldesk.quality import queries
from internaldesk.quality.scope import Scope
from internaldesk.quality.worked import LONGEST, Shelf, sight
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.story import NOW

LEAD = Actor(3, agent_of=frozenset({1, 2}), lead_of=frozenset({1}))
READERS = (
    Actor(1, manager=True),
    Actor(2, manager=True, agent_of=frozenset({1}), case_group_of=frozenset({1})),
    Actor(7, manager=True, agent_of=frozenset({1}), case_group_of=frozenset({1})),
    LEAD,
    replace(LEAD, id=4),
    replace(LEAD, case_group_of=frozenset({1})),
    replace(LEAD, agent_of=frozenset({1})),
    replace(LEAD, lead_of=frozenset({2})),
)


def said(scope: Scope) -> tuple[str, str, int]:
    """Everything by which a reader's cells are chosen, in words of the database."""
    own = scope.own()
    return _sql(scope.cells()), "" if own is None else _sql(own), 0 if own is None else scope.actor.id


def _sql(clause: object) -> str:
    return str(clause.compile(compile_kwargs={"literal_binds": True}))  # type: ignore[attr-defined]


class TestWhoGetsTheSame:
    @pytest.mark.parametrize("who", READERS)
    def test_what_is_left_of_a_reader_chooses_the_same_cells(self, who):
        for scope in (Scope(who), Scope(who, teams=frozenset({1}), customer=True)):
            assert said(sight(scope)) == said(scope)

    def test_readers_who_count_otherwise_share_nothing(self):
        for one, other in combinations(READERS, 2):
            assert sight(Scope(one)) != sight(Scope(other))

    def test_filters_tell_apart(self):
        plain = Scope(READERS[0])
        others = (
            replace(plain, teams=frozenset({1})),
            replace(plain, places=frozenset({1})),
            replace(plain, customer=True),
        )

        assert len({sight(scope) for scope in (plain, *others)}) == 4

    def test_managers_without_cases_share(self):
        assert sight(Scope(Actor(1, "Max", manager=True))) == sight(Scope(Actor(9, "Mia", manager=True)))


class TestTheShelf:
    def test_gives_what_it_has(self):
        shelf, made = Shelf(), iter("ab")

        assert [shelf.take("key", NOW + timedelta(seconds=s), lambda: next(made)) for s in (0, 30, 60)] == ["a"] * 3

    def test_nothing_older_than_a_minute_whichever_way_the_clock_went(self):
        shelf, made, later = Shelf(), iter("abc"), NOW + LONGEST + timedelta(seconds=1)

        assert [shelf.take("key", at, lambda: next(made)) for at in (NOW, later, NOW)] == ["a", "b", "c"]

    def test_the_oldest_goes_when_it_is_full(self):
        shelf, asked = Shelf(most=2), []

        for key in "abcba":
            shelf.take(key, NOW, lambda key=key: asked.append(key) or key)

        assert asked == ["a", "b", "c", "a"]

    def test_many_at_once_are_one(self):
        shelf, together, made, got = Shelf(), Barrier(8), [], []

        def look() -> None:
            together.wait()
            got.append(shelf.take("key", NOW, lambda: made.append(1) or "a"))

        threads = [Thread(target=look) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert (got, made) == (["a"] * 8, [1])

    def test_a_failure_is_not_kept(self):
        shelf = Shelf()
        with pytest.raises(ZeroDivisionError):
            shelf.take("key", NOW, lambda: 1 // 0)

        assert shelf.take("key", NOW, lambda: "a") == "a"


class TestThePage:
    @pytest.fixture
    def reads(self, monkeypatch):
        """How often cells were read."""
        found, real = [], queries.counted
        monkeypatch.setattr(queries, "counted", lambda *args, **named: found.append(1) or real(*args, **named))
        return found

    def test_is_made_once_while_facts_stay_as_they_are(self, app, reads):
        with time_machine.travel(NOW, tick=False):
            story.kept(NOW - timedelta(seconds=20))
            max_ = pages(app, "max")
            first, second = max_.text("/quality"), max_.text("/quality")
            max_.get("/quality?period=4w")
            pages(app, "dana").get("/quality")

        assert first == second
        assert len(reads) == 3

    def test_is_made_anew_with_newer_facts_and_always_from_those_of_this_second(self, app, reads):
        with time_machine.travel(NOW, tick=False):
            max_ = pages(app, "max")
            for ago in (9, 8, 0, 0):
                story.kept(NOW - timedelta(seconds=ago))
                max_.get("/quality")

        assert len(reads) == 4
