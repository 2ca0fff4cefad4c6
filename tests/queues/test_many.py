"""Tags, macros and one cause for many at once: said before it is done where it says something, and taken back after."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign, Content
from internaldesk.db import db
from internaldesk.macros import actions as macros
from internaldesk.models.macros import Macro
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Draft, Message, Ticket
from internaldesk.queues import actions, deeds
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import causes, tags, undoing
from internaldesk.tickets.conversation import HELD
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON
from tests.queues.test_undo import clocks, offered, place
from tests.queues.test_views import send, stored

pytestmark = pytest.mark.usefixtures("clock")

LIST = "/queue/due-next"


def macro(**facts: Any) -> Macro:
    content = Content(**{"name": "Old dock", "tags": ("dock",), **facts})
    return macros.write(by=cast.actor("dana"), now=NOON, team_id=make.team("it").id, content=content)


def bulk(ben: FlaskClient, action: str, *chosen: Ticket, **fields: Any) -> Any:
    return send(ben, "/queue/bulk", action=action, ids=[one.id for one in chosen], back=LIST, **fields)


def last_word(ticket: Ticket) -> tuple[object, ...]:
    return (stored(ticket).last_word, ticket.last_word_at, ticket.last_word_by_id)


def taken_back(ben: FlaskClient) -> str:
    """Press Undo; what the list says then."""
    found = offered(ben.get(LIST).text)
    assert found
    send(ben, "/queue/undo", number=found[0], back=LIST)
    said = re.search(
        r'class="(?:toast|banner)[^"]*"[^>]*>(?:.*?<span>)?([^<]*(?:taken back|skipped)[^<]*)<',
        ben.get(LIST).text,
        re.S,
    )
    assert said
    return said[1]


@pytest.mark.parametrize(
    ("action", "words"),
    [("tags", "Tags to add"), ("macro", "See what it does"), ("link", "The number of the request about it")],
)
def test_each_asks_what_it_needs(ben: FlaskClient, action: str, words: str) -> None:
    macro()
    tickets = make.ticket(), make.ticket()

    answer = bulk(ben, action, *tickets)

    assert answer.status_code == 200
    assert words in answer.text
    assert len(re.findall(r'name="ids"', answer.text)) == 2


def test_tags_come_and_go(ben: FlaskClient) -> None:
    plain, tagged = make.ticket(), make.ticket()
    tags.tag(tagged, by=cast.actor("ben"), now=NOON, tags=["vpn", "wifi"])

    bulk(ben, "tags", plain, tagged, add="dock", remove="vpn")

    assert [stored(one).tag_words for one in (plain, tagged)] == [("dock",), ("dock", "wifi")]
    assert taken_back(ben) == "2 taken back."
    assert [stored(one).tag_words for one in (plain, tagged)] == [(), ("vpn", "wifi")]


@pytest.mark.parametrize("fields", [{"add": "", "remove": ""}, {"add": "no!", "remove": ""}])
def test_what_is_no_tag_is_asked_again(ben: FlaskClient, fields: dict[str, str]) -> None:
    answer = bulk(ben, "tags", make.ticket(), **fields)

    assert answer.status_code == 422
    assert "error-summary" in answer.text


def test_a_macro_is_foretold_in_words_before_it_is_done(ben: FlaskClient) -> None:
    chosen = macro(body="Hi {first name}, we know.", status=Status.WAITING, assign=Assign.ME)
    first, second, other = make.ticket(), make.ticket(), make.ticket("facilities/repair")
    chi = sign_in(ben, "chi")

    answer = bulk(chi, "macro", first, second, other, macro=chosen.id)

    assert answer.status_code == 200
    for words in (
        "“Old dock” will be done to 2 requests; 1 with another team stays as it is.",
        "Hi Ada, we know.",
        "Sets status: Waiting for requester.",
        "Adds the tag: dock.",
        "Gives it to you.",
        "Do it to 2 requests",
    ):
        assert words in answer.text
    assert stored(first).status is Status.NEW
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_a_macro_is_done_by_its_own_verb_to_each(ben: FlaskClient) -> None:
    chosen = macro(body="Hi {first name}, about {number}.", status=Status.WAITING)
    first, second = make.ticket(), make.ticket(by="eve")

    bulk(ben, "macro", first, second, macro=chosen.id, macro_version=chosen.version)

    assert "2 done." in ben.get(LIST).text
    said = db.session.scalars(select(Message.body).order_by(Message.ticket_id)).all()
    assert said == [f"Hi Ada, about R-{first.id}.", f"Hi Eve, about R-{second.id}."]
    assert {stored(one).status for one in (first, second)} == {Status.WAITING}
    assert {one.tag_words for one in (first, second)} == {("dock",)}
    assert stored(chosen).uses == 2  # type: ignore[arg-type]


def test_a_macro_without_words_is_taken_back(ben: FlaskClient) -> None:
    chosen, ticket = macro(status=Status.WAITING), make.ticket()
    before = undoing.standing(ticket)
    bulk(ben, "macro", ticket, macro=chosen.id, macro_version=chosen.version)

    assert taken_back(ben) == "1 taken back."
    assert undoing.standing(stored(ticket)) == before


SPEAKING = ({"status": Status.WAITING}, {"status": Status.SOLVED, "assign": Assign.ME}, {})


@pytest.mark.parametrize("does", SPEAKING)
def test_within_ten_seconds_the_words_of_a_macro_are_taken_back_with_all_it_did(
    ben: FlaskClient, clock: Any, does: dict[str, Any]
) -> None:
    chosen = macro(body="Hi {first name}, about {number}.", **does)
    first, second, untouched = (make.ticket(now=NOON - timedelta(hours=1)) for _ in range(3))
    before = [undoing.standing(one) for one in (first, second)]
    bulk(ben, "macro", first, second, macro=chosen.id, macro_version=chosen.version)
    assert "(10 s)" in ben.get(LIST).text
    clock.shift(9)

    assert taken_back(ben) == "2 taken back."

    assert [undoing.standing(stored(one)) for one in (first, second)] == before
    assert clocks(first) == clocks(second) == clocks(untouched)
    assert place(first) == place(second) == place(untouched)
    assert last_word(first) == last_word(second) == last_word(untouched)
    assert db.session.scalar(select(func.count()).where(Message.taken_back_at.is_(None))) == 0
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 0
    clock.shift(60)
    assert "about R-" not in sign_in(ben, "ada").get(f"/requests/R-{first.id}").text


def test_clocks_go_on_as_those_of_a_ticket_to_which_nothing_was_said(ben: FlaskClient) -> None:
    chosen = macro(body="On it.", status=Status.WAITING)
    ticket, other, untouched = make.ticket(), make.ticket(), make.ticket()
    bulk(ben, "macro", ticket, other, macro=chosen.id, macro_version=chosen.version)
    taken_back(ben)

    for one in (stored(ticket), stored(untouched)):
        tickets.reply(one, by=cast.actor("ben"), now=NOON + timedelta(hours=1), body="On it", then="wait")
        tickets.reply(one, by=cast.actor("ada"), now=NOON + timedelta(hours=3), body="Here")

    assert clocks(ticket) == clocks(untouched)
    assert place(ticket) == place(untouched)


def test_after_ten_seconds_the_words_stay_and_it_is_said(ben: FlaskClient, clock: Any) -> None:
    chosen, ticket = macro(body="On it.", status=Status.WAITING), make.ticket()
    bulk(ben, "macro", ticket, macro=chosen.id, macro_version=chosen.version)
    found = offered(ben.get(LIST).text)
    assert found
    clock.shift(10)
    assert offered(ben.get(LIST).text) is None

    send(ben, "/queue/undo", number=found[0], back=LIST)

    assert (
        f"0 taken back, 1 skipped: R-{ticket.id} stays: words were sent with it more than 10 seconds ago, "
        "and they stay sent." in ben.get(LIST).text
    )
    assert stored(ticket).status is Status.WAITING


@pytest.mark.parametrize("typed", ["On it.", "On it, my way."])
def test_a_macro_on_one_request_is_taken_back_and_its_words_are_a_draft(ben: FlaskClient, typed: str) -> None:
    chosen, ticket = macro(body="On it.", status=Status.SOLVED), make.ticket()
    before = undoing.standing(ticket)
    url = f"/requests/R-{ticket.id}"
    fields = {"mode": "reply", "go": "stay", "do": ["status", "tags"], "body": typed}
    send(ben, f"{url}/macros/{chosen.id}", seen=chosen.version, version=ticket.version, **fields)
    page = ben.get(url).text
    assert "“Old dock” is done." in page
    found = offered(page)
    assert found

    back = send(ben, "/queue/undo", number=found[0], back=url)

    assert back.location.endswith(f"{url}#reply")
    again = ben.get(url).text
    assert "Taken back. Nobody was told anything; your words are in the box below." in again
    assert f">{typed}</textarea>" in again
    assert undoing.standing(stored(ticket)) == before
    assert db.session.scalar(select(func.count()).select_from(RatingInvite)) == 0
    told = sign_in(ben, "ada").get(url).text
    assert "Old dock" not in told
    assert "solved it" not in told


def test_words_that_were_sent_stay_sent_beside_what_is_taken_back(ben: FlaskClient) -> None:
    mine = macro(body="On it.")
    said, unsaid = make.ticket(), make.ticket()

    def act(ticket: Ticket) -> object:
        if ticket is unsaid:
            return tags.tag(ticket, by=cast.actor("ben"), now=NOON, tags=["dock"])
        return deeds.run(ticket, by=cast.actor("ben"), now=NOON, macro=mine, version=mine.version)

    kept = actions.bulk([said.id, unsaid.id], by=cast.actor("ben"), now=NOON, seen=None, act=act).kept
    assert kept is not None

    outcome = actions.undo(kept.number, by=cast.actor("ben"), now=NOON + HELD)

    assert outcome.sentence == (
        f"1 taken back, 1 skipped: R-{said.id} stays: words were sent with it more than 10 seconds ago, "
        "and they stay sent."
    )
    assert (said.tag_words, unsaid.tag_words) == (("dock",), ())


def test_what_a_macro_would_not_change_and_what_is_not_its_teams_is_named(ben: FlaskClient) -> None:
    chosen, done, other = macro(), make.ticket(), make.ticket("facilities/repair")
    tags.tag(done, by=cast.actor("ben"), now=NOON, tags=["dock"])
    chi = sign_in(ben, "chi")

    bulk(chi, "macro", done, other, macro=chosen.id, macro_version=chosen.version)

    page = chi.get(LIST).text
    assert f"0 done, 2 skipped: R-{done.id} stays: nothing would change; R-{other.id} stays:" in page


def test_a_macro_that_was_edited_meanwhile_is_looked_at_again(ben: FlaskClient) -> None:
    chosen, ticket = macro(), make.ticket()

    bulk(ben, "macro", ticket, macro=chosen.id, macro_version=chosen.version + 1)

    assert "0 done, 1 skipped" in ben.get(LIST).text
    assert stored(ticket).tag_words == ()


def test_another_teams_macro_cannot_be_chosen(ben: FlaskClient) -> None:
    theirs = macros.write(
        by=cast.actor("root"), now=NOON, team_id=make.team("hr").id, content=Content(name="Ours", tags=("hr",))
    )

    answer = bulk(ben, "macro", make.ticket(), macro=theirs.id, macro_version=1)

    assert answer.status_code == 422
    assert "Ours" not in answer.text


def causes_of(*tickets: Ticket) -> list[int | None]:
    db.session.rollback()
    found = dict(db.session.execute(select(Link.ticket_id, Link.other_id).where(Link.ended_at.is_(None))).all())
    return [found.get(ticket.id) for ticket in tickets]


def test_many_follow_one_cause_and_can_be_taken_back(ben: FlaskClient, clock: Any) -> None:
    first, second, old, new = [make.ticket() for _ in range(4)]
    causes.link(second, old, by=cast.actor("ben"), now=NOON - timedelta(hours=1))

    bulk(ben, "link", first, second, cause=f"r-{new.id}")

    assert causes_of(first, second) == [new.id, new.id]
    assert taken_back(ben) == "2 taken back."
    assert causes_of(first, second) == [None, old.id]


def test_what_cannot_be_the_cause_is_said(ben: FlaskClient) -> None:
    ticket, hidden = make.ticket(), make.ticket("hr/concern")

    for words in (f"R-{hidden.id}", "R-99999", "soon"):
        answer = bulk(ben, "link", ticket, cause=words)
        assert answer.status_code == 422
        assert "or it is not yours to see" in answer.text
    assert causes_of(ticket) == [None]


def test_a_request_is_not_its_own_cause(ben: FlaskClient) -> None:
    ticket, other = make.ticket(), make.ticket()

    bulk(ben, "link", other, ticket, cause=str(ticket.id))

    assert causes_of(ticket, other) == [None, ticket.id]
    assert "1 done, 1 skipped" in ben.get(LIST).text
