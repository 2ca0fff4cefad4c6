"""A believable quarter of a desk, told by the actions the pages use: fourteen weeks, and what is open now."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, select

from internaldesk.approvals import actions as approvals
from internaldesk.catalogue import actions as catalogue
from internaldesk.db import db, unit_of_work
from internaldesk.demo import (
    absences,
    caring,
    latest,
    macros,
    moments,
    offers,
    parts,
    people,
    plans,
    play,
    reports,
    rules,
    samples,
    scenes,
    shelf,
    thanks,
    trainings,
    waiting,
)
from internaldesk.demo.asking import Askers
from internaldesk.demo.back_office import enter as ask_each_other
from internaldesk.demo.offers import Offer
from internaldesk.demo.people import Cast
from internaldesk.demo.present import Present, Scene
from internaldesk.demo.quarter import Quarter
from internaldesk.demo.ties import enter as tie
from internaldesk.facts import actions as facts
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla

TICKETS = 2000
ENTERED = timedelta(weeks=moments.WEEKS + 6)
"""How long before now the people were entered."""
_BATCH = 250
Progress = Callable[[int, int], None]


def tell(*, seed: int = 7, now: datetime, scale: float = 1.0, progress: Progress | None = None) -> int:
    """Fill a desk that has the default catalogue with people, a quarter of requests and open work; returns how many.

    The same seed and the same `now` (aware) make the same desk; `scale` makes the quarter shorter of requests, never
    the open work. `progress` hears of requests done and requests in all.
    """
    now = now.replace(microsecond=0)
    folder = Path(current_app.config["DESK"].files)
    with unit_of_work():
        before, cast = _tickets(), people.enter(now=now - ENTERED)
        macros.enter(cast, now=now)
        shelf.enter(cast, now=now)
        absences.enter(cast, now=now)
        rules.enter(cast, now=now)
    with unit_of_work(reading=True):
        known = offers.by_path(now=now)
        told = sorted(everything(cast, known, Random(seed), now, scale), key=lambda scene: scene[0].at)
    for start in range(0, len(told), _BATCH):
        with unit_of_work(), db.session.no_autoflush:
            _play(told[start : start + _BATCH], start, folder, now)
        if progress:
            progress(min(start + _BATCH, len(told)), len(told))
    _finish(cast, now)
    with unit_of_work(reading=True):
        number = _tickets() - before
    if progress:
        progress(number, number)
    return number


def everything(cast: Cast, known: dict[str, Offer], dice: Random, now: datetime, scale: float) -> Iterator[Scene]:
    """Every request of the desk with what happens to it, in no order; nothing is written yet."""
    teams = {offer.team.slug: offer for offer in known.values()}
    askers = Askers(cast, dice)
    present = Present(cast, teams, known, askers, dice, now)
    yield from scenes.all_of(present)
    yield from present.open_work()
    yield from Quarter(cast, teams, known, askers, dice, now).scenes(round(TICKETS * scale))


def _play(told: Sequence[Scene], start: int, folder: Path, now: datetime) -> None:
    for number, (asked, steps) in enumerate(told, start=start):
        ticket = play.file(asked, files=samples.of(asked, number), folder=folder)
        play.play(ticket, steps, now=now)


def _finish(cast: Cast, now: datetime) -> None:
    """What the worker would have done by now, and what people think of it."""
    _sweep(now)
    with unit_of_work():
        ask_each_other(cast, now=now)
    with unit_of_work():
        approvals.remind(now=now)
        tie(cast, now=now)
        catalogue.take_pulse(now=now)
        rules.judge(cast, now=now)
    with unit_of_work():
        plans.enter(cast, now=now)
        parts.enter(cast, now=now)
        latest.enter(cast, now=now)
        thanks.enter(cast, now=now, zone=ZoneInfo(current_app.config["DESK"].timezone))
        caring.enter(cast, now=now)
        reports.enter(cast, now=now)
        waiting.enter(cast, now=now)
        trainings.enter(cast, now=now)
    _sweep(now)
    facts.rebuild(now=now, zone=current_app.config["DESK"].timezone)


def _tickets() -> int:
    return db.session.scalar(select(func.count(Ticket.id))) or 0


def _sweep(now: datetime) -> None:
    while sla.sweep(now=now):
        pass
