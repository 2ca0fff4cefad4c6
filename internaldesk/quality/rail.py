"""What stands beside every page of service quality: the reader's saved reports, and how much there is to follow up."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Integer, String, cast, literal, null, select, union_all

from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.queues import SavedView
from internaldesk.quality import caring
from internaldesk.saved import queries as saved

PAGE = "quality"


class Kept(NamedTuple):
    """A saved report in the rail."""

    id: int
    name: str


class Rail(NamedTuple):
    """Saved reports, the reader's own first, and the number of open follow-ups."""

    reports: Sequence[Kept]
    follow_ups: int


def rail(actor: Actor) -> Rail:
    """Both in one statement."""
    nobody, nothing = cast(null(), Integer), cast(literal(""), String)
    open_now = caring.open_count(actor).scalar_subquery()
    rows = union_all(
        select(nobody.label("id"), nothing.label("name"), nobody.label("team"), open_now.label("place")),
        select(SavedView.id, SavedView.name, SavedView.team_id, SavedView.position).where(
            saved.in_reach(PAGE, actor=actor)
        ),
    )
    count, *views = sorted(db.session.execute(rows).all(), key=_order)
    return Rail([Kept(row.id, row.name) for row in views], count.place)


def _order(row: tuple[int | None, str, int | None, int]) -> tuple[int, int, int]:
    """The count first, then one's own reports, then those of each team, each in its order."""
    number, _, team, place = row
    return (team or 0, place, number) if number is not None else (-1, 0, 0)
