"""The lists that the demo has saved show something."""

from sqlalchemy import select

from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.queues import queries, saving
from internaldesk.queues.filtering import FIRST, Filters
from internaldesk.queues.scope import Scope, Shape
from tests import make
from tests.demo.conftest import NOW


def test_ben_has_a_view_of_his_own_and_one_of_his_team_with_requests_in_both(inside):
    ben = make.of(db.session.scalars(select(Person).where(Person.email.startswith("ben@"))).one())
    kept, offered = saving.shown(ben), queries.choices(ben).offered

    shapes = [saving.shape_of(each, ben, offered) for each in kept]
    counts = queries.counts(Scope(Shape(ben, FIRST, Filters()), NOW), shapes)

    assert [each.team_id is None for each in kept] == [True, False]
    assert all(0 < many < counts.open for many in counts.saved)
    for each, shape in zip(kept, shapes, strict=True):
        assert shape.filters.bare().query() == f"?{each.query}"
        assert list(shape.filters.columns) == each.columns
