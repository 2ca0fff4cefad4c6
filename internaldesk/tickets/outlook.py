"""What becomes of a request if it is sent now: its team, when the first reply and the solution are due, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from internaldesk.catalogue.queries import ENOUGH_ANSWERS, Form
from internaldesk.core import approval, hours, priority
from internaldesk.core.approvers import role_words
from internaldesk.core.clocks import Target
from internaldesk.core.hours import BusinessCalendar, NeverOpen
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked
from internaldesk.models.catalogue import RequestType, TypePulse
from internaldesk.models.people import Team
from internaldesk.sla import queries as sla

_LABEL_FIRST, _LABEL_LAST = 22, 59  # where the words "usually …" neither cover "now" nor "promise …"


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a team works at an instant, and when that changes; None where it never does."""

    open: bool
    changes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """A promise: its due instant, and how much time it allows in words."""

    due: datetime
    within: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The usual first reply against the promise: words, and places from 0 to 100 on a line that starts now."""

    half: str
    nine_in_ten: str
    promise: str
    half_at: int
    nine_in_ten_at: int
    promise_at: int

    @property
    def label_at(self) -> int:
        """Where the words stand under the mark of the half, clear of the words at both ends."""
        return min(max(self.half_at, _LABEL_FIRST), _LABEL_LAST)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything in "If you send this now"; where `approval` names somebody, the times count from their approval."""

    team: Team
    opening: Opening
    first: Step | None
    solved: Step | None
    because: str
    strip: Strip | None
    approval: str = ""


def outlook(form: Form, answers: Mapping[str, Any], *, customer_waiting: bool, now: datetime) -> Outlook:
    """Look ahead for a request with these answers; nothing is stored."""
    kind, team = form.request_type, form.request_type.team
    level, because = _urgency(kind.priority_rule, answers, customer_waiting)
    version = sla.policy_for(team.id, Asked(kind.id, level, customer_waiting), now=now)
    promised = {} if version is None else sla.preview(version, level, now=now)
    opening = openings([team.calendar_id] + ([version.calendar_id] if version else []), now=now)
    working = version is None or opening[version.calendar_id].changes_at is not None
    steps = {target: Step(due, f"within {_amount(count, working)}") for target, (due, count) in promised.items()}
    allowed = promised.get(Target.FIRST_RESPONSE)
    return Outlook(
        team=team,
        opening=opening[team.calendar_id],
        first=steps.get(Target.FIRST_RESPONSE),
        solved=steps.get(Target.RESOLUTION),
        because=because,
        strip=_strip(form.pulse, allowed[1]) if allowed else None,
        approval=_approval(kind.approval_rule, answers),
    )


def counting(kind: RequestType) -> set[str]:
    """The questions whose answers set the priority, or decide whether somebody has to approve."""
    asked = (slug for step in kind.approval_rule for slug in (*step.get("when", ())[:1], step.get("amount")) if slug)
    return {*_setting(kind.priority_rule), *asked}


def openings(calendar_ids: Iterable[int], *, now: datetime) -> dict[int, Opening]:
    """Who works now and when that changes, by calendar."""
    versions = sla.current_versions(calendar_ids, now=now)
    known = sla.calendars(versions.values())
    return {calendar: opening(known[version], now=now) for calendar, version in versions.items()}


def opening(calendar: BusinessCalendar, *, now: datetime) -> Opening:
    """Open until when, or closed until when."""
    if hours.is_open(calendar, now):
        return Opening(True, hours.closing(calendar, now))
    try:
        return Opening(False, hours.next_open(calendar, now))
    except NeverOpen:
        return Opening(False, None)


def readers(confidentiality: Confidentiality, *, whose: str, team: str) -> str:
    """Who will be able to read a request, in a sentence; `whose` is "you" or "you and Eve"."""
    match confidentiality:
        case Confidentiality.CASE:
            return f"Only {whose} and the people named for such cases in {team} can read this request."
        case Confidentiality.TEAM:
            return f"Only {whose} and the {team} team can read this request."
        case Confidentiality.ORDINARY:
            return f"{whose[0].upper()}{whose[1:]}, the {team} team and managers can read this request."


def _approval(rule: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> str:
    """Who has to approve first, by their roles: "line manager, then finance"; empty where nobody has to."""
    return ", then ".join(role_words(need.role) for need in approval.demanded(rule, answers))


def _setting(rule: Mapping[str, Any]) -> set[str]:
    """The questions whose answers set the priority."""
    parsed = priority.parse(rule)
    return {slug for name in ("slug", "impact", "urgency") if (slug := getattr(parsed, name, ""))}


def _urgency(rule: Mapping[str, Any], answers: Mapping[str, Any], waiting: bool) -> tuple[Priority, str]:
    """The priority and why, as the end of a sentence; empty where it is as usual, or not asked to the end."""
    usual, sentence = priority.set_by(rule, answers, False)
    level, _ = priority.set_by(rule, answers, waiting)
    if level is not usual:
        return level, "because a customer is waiting"
    reason = sentence.partition(": ")[2].rstrip(".")
    told = _setting(rule) <= answers.keys() and not reason.startswith("as usual")
    return level, f"because {reason}" if told else ""


def _amount(minutes: int, working: bool) -> str:
    """Time as promised: "30 working minutes", "8 working hours"; plain where a promise runs around the clock."""
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{count} {'working ' if working else ''}{unit}{'' if count == 1 else 's'}"


def _strip(pulse: TypePulse | None, minutes: int) -> Strip | None:
    if pulse is None or pulse.answered < ENOUGH_ANSWERS or not pulse.median_seconds or not pulse.p90_seconds:
        return None
    whole = max(minutes * 60, pulse.p90_seconds)
    half, ninety = pulse.median_seconds, pulse.p90_seconds
    places = (seconds * 100 // whole for seconds in (half, ninety, minutes * 60))
    return Strip(short(half), short(ninety), short(minutes * 60), *places)


def short(seconds: int) -> str:
    """Working time in few signs; hours are never turned into days, since a working day is no day.

    >>> short(840), short(6000), short(288000)
    ('14 min', '1 h 40', '80 h')
    """
    whole, minutes = divmod(seconds // 60, 60)
    if not whole:
        return f"{minutes} min"
    return f"{whole} h {minutes:02}" if minutes else f"{whole} h"
