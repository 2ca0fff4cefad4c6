"""Follow the rows of one request: what each changes, and what it says happened."""

from collections.abc import Sequence
from datetime import datetime

from internaldesk.core.happenings import Kind as Happening
from internaldesk.core.lifecycle import PAUSING, Status
from internaldesk.core.sla import Kind
from internaldesk.imports.course import Course, Held, Said
from internaldesk.imports.known import Known, Who
from internaldesk.imports.log import Row
from internaldesk.imports.mapping import Ending, Verb

_WAITS = {
    Verb.WAIT: (Status.WAITING, "requester"),
    Verb.APPROVAL: (Status.APPROVAL, "approval"),
    Verb.SUPPLIER: (Status.SUPPLIER, "vendor"),
}


class BadRow(ValueError):
    """A row that makes no sense where it stands."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


def follow(number: str, rows: Sequence[Row], known: Known, *, now: datetime) -> Course:
    """What became of one request; raises BadRow where that cannot be told."""
    rows = sorted(rows, key=lambda row: row.at)  # stable: what the file tells first at one instant, happened first
    course = _begun(number, rows, known)
    for row in rows:
        try:
            _follow(course, row)
        except ValueError as wrong:
            raise BadRow(row.line, str(wrong)) from wrong
    _end(course, known.plan.ending, rows[-1].line, now)
    return course


def _begun(number: str, rows: Sequence[Row], known: Known) -> Course:
    """Who asked whom for what, as the first row that says it tells."""
    first = rows[0]
    try:
        team = known.team(_first(rows, "team"))
        requester = known.person(name) if (name := _first(rows, "requester")) else known.nobody()
        course = Course(
            number=number,
            known=known,
            requester=requester,
            kind=known.kind(_first(rows, "type"), team),
            team=team,
            priority=known.priority(first.priority),
            place_id=known.place(_first(rows, "location")),
            part=known.part(_first(rows, "department")),
            channel=known.plan.channels.of(_first(rows, "channel")),
            summary=next((row.summary for row in rows if row.summary.strip()), number),
            filed_at=min([row.at for row in rows] + [row.filed for row in rows if row.filed]),
            at=first.at,
            who=requester,
        )
    except ValueError as wrong:
        raise BadRow(first.line, str(wrong)) from wrong
    if course.part:
        known.homes[requester.email] = course.part
    course.begin(requester)
    return course


def _first(rows: Sequence[Row], name: str) -> str:
    return next((found for row in rows if (found := getattr(row, name))), "")


def _follow(course: Course, row: Row) -> None:
    """One row: what it changes beside, then what it says happened."""
    known = course.known
    course.at = max(row.at, course.filed_at)
    course.who = known.person(row.person) if row.person else course.assignee or known.nobody()
    _fields(course, row)
    for verb in row.verbs:
        _happen(course, verb, row)


def _fields(course: Course, row: Row) -> None:
    known = course.known
    team = known.team(row.team) if row.team else course.team
    if team.id != course.team.id:
        before, course.team = course.team.name, team
        course.held.append(Held(team, course.at))
        course.record(Happening.TRANSFERRED, course.who, before=before, after=team.name, reason="", why="as imported")
        course.tell(
            Kind.TRANSFERRED,
            course.who,
            team=str(team.id),
            team_calendar=known.hours[team.id],
            priority=course.priority.value,
            ola_minutes=0,
        )
    priority = known.priority(row.priority) if row.priority else course.priority
    if priority is not course.priority:
        course.record(Happening.PRIORITY, course.who, before=course.priority.value, after=priority.value)
        course.priority = priority
        level = course.level
        course.tell(
            Kind.PRIORITY_CHANGED,
            course.who,
            policy=level.minutes,
            policy_version=level.version,
            calendar=level.calendar,
            priority=priority.value,
            ola_minutes=0,
        )
    if row.assignee and (course.assignee is None or known.person(row.assignee) != course.assignee):
        course.assignee = known.person(row.assignee)
        course.record(Happening.ASSIGNED, course.who, to=course.assignee.name)


def _happen(course: Course, verb: Verb, row: Row) -> None:
    if verb is Verb.REPLY:
        _reply(course, row)
    elif verb is Verb.MESSAGE:
        _message(course, row)
    elif verb is Verb.WORK or (verb is Verb.FILED and course.status is not Status.NEW):
        _work(course)
    elif verb in _WAITS:
        _wait(course, *_WAITS[verb])
    elif verb is Verb.SOLVED:
        _solve(course)
    elif verb is Verb.CLOSED:
        _solve(course)
        _close(course)
    elif verb is Verb.WITHDRAWN:
        _withdraw(course)


def _reply(course: Course, row: Row) -> None:
    _open_again(course)
    if course.who.email == course.requester.email:
        _message(course, row)
        return
    course.first_answered_at = course.first_answered_at or course.at
    course.tell(Kind.AGENT_REPLY, course.who)
    _say(course, course.who, row.words, by_team=True)


def _message(course: Course, row: Row) -> None:
    _open_again(course)
    course.tell(Kind.REQUESTER_REPLY, course.requester)
    _say(course, course.requester, row.words, by_team=False)
    if course.status is Status.WAITING:
        course.status = Status.PROGRESS


def _say(course: Course, who: Who, words: str, *, by_team: bool) -> None:
    if words:
        course.said.append(Said(course.at, who, by_team, words))
        course.last_word = words


def _work(course: Course) -> None:
    _open_again(course)
    if course.status in PAUSING:
        course.tell(Kind.RESUMED, course.who)
    _set(course, Status.PROGRESS)


def _wait(course: Course, status: Status, reason: str) -> None:
    _open_again(course)
    if course.status is not status:
        course.tell(Kind.PENDING, course.who, reason=reason)
        _set(course, status)


def _set(course: Course, status: Status) -> None:
    if course.status is not status:
        course.status = status
        course.record(Happening.STATUS, course.who, status=status.value, reason="")


def _solve(course: Course) -> None:
    if not course.is_open:
        return
    course.tell(Kind.RESOLVED, course.who)
    course.status, course.solved_at, course.solved_by = Status.SOLVED, course.at, course.who
    course.first_answered_at = course.first_answered_at or course.at
    course.record(Happening.SOLVED, course.who, reason="", by_team=course.who.email != course.requester.email)


def _close(course: Course) -> None:
    if course.status is not Status.CLOSED:
        course.status, course.closed_at = Status.CLOSED, course.at
        course.record(Happening.CLOSED, course.who, auto=False)


def _withdraw(course: Course) -> None:
    """Ended without having been solved."""
    if course.is_open:
        course.tell(Kind.WITHDRAWN, course.who)
        course.status, course.closed_at = Status.CLOSED, course.at
        course.solved_at = course.solved_by = None
        course.record(Happening.CLOSED, course.who, auto=False)


def _open_again(course: Course) -> None:
    """What was over goes on."""
    if course.is_open:
        return
    if course.solved_at is None:
        raise ValueError("it goes on after it was withdrawn")
    course.tell(Kind.REOPENED, course.who)
    course.status, course.solved_at, course.solved_by, course.closed_at = Status.PROGRESS, None, None, None
    course.reopened += 1
    course.record(Happening.REOPENED, course.who)


def _end(course: Course, ending: Ending, line: int, now: datetime) -> None:
    """Solved ones are closed, since nobody will say any more whether they are; open ones as the mapping says."""
    if course.status is Status.SOLVED:
        _close(course)
    if course.is_open and ending is Ending.REFUSE:
        raise BadRow(line, "it is still open where the log ends")
    if course.is_open and ending is Ending.CLOSE:
        _withdraw(course)
    course.settle(now)
