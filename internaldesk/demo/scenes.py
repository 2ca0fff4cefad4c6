"""What each of the ten known people finds when they look around."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from internaldesk.core.rating import Scores
from internaldesk.demo import course as courses
from internaldesk.demo import moments
from internaldesk.demo.asking import Asked
from internaldesk.demo.present import Present, Scene
from internaldesk.demo.steps import Act
from internaldesk.demo.wording import Story

_DAY = timedelta(days=1)


def all_of(present: Present) -> Iterator[Scene]:
    """Every scene; Ada has something in each state, the others have work or an answer."""
    yield from _adas(present)
    yield from _eves(present)
    yield from _cases(present)
    yield from _approvals(present)
    for path, asker, owner, ago in _SOLVED_WORK:
        yield _solved(present, path, 0, by=asker, owner=owner, ago=ago, rated=None)
    for path, asker, owner, hours_left in _OPEN_WORK:
        due = moments.ahead(present.offers[path].hours, present.now, timedelta(hours=hours_left))
        scene = present.going(present.offers[path], due, present.cast.everybody[asker], owner)
        if scene is not None:
            yield scene


_OPEN_WORK = (
    ("hr/ask", "liam.byrne", "hana", 9),
    ("hr/my-data", "marta.lis", "hana", 6),
    ("purchasing/order-status", "jorge.pinto", "pia", 3),
    ("purchasing/new-supplier", "nadia.benali", "pia", 8),
    ("finance/expense", "stuart.dobson", "finn", 7),
    ("finance/billing", "camille.roux", "finn", 4),
    ("facilities/repair", "megan.price", "chi", 20),
    ("hr/new-hire", "max", "judith.marsh", 30),
)
_SOLVED_WORK = (
    ("it/how-to", "max", "dana", timedelta(days=3)),
    ("legal/contract-review", "max", "priya.raman", timedelta(days=8)),
)


def _adas(present: Present) -> Iterator[Scene]:
    yield _closed(present, "finance/expense", 3, by="ada", owner="finn", ago=timedelta(days=33))
    yield _closed(present, "it/access", 1, by="ada", owner="ben", ago=timedelta(days=61))
    yield _solved(present, "facilities/badge", 3, by="ada", owner="chi", ago=1.2 * _DAY, rated=None)
    yield _asked_back(present, "purchasing/buy", 3, by="ada", owner="pia")
    offer = present.offers["it/broken"]
    due = moments.ahead(offer.hours, present.now, timedelta(hours=2, minutes=35))
    story = offer.words.stories["broken"][0]
    asked = _told(present, "it/broken", story, by="ada", at=present.now, customer="Harrow Foods")
    asked = replace(asked, at=moments.before(offer.hours, due, asked.promise.whole))
    course = courses.of(asked, present.cast, dict(present.teams), present.dice, pace=1.0)
    course.owner = present.cast.everybody["ben"]
    course.plan.work(asked.promise.first * 0.3)
    courses.first_answer(course)
    yield asked, course.plan.steps


def _eves(present: Present) -> Iterator[Scene]:
    yield _closed(present, "warehouse/do-we-have", 0, by="eve", owner="piotr.zajac", ago=timedelta(days=24))
    yield _solved(present, "warehouse/speed-up", 0, by="eve", owner="joe.barnes", ago=2 * _DAY, rated=5)
    yield _asked_back(present, "hr/ask", 5, by="eve", owner="paul.lefevre")


def _cases(present: Present) -> Iterator[Scene]:
    """Confidential cases that Hana handles, of people who are nobody's hero here."""
    yield _asked_back(present, "hr/accommodation", 0, by="fatima.yusuf", owner="hana")
    for path, n, asker, days in (("hr/accommodation", 1, "carla.reis", 3), ("hr/concern", 1, "szymon.gorski", 2)):
        at = moments.before(present.offers[path].hours, present.now, timedelta(hours=7 * days))
        asked = _told(present, path, present.offers[path].words.stories[path.split("/")[1]][n], by=asker, at=at)
        course = courses.of(asked, present.cast, dict(present.teams), present.dice, pace=1.0)
        course.owner = present.cast.everybody["hana"]
        course.plan.work(timedelta(minutes=75))
        courses.first_answer(course)
        yield asked, course.plan.steps


def _approvals(present: Present) -> Iterator[Scene]:
    """What Max has to decide, two of it in the place of a colleague who is away, and what he did not agree to."""
    for path, n, asker, ago in _WAITING_FOR_MAX:
        offer = present.offers[path]
        story = offer.words.stories[offer.type.slug][n]
        yield _filed(present, path, story, by=asker, ago=ago), []
    offer = present.offers["it/hardware"]
    asked = _filed(present, "it/hardware", offer.words.stories["hardware"][4], by="chloe.bannister", ago=11)
    yield asked, courses.refused(courses.of(asked, present.cast, dict(present.teams), present.dice, pace=1.0))


_WAITING_FOR_MAX = (
    ("it/hardware", 0, "ada", 3),
    ("purchasing/quotes", 1, "erin.doyle", 12),
    ("purchasing/buy", 2, "raj.patel", 5),
    ("finance/advance", 0, "zoe.fletcher", 2),
)


def _filed(present: Present, path: str, story: Story, *, by: str, ago: int) -> Asked:
    """Just filed, so many business hours ago."""
    at = moments.before(present.offers[path].hours, present.now, timedelta(hours=ago))
    return present.askers.ask(present.offers[path], at=at, by=present.cast.everybody[by], story=story, customer="")


def _asked_back(present: Present, path: str, n: int, *, by: str, owner: str) -> Scene:
    """The requester's turn."""
    offer = present.offers[path]
    at = moments.before(offer.hours, present.now, timedelta(hours=6))
    story = offer.words.stories[offer.type.slug][n]
    asked = _told(present, path, story, by=by, at=at)
    course = courses.of(asked, present.cast, dict(present.teams), present.dice, pace=1.0)
    course.owner = present.cast.everybody[owner]
    course.plan.work(timedelta(hours=2))
    assert story.ask is not None
    course.plan.reply(course.owner, story.ask[0], then="wait")
    return asked, course.plan.steps


def _solved(present: Present, path: str, n: int, *, by: str, owner: str, ago: timedelta, rated: int | None) -> Scene:
    """Solved by the team, not yet confirmed."""
    offer = present.offers[path]
    story = offer.words.stories[offer.type.slug][n]
    solved = moments.before(offer.hours, present.now - ago, timedelta(minutes=30))
    asked = _told(present, path, story, by=by, at=moments.before(offer.hours, solved, timedelta(hours=1)))
    course = courses.of(asked, present.cast, dict(present.teams), present.dice, pace=1.0)
    course.owner = present.cast.everybody[owner]
    plan = course.plan
    plan.at = solved
    plan.reply(course.owner, story.fix, then="solve")
    if rated is not None:
        plan.until_reply()
        scores = Scores(rated, rated, rated, rated)
        plan.add(Act.RATE, asked.requester, scores=scores, comment="Quick and friendly, thank you!")
    return asked, plan.steps


def _closed(present: Present, path: str, n: int, *, by: str, owner: str, ago: timedelta) -> Scene:
    """Solved, rated and closed some weeks ago."""
    asked, steps = _solved(present, path, n, by=by, owner=owner, ago=ago, rated=4)
    course = courses.of(asked, present.cast, dict(present.teams), present.dice, pace=1.0)
    course.plan.steps, course.plan.at = steps, steps[-1].at + timedelta(hours=1)
    course.plan.add(Act.CONFIRM, asked.requester, solved=True)
    return asked, course.plan.steps


def _told(present: Present, path: str, story: Story, *, by: str, at: datetime, customer: str = "") -> Asked:
    who = present.cast.everybody[by]
    asked = present.askers.ask(present.offers[path], at=at, by=who, story=story, customer=customer)
    return present.askers.agreed_at(asked, at)
