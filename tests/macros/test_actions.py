"""Who may write macros, and that doing one does what was foretold, all of it or nothing."""

from itertools import product

import pytest
from flask import Flask
from sqlalchemy import func, select

from internaldesk.core import macros as rules
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign, Content, Part
from internaldesk.db import db
from internaldesk.macros import actions, queries
from internaldesk.models.history import Event
from internaldesk.models.macros import Macro
from internaldesk.models.sla import ClockEvent
from internaldesk.models.tickets import Message, Note, Ticket
from internaldesk.tickets import actions as tickets
from tests import cast, make
from tests.macros.shelf import macro
from tests.make import NOON

EVERY = tuple(Part)


def run(of: Macro, ticket: Ticket, *, by: str = "ben", note: bool = False, **how: object) -> None:
    """Do all of it, with its own text."""
    how.setdefault("body", rules.filled_in(of.body, {"first name": "Ada", "number": ticket.number, "my name": "Ben"}))
    how.setdefault("do", rules.parts(of))
    with db.session.begin_nested():
        actions.run(of, ticket, by=cast.actor(by), now=NOON, note=note, **how)  # type: ignore[arg-type]
    db.session.flush()


def bodies(kind: type[Message] | type[Note]) -> list[str]:
    return list(db.session.scalars(select(kind.body).order_by(kind.id)))


def kinds(ticket: Ticket) -> list[str]:
    found = select(Event.kind).where(Event.ticket_id == ticket.id).order_by(Event.id)
    return list(db.session.scalars(found))


@pytest.mark.parametrize(
    ("name", "team", "may"),
    [
        ("dana", "it", True),
        ("root", "it", True),
        ("ben", "it", False),
        ("dana", "hr", False),
        ("ada", "it", False),
        ("ben", None, True),
    ],
)
def test_leads_write_for_their_team_and_everybody_for_themselves(
    app: Flask, name: str, team: str | None, may: bool
) -> None:
    if may:
        assert macro(by=name, team=team).updated_by_id == cast.person(name).id
    else:
        with pytest.raises(Forbidden):
            macro(by=name, team=team)
        assert db.session.scalar(select(func.count(Macro.id))) == 0


@pytest.mark.parametrize(("name", "may"), [("dana", True), ("root", True), ("ben", False), ("chi", False)])
def test_who_may_change_a_teams(app: Flask, name: str, may: bool) -> None:
    ours, by = macro(), cast.actor(name)
    below = macro("Below")

    def change() -> None:
        actions.edit(ours, by=by, now=NOON, content=Content("Other", body="Words"))
        actions.move(ours, by=by, up=False)
        actions.remove(below, by=by)

    if may:
        change()
        assert (ours.name, ours.version) == ("Other", 2)
    else:
        for verb in (
            lambda: actions.edit(ours, by=by, now=NOON, content=Content("Other", body="Words")),
            lambda: actions.move(ours, by=by, up=False),
            lambda: actions.remove(ours, by=by),
        ):
            with pytest.raises(Forbidden):
                verb()


def test_nobody_changes_what_is_somebodys_own(app: Flask) -> None:
    own = macro(by="ben", team=None)

    for name in ("dana", "root", "chi"):
        with pytest.raises(Forbidden):
            actions.edit(own, by=cast.actor(name), now=NOON, content=Content("Other", body="Words"))


def test_what_cannot_be_kept_is_refused_and_nothing_changes(app: Flask) -> None:
    ours = macro()

    with pytest.raises(Refused, match="not known"):
        actions.edit(ours, by=cast.actor("dana"), now=NOON, content=Content("Other", body="Dear {name},"))

    assert (ours.name, ours.version) == ("VPN reset", 1)


def test_a_shortcut_belongs_to_one_macro_of_a_keeper(app: Flask) -> None:
    ours = macro("First", shortcut="vpn")
    macro("Mine", by="dana", team=None, shortcut="vpn")
    macro("Theirs", by="root", team="hr", shortcut="vpn")
    macro("Without", shortcut="")
    macro("Without, too", shortcut="")

    with pytest.raises(Refused, match="“First” has this shortcut already") as refusal:
        macro("Second", shortcut="vpn")
    assert refusal.value.field == "shortcut"

    actions.edit(ours, by=cast.actor("dana"), now=NOON, content=Content("First, again", "vpn", "Words"))
    assert ours.name == "First, again"


def test_an_older_page_does_not_overwrite_a_newer_one(app: Flask) -> None:
    ours, dana = macro(), cast.actor("dana")
    actions.edit(ours, by=cast.actor("root"), now=NOON, content=Content("Newer", body="Words"), version=1)

    with pytest.raises(Conflict):
        actions.edit(ours, by=dana, now=NOON, content=Content("Older", body="Words"), version=1)

    assert ours.name == "Newer"
    actions.edit(ours, by=dana, now=NOON, content=Content("Newest", body="Words"), version=2)
    assert (ours.name, ours.version) == ("Newest", 3)


def test_there_is_an_end_to_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 2)
    for name in ("One", "Two"):
        macro(name)

    with pytest.raises(Refused, match="2 already"):
        macro("Three")
    assert macro("Mine", by="dana", team=None).position == 1


def test_they_stand_in_the_order_they_were_put_in(app: Flask) -> None:
    first, second, third = (macro(name) for name in ("A", "B", "C"))
    macro("Mine", by="dana", team=None)
    dana = cast.actor("dana")

    assert actions.move(third, by=dana, up=True)
    assert actions.move(first, by=dana, up=False)
    assert not actions.move(third, by=dana, up=True)
    assert not actions.move(second, by=dana, up=False)
    db.session.flush()

    assert [m.name for m in queries.in_order(make.ticket(), actor=dana)] == ["C", "A", "B", "Mine"]


def test_a_macro_goes_and_what_it_did_stays(app: Flask) -> None:
    ticket, ours = make.ticket(), macro(tags=("vpn",))
    run(ours, ticket)

    actions.remove(ours, by=cast.actor("dana"))
    db.session.flush()

    assert db.session.scalar(select(func.count(Macro.id))) == 0
    assert ticket.tag_words == ("vpn",)
    assert len(bodies(Message)) == 1


def test_it_says_and_does_everything_by_the_verbs_of_the_pages(app: Flask) -> None:
    ticket = make.ticket(assignee="ben")
    ours = macro(status=Status.WAITING, tags=("vpn", "dock"), assign=Assign.PERSON, assignee_id=cast.person("chi").id)

    run(ours, ticket)

    assert bodies(Message) == [f"Hi Ada, {ticket.number} is done. Ben"]
    assert (ticket.status, ticket.tag_words) == (Status.WAITING, ("dock", "vpn"))
    assert ticket.assignee_id == cast.person("chi").id
    assert ticket.first_answered_at == NOON
    assert kinds(ticket)[2:] == ["replied", "status", "tagged", "assigned"]
    told = select(ClockEvent.kind).where(ClockEvent.ticket_id == ticket.id).order_by(ClockEvent.id)
    assert {"agent_reply", "pending", "assigned"} <= {str(kind) for kind in db.session.scalars(told)}
    db.session.refresh(ours)
    assert (ours.uses, ours.used_at) == (1, NOON)


def test_as_a_note_the_requester_hears_nothing(app: Flask) -> None:
    ticket = make.ticket(assignee="ben")

    run(macro(tags=("vpn",)), ticket, note=True)

    assert (len(bodies(Note)), bodies(Message)) == (1, [])
    assert ticket.first_answered_at is None
    assert ticket.status is Status.NEW


def test_parts_that_are_left_out_are_not_done(app: Flask) -> None:
    ticket = make.ticket(assignee="chi")
    ours = macro(status=Status.SOLVED, tags=("vpn",), assign=Assign.ME)

    run(ours, ticket, do=[Part.TAGS], body="Other words")

    assert bodies(Message) == ["Other words"]
    assert (ticket.status, ticket.tag_words) == (Status.PROGRESS, ("vpn",))
    assert ticket.assignee_id == cast.person("chi").id


@pytest.mark.parametrize("then", [None, *rules.THEN])
@pytest.mark.parametrize(("note", "text"), [(False, "Words"), (True, "Words"), (False, "")])
def test_what_was_foretold_is_what_happens(app: Flask, then: Status | None, note: bool, text: str) -> None:
    """Every status it may find, every person who may have it, everybody it may give it to."""
    ben, dana = cast.actor("ben"), cast.person("dana").id
    found = 0
    for assign, held_by, before in product(Assign, (None, "chi"), Status):
        ours = Macro(name="M", body=text, status=then, tags=["vpn"], assign=assign, version=1)
        ours.assignee_id = dana if assign is Assign.PERSON else None
        ticket = standing(before, held_by)
        if ticket.status is Status.CLOSED:
            continue
        foretold = rules.outcome(ours, actions.standing(ticket), me=ben.id, replies=bool(text) and not note)

        actions.run(ours, ticket, by=ben, now=NOON, note=note, body=text, do=EVERY)

        assert actions.standing(ticket) == foretold, (assign, held_by, before)
        found += 1
    assert found == len(Assign) * 2 * (len(Status) - 1)


def standing(status: Status, held_by: str | None) -> Ticket:
    """A ticket in this status and these hands."""
    ticket, dana = make.ticket(assignee=held_by), cast.actor("dana")
    if status is Status.CLOSED:
        tickets.solve(ticket, by=dana, now=NOON)
        tickets.confirm(ticket, by=cast.actor("ada"), now=NOON, solved=True)
    elif status is not Status.NEW:
        tickets.set_status(ticket, by=dana, now=NOON, status=status)
    if ticket.status is not Status.CLOSED:
        tickets.assign(ticket, by=dana, now=NOON, assignee_id=cast.person(held_by).id if held_by else None)
    return ticket


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"assign": Assign.PERSON, "assignee_id": "hana"}, "Choose somebody who works in this team"),
        ({"tags": tuple(f"t{n}" for n in range(21))}, "at most 20 tags"),
        ({"body": "Done by {promise}."}, r"Fill in \{promise\} first"),
    ],
)
def test_refused_halfway_it_leaves_nothing(app: Flask, how: dict, sentence: str) -> None:
    ticket = make.ticket()
    if "assignee_id" in how:
        how = {**how, "assignee_id": cast.person(how["assignee_id"]).id}
    ours = macro(status=Status.SOLVED, **how)
    before, told = actions.standing(ticket), kinds(ticket)

    with pytest.raises(Refused, match=sentence):
        run(ours, ticket)

    db.session.expire_all()
    assert actions.standing(ticket) == before
    assert (bodies(Message), kinds(ticket)) == ([], told)
    assert ours.uses == 0


@pytest.mark.parametrize("name", ["ada", "eve", "hana", "max", "root"])
@pytest.mark.parametrize("note", [False, True])
def test_only_who_handles_it_does_it(app: Flask, name: str, note: bool) -> None:
    ticket = make.ticket()

    with pytest.raises(Forbidden):
        run(macro(tags=("vpn",)), ticket, by=name, note=note)

    assert (bodies(Message), bodies(Note)) == ([], [])


def test_who_saw_an_older_request_or_an_older_macro_looks_again(app: Flask) -> None:
    ticket, ours = make.ticket(), macro()
    seen = ticket.version
    tickets.reply(ticket, by=cast.actor("ada"), now=NOON, body="It works now!")

    with pytest.raises(Conflict):
        run(ours, ticket, version=seen)
    actions.edit(ours, by=cast.actor("dana"), now=NOON, content=Content("Other", body="Words"))
    with pytest.raises(Refused, match="changed meanwhile"):
        run(ours, ticket, version=ticket.version, seen=1)

    run(ours, ticket, version=ticket.version, seen=2)
    assert len(bodies(Message)) == 2


def test_what_is_closed_is_left_alone(app: Flask) -> None:
    ticket = standing(Status.CLOSED, "ben")

    for note in (False, True):
        with pytest.raises(Refused, match="closed"):
            run(macro(f"M{note}"), ticket, note=note)


@pytest.mark.parametrize("files", [(), (7,)])
def test_nothing_at_all_is_refused(app: Flask, files: tuple[int, ...]) -> None:
    ours = macro(body="", tags=("vpn",))

    with pytest.raises(Refused, match="Write something"):
        run(ours, make.ticket(), do=[] if not files else EVERY, files=files)
