"""The search page, and the suggestions while somebody types."""

from typing import NamedTuple

from flask import Blueprint, Response, request, url_for
from markupsafe import Markup

from internaldesk.catalogue import queries as catalogue
from internaldesk.catalogue.queries import Offer
from internaldesk.search import queries
from internaldesk.search.marks import marked
from internaldesk.tickets import queries as tickets
from internaldesk.tickets.cards import Card, cards
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, page

bp = Blueprint("search", __name__)

_LONGEST = 200
_TYPES, _REQUESTS = 8, 20
_SUGGESTED_TYPES, _SUGGESTED_REQUESTS = 5, 3


class FoundOffer(NamedTuple):
    """A type that was found, its words marked."""

    offer: Offer
    name: Markup
    description: Markup


class FoundRequest(NamedTuple):
    """A request that was found, its words marked, and where it stands in a sentence."""

    id: int
    summary: Markup
    about: str


@bp.get("/search")
@people
def results() -> Response:
    """Types, my requests and, for agents, open requests of their teams; a number goes straight there."""
    words = _words()
    number = queries.number_in(words)
    if number is not None and queries.may_open(number, actor=actor()):
        return go(url_for("tickets.show", number=number))
    mine = _mine(words, limit=_REQUESTS)
    known = {card.row.id for card in mine}
    hits = [hit for hit in queries.in_teams(words, actor=actor(), limit=_REQUESTS) if hit.id not in known]
    return page(
        "search/results.html",
        words=words,
        number=number,
        offers=[_found(offer, words) for offer in _near(words, limit=_TYPES)],
        mine=[_request(card, words) for card in mine],
        team=[FoundRequest(hit.id, marked(hit.summary, words), f"{hit.team}, from {hit.requester}") for hit in hits],
    )


@bp.get("/search/suggest")
@people
def suggest() -> Response:
    """What the words typed so far may mean; a fragment only."""
    words = _words()
    number = queries.number_in(words)
    return page(
        "search/_suggest.html",
        words=words,
        number=number if number is not None and queries.may_open(number, actor=actor()) else None,
        offers=_near(words, limit=_SUGGESTED_TYPES),
        mine=_mine(words, limit=_SUGGESTED_REQUESTS),
    )


def _near(words: str, *, limit: int) -> list[Offer]:
    return catalogue.nearest(words, catalogue.offers(actor()), limit=limit) if words else []


def _mine(words: str, *, limit: int) -> list[Card]:
    return cards(tickets.mine(actor(), text=words, limit=limit), actor=actor()) if words else []


def _found(offer: Offer, words: str) -> FoundOffer:
    return FoundOffer(offer, marked(offer.name, words), marked(offer.description, words))


def _request(card: Card, words: str) -> FoundRequest:
    return FoundRequest(card.row.id, marked(card.row.summary, words), f"{card.who} {card.words}")


def _words() -> str:
    return request.args.get("q", "").replace("\x00", "").strip()[:_LONGEST]
