"""One's own requests as cards: whose turn it is, who has it, and what is promised next, in the requester's voice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import current_app

from internaldesk.approvals import queries as approvals
from internaldesk.core.approval import decider_words
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor
from internaldesk.core.text import initials
from internaldesk.core.wording import Pill
from internaldesk.models.tickets import NEVER
from internaldesk.ratings import actions as ratings
from internaldesk.sla import queries as sla
from internaldesk.tickets import conversation, standing
from internaldesk.tickets.endings import Ending, ending
from internaldesk.tickets.queries import MineRow
from internaldesk.web import filters, promises
from internaldesk.web.desk import now

Calendars = Mapping[int, BusinessCalendar]
_NEXT = {
    "first_response": "first reply",
    "next_response": "next reply",
    "resolution": "solved",
    "periodic_update": "next word",
}
_HELD = {Status.APPROVAL: ("An approval", "is needed first"), Status.SUPPLIER: ("The supplier", "has the next word")}


class Group(StrEnum):
    """Where a request stands for the person who asked; the value is the heading."""

    TURN = "Your turn"
    TEAM = "With a team"
    RATE = "Solved and not rated"
    CLOSED = "Closed"


@dataclass(frozen=True, slots=True)
class Card:
    """A request of mine; `who` and `words` make one sentence."""

    row: MineRow
    group: Group
    pill: Pill | None
    who: str
    words: str
    rate_token: str
    initials: str

    @property
    def due(self) -> datetime:
        """What cards of a group are sorted by on home: the next promise, paused ones last."""
        return self.row.queue_at


def cards(rows: Iterable[MineRow], *, actor: Actor) -> list[Card]:
    """Cards in the order of the rows; at most two statements, for calendars not met before and for who decides.

    Two more within ten seconds of a reply: what can still be taken back is not told.
    """
    listed = _as_told(list(rows))
    running = {row.next_calendar_version_id for row in listed if _runs(row)}
    known = sla.calendars(running)
    asked = approvals.deciders([row.id for row in listed if row.status is Status.APPROVAL], now=now())
    return [_card(row, actor, known, asked.get(row.id)) for row in listed]


def grouped(found: Iterable[Card]) -> list[tuple[Group, list[Card]]]:
    """The groups that have cards, in the order of `Group`."""
    listed = list(found)
    groups = [(group, [card for card in listed if card.group is group]) for group in Group]
    return [(group, members) for group, members in groups if members]


def foremost(found: Iterable[Card], *, limit: int = 5) -> list[Card]:
    """The cards for home: my turn first, then by promise; one solved request to rate always finds a place."""
    groups = dict(grouped(found))
    rate = groups.get(Group.RATE, [])
    active = groups.get(Group.TURN, []) + sorted(groups.get(Group.TEAM, []), key=lambda card: card.due)
    return [*active[: limit - min(len(rate), 1)], *rate][:limit]


def _as_told(rows: list[MineRow]) -> list[MineRow]:
    waits = conversation.held_of([(row.id, row.last_word_at) for row in rows], now=now())
    return [_before(row, waits[row.id].before) if row.id in waits else row for row in rows]


def _before(row: MineRow, before: dict[str, Any]) -> MineRow:
    """How the request stood before the reply that waits; its last word is left out rather than looked up."""
    return row._replace(
        status=Status(before["status"]),
        status_until=conversation.instant(before["until"]),
        solved_at=conversation.instant(before["solved_at"]),
        assignee=row.assignee if before["assignee"] else None,
        last_word=row.summary,
        unread=False,
        last_word_at=datetime.fromisoformat(before["word"][1]),
    )


def _card(row: MineRow, actor: Actor, known: Calendars, asked: tuple[int, list[str]] | None) -> Card:
    group = _group(row, actor)
    who, words = (decider_words(*asked), "decides") if asked else _sentence(row, group, actor, known)
    return Card(
        row=row,
        group=group,
        pill=_pill(row, group, known),
        who=who,
        words=words,
        rate_token=_token(row) if group is Group.RATE else "",
        initials=initials(_face(row, group)) if _face(row, group) else "",
    )


def _group(row: MineRow, actor: Actor) -> Group:
    if row.status in (Status.SOLVED, Status.CLOSED):
        unrated = row.status is Status.SOLVED and row.invite_id is not None and not row.rated
        return Group.RATE if unrated else Group.CLOSED
    mine = actor.id in (row.requester_id, row.for_person_id)
    waits = mine and row.status is Status.WAITING and row.status_until is None
    return Group.TURN if waits else Group.TEAM


def _runs(row: MineRow) -> bool:
    return row.queue_at != NEVER and row.next_calendar_version_id is not None


def _pill(row: MineRow, group: Group, known: Calendars) -> Pill | None:
    if row.solved_at is not None:
        return Pill("met", f"Solved {filters.at(row.solved_at)}")
    if row.status is Status.CLOSED:
        return Pill("cancelled", ending(row.status_reason, merged=row.merged).value)
    if group is Group.TURN:
        return promises.paused("Your turn")
    if _runs(row):
        return promises.running(row.queue_at, share=sla.share_used(row, known=known, now=now()), risk_at=row.risk_at)
    if row.status_until is not None:
        return promises.paused(f"Until {filters.at(row.status_until)}")
    return promises.paused("Paused") if row.status in _HELD else None


def _sentence(row: MineRow, group: Group, actor: Actor, known: Calendars) -> tuple[str, str]:
    owner = f"{row.assignee}, {row.team}" if row.assignee else f"The {row.team} team"
    if group is Group.TURN:
        asked = row.last_word_by != actor.name
        return (
            (f"{row.last_word_by}, {row.team}", f"asked {filters.at(row.last_word_at)}")
            if asked
            else (
                owner,
                "waits for your answer",
            )
        )
    if row.status in _HELD:
        return _HELD[row.status]
    if group is not Group.TEAM:
        return _unsolved(row) if row.solved_at is None else (owner, f"solved it {filters.at(row.solved_at)}")
    if row.status_until is not None:
        return owner, f"goes on {filters.when(row.status_until)}"
    return owner, f"has it{_promise(row, known)}"


def _unsolved(row: MineRow) -> tuple[str, str]:
    how = ending(row.status_reason, merged=row.merged)
    if how is Ending.MERGED:
        return f"The {row.team} team", "answers it together with another request"
    said = "did not approve it" if how is Ending.REFUSED else "withdrew it"
    if row.status_reason:
        return row.last_word_by, f"{said} {filters.at(row.last_word_at)}"
    return f"The {row.team} team", "was not asked for it any more"


def _promise(row: MineRow, known: Calendars) -> str:
    if not _runs(row):
        return ""
    late = standing.late(row, known=known, now=now(), missed_at=row.missed_at)
    if late:
        return f". {standing.new_time(late, now=now(), say=promises.said)}"
    return f" · {_NEXT.get(str(row.next_target), 'next reply')} by {filters.when(row.queue_at)}"


def _face(row: MineRow, group: Group) -> str:
    """Whose letters the avatar shows: who asked, or who has it."""
    return row.last_word_by if group is Group.TURN else row.assignee or ""


def _token(row: MineRow) -> str:
    assert row.invite_id is not None
    assert row.invite_nonce is not None
    return ratings.token(row.invite_id, row.invite_nonce, key=current_app.config["DESK"].secret_key)
