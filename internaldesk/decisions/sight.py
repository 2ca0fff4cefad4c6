"""What somebody who decides may see of a request: everything they could read anyway, else only what it takes."""

from dataclasses import dataclass, replace
from datetime import datetime

from internaldesk.approvals import queries
from internaldesk.core import questions
from internaldesk.core.approval import SECOND, Decision, State, quorum_words
from internaldesk.core.approvers import role_words, why_words
from internaldesk.core.policy import Act, Actor, Confidentiality, may
from internaldesk.models.approvals import ApprovalRound, ApprovalStep, Ballot
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import queries as tickets
from internaldesk.tickets import show
from internaldesk.web import filters


@dataclass(frozen=True, slots=True)
class Sight:
    """What is shown of a request to decide about; `summary` and `details` are empty where they are not to be seen.

    `readable` says that the request itself may be opened; messages, notes and files are only there, never here.
    """

    summary: str
    details: str
    facts: list[tuple[str, str]]
    readable: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody ("Dana Kowalczyk for Max Oyelaran") decided in a round, when, and in which words."""

    who: str
    approved: bool
    at: datetime
    words: str


def of(ballot: Ballot, *, reader: Actor | None) -> Sight:
    """What `reader` sees; None is somebody with a link, who is shown no more than the decision takes.

    Requests that are open to all show what was filed. Of others, whoever cannot read them sees the answers that the
    step names, and neither summary nor details.
    """
    ticket = ballot.step.round.ticket
    readable = reader is not None and may(reader, Act.READ, ticket)
    if readable or ticket.confidentiality is Confidentiality.ORDINARY:
        return Sight(ticket.summary, ticket.details, show.facts(ticket), readable)
    return Sight("", "", _named_answers(ticket, ballot.step), readable)


def reasons(ballot: Ballot, *, me: int, now: datetime) -> list[tuple[str, str]]:
    """Why this person decides: in which role, for whom, which step of how many, and how many must agree."""
    step, round_ = ballot.step, ballot.step.round
    requester, asker = (person.name.split()[0] for person in (round_.ticket.requester, round_.asked_by))
    pairs = [("You decide", why_words(step.role, ballot.source, requester=requester, asker=asker))]
    if me != ballot.person_id:
        role = role_words(step.role)
        pairs = [("You decide", f"For {ballot.person.name}{f', {role}' if role else ''}, for whom you stand in")]
    if len(round_.steps) > 1:
        pairs.append(("Step", f"{step.position} of {len(round_.steps)}"))
    if len(step.ballots) > 1:
        names = ", ".join(other.person.name for other in step.ballots if other.id != ballot.id)
        pairs.append(("Asked as well", f"{names}; {quorum_words(step.quorum, len(step.ballots))}"))
    if step.role == SECOND:
        pairs.append(("Note", "It takes another person than those who decided before"))
    cover = queries.stand_ins([ballot.person_id], now=now).get(ballot.person_id) if me == ballot.person_id else None
    return [*pairs, ("Stands in for you", cover.name)] if cover else pairs


def verdicts(row: ApprovalRound) -> list[Verdict]:
    """What was decided in a round so far, in the order of its steps."""
    return [_verdict(cast) for step in row.steps for cast in step.ballots if cast.decision is not None]


def steps(row: ApprovalRound) -> list[tuple[str, str, str]]:
    """Each step of a round for its team: the role, who is asked, and how it stands."""
    return [(_role(step), _asked(step), _stands(row, step)) for step in row.steps]


def _role(step: ApprovalStep) -> str:
    words = role_words(step.role)
    return (words[0].upper() + words[1:]) if words else "By name"


def _asked(step: ApprovalStep) -> str:
    words = quorum_words(step.quorum, len(step.ballots))
    return f"{', '.join(ballot.person.name for ballot in step.ballots)}{f' ({words})' if words else ''}"


def _stands(row: ApprovalRound, step: ApprovalStep) -> str:
    said = [_verdict(ballot) for ballot in step.ballots if ballot.decision is not None]
    if said:
        return "; ".join(f"{one.who} {'approved' if one.approved else 'did not approve'} {filters.when(one.at)}"
                         f"{f': {one.words}' if one.words else ''}" for one in said)  # fmt: skip
    if row.state is not State.WAITING:
        return "Not decided"
    return f"Asked {filters.when(step.opened_at)}" if step.opened_at else "Comes later"


def _verdict(ballot: Ballot) -> Verdict:
    assert ballot.by is not None
    assert ballot.at is not None
    behalf = f" for {ballot.person.name}" if ballot.by_id != ballot.person_id else ""
    return Verdict(f"{ballot.by.name}{behalf}", ballot.decision is Decision.APPROVED, ballot.at, ballot.reason)


def _named_answers(ticket: Ticket, step: ApprovalStep) -> list[tuple[str, str]]:
    """The answers that a step names, in the order of the form, in words."""
    asked = questions.visible(questions.parse(ticket.form_version.questions), ticket.answers)
    named = [replace(question, shown_when=None) for question in asked if question.slug in step.shows]
    people = [ticket.answers.get(question.slug) for question in named if question.kind is questions.Kind.PERSON]
    names = tickets.names([person for person in people if person]) if any(people) else {}
    return questions.facts(named, ticket.answers, people=names)
