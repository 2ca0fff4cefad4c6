"""The saved views of the lists: what each of them lists, where it leads, and what of a list is kept."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from internaldesk.core.policy import Actor
from internaldesk.models.queues import SavedView
from internaldesk.queues import columns, filtering
from internaldesk.queues.filtering import FIRST, VIEWS, Filters, Option, View
from internaldesk.queues.scope import Shape
from internaldesk.saved import queries

PAGE = "queue"
Offered = Mapping[str, Iterable[Option]]


def shown(actor: Actor) -> Sequence[SavedView]:
    """Those of the actor and of their teams, in the order of the rail; one statement."""
    return queries.shown(PAGE, actor=actor)


def get(number: int, *, actor: Actor, lock: bool = False) -> SavedView | None:
    """One of them."""
    return queries.get(number, page=PAGE, actor=actor, lock=lock)


def view_of(kept: SavedView) -> View:
    """The list it filters."""
    return VIEWS.get(kept.view, FIRST)


def filters_of(kept: SavedView, offered: Offered) -> Filters:
    """What it chooses of that list, as far as it is still on offer to its reader."""
    given = {**parse_qs(kept.query), "columns": kept.columns, "saved": [str(kept.id)]}
    return filtering.read(given, offered)


def shape_of(kept: SavedView, actor: Actor, offered: Offered) -> Shape:
    """What it lists, for counting it."""
    return Shape(actor, view_of(kept), filters_of(kept, offered))


def address_of(kept: SavedView, offered: Offered) -> str:
    """Where it leads."""
    return view_of(kept).url + filters_of(kept, offered).query()


def contents(view: View, filters: Filters) -> dict[str, Any]:
    """What `saved.actions` keeps of a list: the order stands in the query, the columns apart."""
    chosen = [] if filters.columns == columns.USUAL else list(filters.columns)
    return {"view": view.slug, "query": filters.bare().query().removeprefix("?"), "columns": chosen}


def differs(kept: SavedView, view: View, filters: Filters, offered: Offered) -> bool:
    """Whether the list is no longer the one that was saved."""
    return (view_of(kept), filters_of(kept, offered)) != (view, filters)
