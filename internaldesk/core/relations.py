"""How one ticket can belong to another: which pairs make sense, who must be able to see both, and what goes along.

Nothing here gives anybody sight of a ticket. Two tickets may be tied only where what the tie tells on either page is no
news to those who read that page.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import AGENT_WORDS, Status, is_open
from internaldesk.core.policy import Confidentiality, TicketLike


class LinkKind(StrEnum):
    """What the first ticket of a pair is to the second: merged into, hit by, asked for, cut out of, or following it."""

    MERGED = "merged"
    CAUSE = "cause"
    CHILD = "child"
    SPLIT = "split"
    FOLLOW_UP = "follow-up"


class SkipReason(StrEnum):
    """Why somebody did not take what Take next offered."""

    PART = "part"
    SKILL = "skill"
    CONFLICT = "conflict"


class Paired(TicketLike, Protocol):
    """What the rules of pairs read of a ticket; the table row satisfies it."""

    @property
    def id(self) -> int: ...
    @property
    def status(self) -> Status: ...


@dataclass(frozen=True, slots=True)
class Ties:
    """What a ticket is tied to already: how many were merged into it or wait for it, and the number it waits for."""

    absorbed: int = 0
    followers: int = 0
    cause: int | None = None


NO_TIES = Ties()


def refuse_merge(ticket: Paired, into: Paired, ties: Ties = NO_TIES) -> None:
    """Raise Refused with a sentence unless `ticket`, tied as `ties` says, may be merged into `into`.

    Nothing hangs on what is merged, so there are neither chains nor rings.
    """
    if ticket.id == into.id:
        raise Refused("A request cannot be merged into itself.")
    _refuse_over(ticket)
    if ticket.status is Status.APPROVAL:
        raise Refused(f"R-{ticket.id} waits for an approval. Merge it when that is decided or taken back.")
    if ties.absorbed:
        raise Refused(f"Others are merged into R-{ticket.id}. Merge R-{into.id} into it instead, or undo those first.")
    if ties.followers:
        raise Refused(f"Others wait for R-{ticket.id} as their cause. Merge R-{into.id} into it instead.")
    _refuse_over(into)
    _refuse_other_audience(ticket, into)
    if ticket.confidentiality is not Confidentiality.ORDINARY and _owners(ticket) != _owners(into):
        raise Refused("Requests that only a team may read can be merged only when they are of the same person.")


def refuse_cause(ticket: Paired, cause: Paired, ties: Ties = NO_TIES, of_cause: Ties = NO_TIES) -> None:
    """Raise Refused with a sentence unless `ticket` may follow `cause`; a cause has no cause of its own."""
    if ticket.id == cause.id:
        raise Refused("A request cannot be its own cause.")
    _refuse_over(ticket)
    _refuse_over(cause)
    if ticket.confidentiality is Confidentiality.CASE:
        raise Refused("A confidential case stands for itself; it is linked to no cause.")
    if ties.followers:
        raise Refused(f"Others wait for R-{ticket.id}, so it is a cause itself.")
    if of_cause.cause is not None:
        raise Refused(f"R-{cause.id} waits for R-{of_cause.cause}. Link to that one.")
    _refuse_other_audience(ticket, cause)


def carries(ticket: TicketLike, *, team_id: int, confidentiality: Confidentiality) -> bool:
    """Whether words and files may be taken from `ticket` into a new one of that team and kind.

    What only one team may read goes to the same team only, and never to a kind that more people read.
    """
    order = list(Confidentiality)
    kept = order.index(confidentiality) >= order.index(ticket.confidentiality)
    return ticket.confidentiality is Confidentiality.ORDINARY or (kept and team_id == ticket.team_id)


def tells(ticket: TicketLike, other: TicketLike) -> bool:
    """Whether the record of the one may name the number of the other: between ordinary ones, or of the same people."""
    ordinary = all(found.confidentiality is Confidentiality.ORDINARY for found in (ticket, other))
    alike = ticket.team_id == other.team_id and ticket.confidentiality is other.confidentiality
    return ordinary or alike


def _refuse_over(ticket: Paired) -> None:
    if not is_open(ticket.status):
        raise Refused(f"R-{ticket.id} is {AGENT_WORDS[ticket.status].lower()}. Choose one that is still worked on.")


def _refuse_other_audience(ticket: Paired, other: Paired) -> None:
    """Both are ordinary, or of one team and one kind of secrecy."""
    if ticket.confidentiality is not other.confidentiality:
        raise Refused("One of the two may be read by more people than the other, so they stay apart.")
    if ticket.confidentiality is not Confidentiality.ORDINARY and ticket.team_id != other.team_id:
        raise Refused("Requests that only a team may read can be tied only within that team.")


def _owners(ticket: TicketLike) -> tuple[int, int]:
    return ticket.requester_id, ticket.for_person_id
