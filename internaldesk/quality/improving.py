"""The pages that say what could be better: how simple each form is, and what teams could train."""

from dataclasses import replace
from typing import Any, NamedTuple

from flask import Response, url_for

from internaldesk.core import simplicity as meters
from internaldesk.core import training as training_core
from internaldesk.core.simplicity import Meter, Suggestion
from internaldesk.core.training import Need, Sign, may_note
from internaldesk.quality import asking, extracts, files, needs, queries, trained
from internaldesk.quality.blueprint import bp
from internaldesk.quality.board import LAG
from internaldesk.quality.forms import PERIODS, Chosen
from internaldesk.quality.links import Links
from internaldesk.quality.queries import Counted, Preparing
from internaldesk.quality.rail import rail
from internaldesk.quality.training_forms import RemoveForm
from internaldesk.web.auth import actor, managers
from internaldesk.web.desk import now, page

_FIRST = 8
"""Suggestions on top of the page; the rest stand with their types."""
_NEWEST = 20
"""Trainings on the page; files hold all of them."""
_LISTS = {"expertise": "passed", "reopened": "reopened", "again": "again"}


class Advice(NamedTuple):
    """A suggestion with the type it is about, and the list behind it."""

    meter: Meter
    suggestion: Suggestion
    url: str


class Lesson(NamedTuple):
    """What a team could train, in names, each sign with the list behind it, and where to note that it was done."""

    need: Need
    team: str
    topic: str
    signs: list[tuple[Sign, str]]
    note: str


@bp.get("/quality/simplicity")
@managers
def simplicity() -> Response:
    """How simple each form is, and what could be left out."""
    chosen = asking.chosen()
    links = Links(chosen.filters, endpoint="quality.simplicity")
    try:
        counted = queries.counted(chosen.scope, chosen.over)
    except Preparing as wait:
        return asking.preparing(wait, links)
    found, slugs = _meters(chosen, counted), {entry.id: entry.slug for entry in chosen.known.types}
    return _page(
        "simplicity",
        chosen,
        links,
        counted,
        meanings=extracts.SIMPLICITY,
        advice=_advice(found, links, slugs),
        rows=[(meter, Links(replace(chosen.filters, type=(slugs[meter.form.type_id],)))) for meter in found],
        one=found[0] if len(chosen.filters.type) == 1 and found else None,
    )


@bp.get("/quality/simplicity.<any(csv, xlsx):suffix>")
@managers
def simplicity_file(suffix: str) -> Response:
    """The tables of all forms as a file."""
    chosen = asking.chosen()
    found = _meters(chosen, queries.counted(chosen.scope, chosen.over))
    return files.answer(extracts.simplicity(chosen, found, made=now()), name="how-simple-it-is", suffix=suffix)


@bp.get("/quality/training")
@managers
def training() -> Response:
    """What teams could train, by team and topic, and what was different after they did."""
    chosen = asking.chosen()
    links = Links(chosen.filters, endpoint="quality.training")
    try:
        counted = queries.counted(chosen.scope, chosen.over)
    except Preparing as wait:
        return asking.preparing(wait, links)
    held = trained.told(chosen, counted.own, today=asking.today(), limit=_NEWEST + 1)
    return _page(
        "training",
        chosen,
        links,
        counted,
        meanings=extracts.TRAINING,
        lessons=_lessons(chosen, counted),
        held=[(one, RemoveForm.blank() if may_note(actor(), one.held.team_id) else None) for one in held[:_NEWEST]],
        more=len(held) > _NEWEST,
    )


@bp.get("/quality/training.<any(csv, xlsx):suffix>")
@managers
def training_file(suffix: str) -> Response:
    """Signs and trainings as a file."""
    chosen = asking.chosen()
    counted = queries.counted(chosen.scope, chosen.over)
    named = [(lesson.need, lesson.team, lesson.topic) for lesson in _lessons(chosen, counted)]
    held = trained.told(chosen, counted.own, today=asking.today())
    rows = extracts.training(chosen, named, held, made=now())
    return files.answer(rows, name="what-to-train", suffix=suffix)


def _page(name: str, chosen: Chosen, links: Links, counted: Counted, **context: Any) -> Response:
    return page(
        f"quality/{name}.html",
        part=f"quality/_{name}.html",
        chosen=chosen,
        links=links,
        files=files.ways(f"quality.{name}_file", chosen.filters),
        periods=PERIODS,
        rail=rail(actor()),
        now=now(),
        as_of=counted.fresh_at if counted.fresh_at < now() - LAG else None,
        **context,
    )


def _meters(chosen: Chosen, counted: Counted) -> list[Meter]:
    """Those of the types the reader knows."""
    counts = needs.by_type(counted.cells, chosen.over)
    return meters.meters(needs.forms([entry.id for entry in chosen.known.types if entry.id in counts]), counts)


def _advice(found: list[Meter], links: Links, slugs: dict[int, str]) -> list[Advice]:
    """The suggestions that touch most requests."""
    several = (Advice(meter, one, _behind(one, meter, links, slugs)) for meter in found for one in meter.suggestions)
    return sorted(several, key=lambda advice: -advice.suggestion.touches)[:_FIRST]


def _behind(one: Suggestion, meter: Meter, links: Links, slugs: dict[int, str]) -> str:
    return links.listing(".".join(filter(None, (one.opens, one.slug))), type=(slugs[meter.form.type_id],))


def _lessons(chosen: Chosen, counted: Counted) -> list[Lesson]:
    """The needs whose team and type the reader knows."""
    found = training_core.needs(needs.by_team_and_type(counted.cells, chosen.over))
    teams = {entry.id: entry for entry in chosen.known.teams}
    types = {entry.id: entry for entry in chosen.known.types}
    lessons = []
    for need in found:
        team, kind = teams.get(need.team_id), types.get(need.type_id)
        if team is not None and kind is not None:
            links = Links(replace(chosen.filters, team=(team.slug,), type=(kind.slug,)))
            signs = [(sign, _sign(sign, links)) for sign in need.signs]
            note = url_for("quality.new_training", team=team.slug, type=kind.slug) if may_note(actor(), team.id) else ""
            lessons.append(Lesson(need, team.name, kind.name, signs, note))
    return lessons


def _sign(sign: Sign, links: Links) -> str:
    return links.listing(_LISTS[sign.slug]) if sign.slug in _LISTS else links.dimension(sign.slug)
