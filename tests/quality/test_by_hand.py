"""What the pages beside the overview show is what raw rows say: counted here once more, by hand."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.history import Event
from internaldesk.models.people import Department, Team
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Holding, Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.tickets import actions, handover
from tests import cast, make
from tests.conftest import DATABASES
from tests.quality import story
from tests.quality.by_hand import held, shared, working
from tests.quality.conftest import pages
from tests.quality.reading import said
from tests.quality.story import NOW
from tests.quality.test_figures import BEGIN, END, nth, rows, stretches

LONDON = ZoneInfo("Europe/London")
TODAY = datetime.combine(NOW.astimezone(LONDON).date(), time.min, LONDON).astimezone(UTC)
DASH = "\u2013"
HOURS, PARTS = "Customer-hours by team and type", "Average working time by whose hands"
MAP, FORMS = "Departments and teams, line by line", "Request types by what asking takes"
HANDS = ("team", "others", "requester", "approver", "supplier", "date")
ASPECTS = ("attitude", "responsiveness", "clarity", "simplicity")
WEEK = timedelta(days=7)
LEAST_RATERS, LEAST_CASES, ENOUGH = 5, 10, 3


@pytest.fixture(scope="module", params=DATABASES)
def world(request):
    """Half a year of the story, and a month in which everything else happens that these pages tell."""
    made = request.getfixturevalue(f"fresh_{request.param}")()
    with made.app_context(), time_machine.travel(NOW, tick=False):
        enter_departments()
        story.told(60)
        for n in range(16):
            busy(n, NOW.replace(hour=9, minute=n) - timedelta(days=31 - n))
        db.session.commit()
        story.kept()
        with made.app_context():
            yield made


@pytest.fixture
def at(world):
    """A page of the world, as Max sees it."""
    return pages(world, "max").get


def enter_departments():
    for who, name in {"ada": "Sales", "eve": "Service", "hana": "HR"}.items():
        row = Department(name=name)
        cast.person(who).department = row
        db.session.add(row)
    db.session.commit()


def busy(n, filed):
    """Asked back and waited for, with a supplier, for an approver, handed on, rated low, and asked again."""
    who, ben = ("ada", "ada", "eve", "hana")[n % 4], cast.actor("ben")
    ticket = make.ticket(by=who, now=filed, customer_waiting=n % 3 == 0, customer="Acme" * (n % 3 == 0))
    if n % 2:
        actions.set_status(ticket, by=ben, now=filed + timedelta(hours=1), status=Status.WAITING, reason="Which one?")
        actions.reply(ticket, by=cast.actor(who), now=filed + timedelta(hours=3), body="The left one")
    if n % 5 == 0:
        actions.set_status(ticket, by=ben, now=filed + timedelta(hours=4), status=Status.SUPPLIER, reason="Parts")
        actions.set_status(ticket, by=ben, now=filed + timedelta(hours=28), status=Status.PROGRESS)
    if n % 4 == 1:
        to = make.team("facilities")
        handover.transfer(ticket, by=ben, now=filed + timedelta(hours=29), team=to, reason="expertise")
    by = "chi" if n % 4 == 1 else "ben"
    actions.solve(ticket, by=cast.actor(by), now=filed + timedelta(hours=50))
    if n % 8 == 6:
        actions.reopen(ticket, by=cast.actor(who), now=filed + timedelta(days=4))
        actions.solve(ticket, by=cast.actor(by), now=filed + timedelta(days=5))
    if n % 8 != 6:
        invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
        scores = Scores(5 - n % 2, 1 + n % 4, 3 + n % 3, 2 + n % 3)
        ratings.submit(invite, now=filed + timedelta(days=4), scores=scores, comment="")
    buy = make.ticket("purchasing/buy", by=who, now=filed, approved=False)
    make.approve(buy, now=filed + timedelta(hours=6))
    if n % 2:
        actions.solve(buy, by=cast.actor("pia"), now=filed + timedelta(hours=9))


def within(instant):
    return instant is not None and BEGIN <= instant < END


def names(ticket):
    return ticket.request_type.name, ticket.team.name


# ---- Who waits for whom -------------------------------------------------------------------------------------------


def in_hours(seconds):
    return f"{int(seconds / 360 + 0.5) / 10} h" if 0 < seconds < 36_000 else f"{int(seconds / 3600 + 0.5):,} h"


def in_words(seconds):
    """Whole minutes below an hour, then hours, then days of eight hours."""
    whole = int(seconds / 60 + 0.5)
    if whole < 60:
        return f"{whole} min" if whole or not seconds else "under 1 min"
    return f"{whole // 60} h {whole % 60:02}" if whole <= 600 else f"{int(seconds / 2880 + 0.5) / 10} d"


def table(page, caption):
    (found,) = [node for node in page.root.iter("table") if any(said(c) == caption for c in node.iter("caption"))]
    return [[said(cell) for cell in row] for body in found.iter("tbody") for row in body.iter("tr")]


def test_customer_hours(at):
    wall, open_hours, waiting = Counter(), Counter(), Counter()
    for ticket, since, until, _filed in stretches():
        if not ticket.customer_waiting:
            continue
        key = names(ticket)
        waiting[key] += until is None
        start, end = max(since, BEGIN), min(until or TODAY, END)
        if start < end:
            wall[key] += (end - start).total_seconds()
            open_hours[key] += working(ticket, start, end)

    found = {(name, team): cells for name, team, *cells in table(at("/quality/chain"), HOURS)}

    whole = found.pop(("All together", ""))
    keys = {key for key in {*wall, *waiting} if wall[key] or waiting[key]}
    assert found == {key: [in_hours(open_hours[key]), in_hours(wall[key]), str(waiting[key])] for key in keys}
    assert whole == [in_hours(sum(open_hours.values())), in_hours(sum(wall.values())), str(sum(waiting.values()))]
    assert len(found) >= 3


def test_whose_hands(at):
    spent, solved = defaultdict(Counter), Counter()
    for ticket, since, until, _filed in stretches():
        if within(until) and not refused(ticket, until):
            solved[names(ticket)] += 1
            spent[names(ticket)].update(shared(ticket, since, until))

    found = {(name, team): cells for name, team, *cells in table(at("/quality/chain"), PARTS)}

    assert found == {
        key: [
            *(in_words(spent[key][hand] // many) if spent[key][hand] else DASH for hand in HANDS),
            str(many),
        ]
        for key, many in solved.items()
    }
    used = {hand for counts in spent.values() for hand in counts if counts[hand]}
    assert used >= {"team", "others", "requester", "approver", "supplier"}


def refused(ticket, when):
    kinds = Event.kind.in_(["solved", "refused"])
    return any(
        event.kind == "refused" and event.at == when for event in rows(Event, Event.ticket_id == ticket.id, kinds)
    )


def test_the_map_of_departments(at):
    asked = Counter((who(ticket), ticket.team.name) for ticket in rows(Ticket) if within(ticket.filed_at))
    first, answers = first_replies(), answers_by_aspect()
    hidden = {aspect: blanks({key: len(all_) for key, all_ in of.items()}) for aspect, of in answers.items()}

    found = {(name, to): cells for name, to, *cells in table(at("/quality/chain"), MAP)}

    assert set(asked) <= set(found)
    for key, (requests, half, *scores, raters) in found.items():
        shown = {aspect: of[key] for aspect, of in answers.items() if key not in hidden[aspect]}
        most = max((len(all_) for all_ in shown.values()), default=0)
        veiled = any(key in which for which in hidden.values())
        assert (requests, half) == (str(asked[key]), in_words(nth(first[key], 0.5)) if first[key] else DASH)
        assert scores == [mean(shown.get(aspect)) for aspect in ASPECTS]
        assert raters == f"{most or ''}{'left blank' if veiled else ''}"
    assert any(cells[2] for cells in found.values())
    assert any("left blank" in cells[-1] for cells in found.values())


def who(ticket):
    return db.session.get_one(Department, ticket.department_id).name if ticket.department_id else "Not entered"


def team_name(team_id):
    return db.session.get_one(Team, team_id).name


def first_replies():
    found = defaultdict(list)
    for clock in rows(Clock, Clock.target == "first_response"):
        if within(clock.decided_at) and clock.stopped_at is not None:
            found[who(db.session.get_one(Ticket, clock.ticket_id)), team_name(clock.decided_team_id)].append(
                clock.used_seconds
            )
    return found


def answers_by_aspect():
    found = {aspect: defaultdict(list) for aspect in ASPECTS}
    for rating in (row for row in rows(Rating) if within(row.at)):
        key = who(db.session.get_one(Ticket, rating.ticket_id)), team_name(rating.team_id)
        for aspect in (aspect for aspect in ASPECTS if getattr(rating, aspect) is not None):
            found[aspect][key].append(getattr(rating, aspect))
    return found


def mean(scores):
    return f"{int(10 * sum(scores) / len(scores) + 0.5) / 10}" if scores else ""


def blanks(answers):
    """Of each team: whoever has fewer than five, and others, the fewest first, while the rest could be worked out."""
    found = set()
    for team in {to for _, to in answers}:
        of = {key: many for key, many in answers.items() if key[1] == team and many}
        gone = {key for key, many in of.items() if many < LEAST_RATERS}
        rest = sorted((key for key in of if key not in gone), key=lambda key: of[key])
        while gone and rest and (len(gone) < 2 or sum(of[key] for key in gone) < LEAST_RATERS):
            gone.add(rest.pop(0))
        found |= gone
    return found


# ---- How simple it is, and what to train --------------------------------------------------------------------------


def short(part, of):
    return f"{100 * part // of}%" if of >= LEAST_CASES else f"{part} of {of}" if of else ""


def left_out(ticket):
    """Questions that were asked and need no answer, and those left empty, from the form as it is stored."""
    form, seen = db.session.get_one(FormVersion, ticket.form_version_id), []
    if ticket.channel != "portal":
        return [], []
    for question in form.questions:
        on, value = question.get("shown_when", (None, None))
        if on is None or ticket.answers.get(on) == value:
            seen.append(question)
    free = [question["slug"] for question in seen if not question.get("required")]
    return free, [slug for slug in free if slug not in ticket.answers]


def test_simplicity(at):
    lines = defaultdict(Counter)
    logged = db.session.scalars(select(Event).where(Event.kind == "status"))
    back = {event.ticket_id for event in logged if event.data["status"] == "waiting"}
    for ticket in rows(Ticket):
        line = lines[ticket.request_type.name]
        for asked in rows(ApprovalRound, ApprovalRound.ticket_id == ticket.id):
            if within(asked.decided_at) and asked.state in ("approved", "refused"):
                line["decided"] += 1
                line["granted"] += asked.state == "approved"
        if within(ticket.filed_at):
            free, empty = left_out(ticket)
            line.update(filed=1, seen=len(free), left=len(empty), back=ticket.id in back, handed=len(held(ticket)) > 1)
    for rating in rows(Rating):
        if within(rating.at) and rating.simplicity is not None:
            line = lines[db.session.get_one(Ticket, rating.ticket_id).request_type.name]
            line.update(rated=1, score=rating.simplicity)

    found = {name: cells for name, _team, *cells in table(at("/quality/simplicity"), FORMS)}

    assert set(found) == {name for name, line in lines.items() if line["filed"] or line["decided"] or line["rated"]}
    for name, (requests, _questions, left, asked_back, handed, granted, easy) in found.items():
        line = lines[name]
        assert requests == str(line["filed"])
        assert left == short(line["left"], line["seen"])
        assert asked_back == (short(line["back"], line["filed"]) if line["back"] else "0" * bool(line["filed"]))
        assert handed == (short(line["handed"], line["filed"]) if line["handed"] else "0" * bool(line["filed"]))
        assert granted == short(line["granted"], line["decided"])
        many = line["rated"]
        enough = f"{int(10 * line['score'] / max(many, 1) + 0.5) / 10} n {many}"
        assert easy == (enough if many >= LEAST_RATERS else "under 5 answers" if many else "")
    assert any("n " in cells[-1] for cells in found.values())
    assert any("%" in cells[-2] for cells in found.values())


def test_signs_of_what_to_train(at):
    signs = defaultdict(Counter)
    for key, sign in (*low_answers(), *handed_on(), *asked_again(), *opened_again()):
        signs[key][sign] += 1

    page = at("/quality/training")

    told = {}
    for lesson in page.find("ol", "lessons")[0].iter("li"):
        key = tuple(said(next(lesson.iter("h3"))).split(" on ", 1))
        words = (said(a) for a in next(lesson.iter("p")).iter("a"))
        told[key] = Counter({kind(word): int(word.split()[0]) for word in words})
    assert told == {key: counts for key, counts in signs.items() if counts.total() >= ENOUGH}
    assert {name for counts in told.values() for name in counts} >= {"handed on", "asked again", "about attitude"}


def low_answers():
    rated = defaultdict(list)
    for rating in (row for row in rows(Rating) if within(row.at)):
        topic = db.session.get_one(RequestType, rating.request_type_id).name
        for aspect in ("clarity", "attitude"):
            rated[(team_name(rating.team_id), topic), f"about {aspect}"].append(getattr(rating, aspect))
    for sign, scores in rated.items():
        given = [score for score in scores if score is not None]
        yield from [sign] * sum(score <= 2 for score in given) if len(given) >= LEAST_RATERS else []


def handed_on():
    for ticket in rows(Ticket):
        found = sorted(rows(Holding, Holding.ticket_id == ticket.id), key=lambda row: row.id)
        for before, after in pairwise(found):
            if after.reason == "expertise" and within(after.started_at):
                yield (team_name(before.team_id), ticket.request_type.name), "handed on"


def asked_again():
    for ticket in (row for row in rows(Ticket) if within(row.filed_at)):
        same = rows(Ticket, Ticket.request_type_id == ticket.request_type_id, Ticket.id < ticket.id)
        own = (other.filed_at for other in same if other.requester_id == ticket.requester_id)
        if any(timedelta() <= ticket.filed_at - at <= WEEK for at in own):
            yield names(ticket)[::-1], "asked again"


def opened_again():
    of_ticket = defaultdict(list)
    for ticket, since, until, _filed in stretches():
        of_ticket[ticket].append((since, until))
    for ticket, spans in of_ticket.items():
        for (_, until), (again, _) in pairwise(spans):
            if within(until) and again - until <= WEEK and until + WEEK <= NOW and not refused(ticket, until):
                yield names(ticket)[::-1], "opened again"


def kind(words):
    signs = ("about clarity", "about attitude", "handed on", "asked again", "opened again")
    return next(name for name in signs if name in words)
