"""Read what can be asked for: the types a person is offered, how they are used, and which come near some words."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import contains_eager

from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.core.text import closest
from internaldesk.db import db
from internaldesk.models.catalogue import Audience, FormVersion, RequestType, TypePulse, TypeUse
from internaldesk.models.people import Team

ENOUGH_ANSWERS = 10
"""Below this many first replies in 13 weeks nothing is called usual."""
_GENERAL = "question"


class TeamFacts(NamedTuple):
    """What the catalogue says about a team."""

    id: int
    slug: str
    name: str
    icon: str
    hotline: str
    calendar_id: int


class Offer(NamedTuple):
    """A request type as a person finds it; `usual` is half of all first replies within, in business seconds."""

    id: int
    slug: str
    name: str
    description: str
    icon: str
    synonyms: tuple[str, ...]
    confidential: bool
    usual: int | None
    team: TeamFacts


class TeamOffers(NamedTuple):
    """A team with all it offers."""

    team: TeamFacts
    offers: tuple[Offer, ...]


class Uses(NamedTuple):
    """How often types were filed, by id: from the reader's location, and from everywhere."""

    here: dict[int, int]
    overall: dict[int, int]


class Favourites(NamedTuple):
    """The types most used; `scope` says how far that is true: "here", "overall", or "none" where few were filed."""

    offers: tuple[Offer, ...]
    scope: str


class Form(NamedTuple):
    """A request type with its team, the newest version of its form, and its pulse."""

    request_type: RequestType
    version: FormVersion
    pulse: TypePulse | None


def offers(actor: Actor, *, team: str = "") -> list[Offer]:
    """Everything this person may ask for, in the order of the catalogue; `team` (a slug) keeps one team's."""
    query = (
        select(
            RequestType.id,
            RequestType.slug,
            RequestType.name,
            RequestType.description,
            RequestType.icon,
            RequestType.synonyms,
            RequestType.confidentiality,
            case((TypePulse.answered >= ENOUGH_ANSWERS, TypePulse.median_seconds)).label("usual"),
            Team.id.label("team_id"),
            Team.slug.label("team_slug"),
            Team.name.label("team_name"),
            Team.icon.label("team_icon"),
            Team.hotline,
            Team.calendar_id,
        )
        .join(Team, RequestType.team_id == Team.id)
        .outerjoin(TypePulse, TypePulse.request_type_id == RequestType.id)
        .where(RequestType.retired_at.is_(None), _offered_to(actor))
        .order_by(Team.position, Team.id, RequestType.position, RequestType.id)
    )
    if team:
        query = query.where(Team.slug == team)
    return [
        Offer(
            row.id,
            row.slug,
            row.name,
            row.description,
            row.icon,
            tuple(row.synonyms),
            row.confidentiality is Confidentiality.CASE,
            row.usual,
            TeamFacts(row.team_id, row.team_slug, row.team_name, row.team_icon, row.hotline, row.calendar_id),
        )
        for row in db.session.execute(query)
    ]


def form_for(team: str, slug: str, *, actor: Actor) -> Form | None:
    """The form of a type this person may file, by the slugs of its address; None otherwise."""
    query = (
        select(RequestType, FormVersion, TypePulse)
        .join(RequestType.team)
        .join(FormVersion, FormVersion.request_type_id == RequestType.id)
        .outerjoin(TypePulse, TypePulse.request_type_id == RequestType.id)
        .where(Team.slug == team, RequestType.slug == slug, RequestType.retired_at.is_(None), _offered_to(actor))
        .order_by(FormVersion.number.desc())
        .options(contains_eager(RequestType.team))
        .limit(1)
    )
    row = db.session.execute(query).first()
    return Form(row[0], row[1], row[2]) if row else None


def teams() -> list[TeamFacts]:
    """Every team, in the order of the catalogue."""
    columns = (Team.id, Team.slug, Team.name, Team.icon, Team.hotline, Team.calendar_id)
    return [TeamFacts(*row) for row in db.session.execute(select(*columns).order_by(Team.position, Team.id))]


def uses(location_id: int | None) -> Uses:
    """The counts of filings, from one location and in all."""
    here = func.sum(case((TypeUse.location_id == location_id, TypeUse.uses), else_=0))
    rows = db.session.execute(
        select(TypeUse.request_type_id, here, func.sum(TypeUse.uses)).group_by(TypeUse.request_type_id)
    ).all()
    return Uses({row[0]: int(row[1]) for row in rows}, {row[0]: int(row[2]) for row in rows})


def by_team(found: Iterable[Offer], used: Uses) -> list[TeamOffers]:
    """The offers of each team, those most used at the reader's location first."""
    groups = groupby(found, key=attrgetter("team"))
    return [TeamOffers(team, tuple(sorted(group, key=lambda it: -_count(it, used.here)))) for team, group in groups]


def favourites(found: Sequence[Offer], used: Uses, *, limit: int = 6) -> Favourites:
    """The types most used at a location, filled up with those used most overall, then with the first of each team.

    Confidential types are never among them: that they are used somewhere is nobody's business.
    """
    plain = [offer for offer in found if not offer.confidential]
    here, overall = (_most(plain, counts)[:limit] for counts in used)
    firsts = [next(group) for _, group in groupby(plain, key=attrgetter("team"))]
    chosen = tuple(dict.fromkeys([*here, *overall, *firsts]))[:limit]
    known = len(dict.fromkeys([*here, *overall]))
    return Favourites(chosen, "here" if len(here) == len(chosen) else "overall" if known >= len(chosen) else "none")


def nearest(words: str, found: Iterable[Offer], *, limit: int = 6) -> list[Offer]:
    """The offers whose names or synonyms come near these words, best first."""
    known = {offer.id: offer for offer in found}
    near = closest(words, [(offer.id, (offer.name, *offer.synonyms)) for offer in known.values()], limit=limit)
    return [known[key] for key, _ in near]


def general(team: TeamOffers) -> Offer | None:
    """Where a team takes plain questions, if one of its types is for those."""
    return next(iter(nearest(_GENERAL, team.offers, limit=1)), None)


def _offered_to(actor: Actor) -> ColumnElement[bool]:
    """Types for managers are offered to managers and team leads only, and do not exist for others."""
    if actor.manager or actor.lead_of:
        return true()
    return RequestType.audience == Audience.ALL


def _most(found: Iterable[Offer], counts: dict[int, int]) -> list[Offer]:
    known = [offer for offer in found if counts.get(offer.id)]
    return sorted(known, key=lambda offer: (-counts[offer.id], offer.name))


def _count(offer: Offer, counts: dict[int, int]) -> int:
    """Confidential types stay where the catalogue put them, so that their place tells nothing."""
    return 0 if offer.confidential else counts.get(offer.id, 0)
