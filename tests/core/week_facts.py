"""Facts to report on: first replies, ratings, solutions and open stretches of a small desk in late 2026."""

from datetime import UTC, datetime, timedelta

from internaldesk.core import periods, quality
from internaldesk.core.facts import FIRST, Answer, Decided, Facts, Open, Solved
from internaldesk.core.quality import Names
from internaldesk.core.tally import frame, line

NOW = datetime(2026, 11, 24, 10, 48, tzinfo=UTC)
PERIOD = periods.parse("13w", NOW, UTC)
OVER = frame(PERIOD, NOW)
THEN = PERIOD.start + timedelta(days=30, hours=10)
EARLIER = THEN - timedelta(weeks=13)
DAY, MINUTE = timedelta(days=1), 60
IT, BUYING = 1, 2
LAPTOP, SUPPLIER = 10, 20
NAMES = Names({IT: "IT", BUYING: "Purchasing"}, {LAPTOP: ("Laptop problem", IT), SUPPLIER: ("Supplier set-up", BUYING)})


def first(used=34 * MINUTE, at=THEN, **more):
    more = {"ticket_id": 1, "team_id": IT, "type_id": LAPTOP, "met": True, "target_seconds": 3600} | more
    return Decided(target=FIRST, decided_at=at, used_seconds=used, **more)


def answer(*scores, at=THEN, team=IT, kind=LAPTOP):
    return Answer(team, kind, at, *scores)


def filed(at=THEN, closed_at=None, team=IT, kind=LAPTOP):
    return Open(1, team, kind, at, closed_at)


def solved(at=THEN, **more):
    return Solved(IT, LAPTOP, at, 86_400, **more)


def whole(**facts):
    return line(Facts(**facts), OVER, 0, "All teams")


def report(changes=(), over=OVER, **facts):
    return quality.summarise(Facts(**facts), over, NAMES, changes)


def verdict(found, slug):
    return next(verdict for verdict in found.verdicts if verdict.slug == slug)


def said(verdict):
    return f"{verdict.value} {verdict.unit}".strip(), f"{verdict.word} {verdict.said}"
