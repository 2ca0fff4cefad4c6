"""Look at what a macro does to a request, change it, do it; without script, too."""

import re
from datetime import datetime
from html import unescape

import pytest

from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign, Content
from internaldesk.db import db
from internaldesk.macros import actions
from internaldesk.models.tickets import Note, Ticket
from internaldesk.tickets import actions as tickets
from tests import cast, make
from tests.browse import Browser
from tests.journeys.visitor import filled
from tests.macros.shelf import LIVE, TEXT, as_, at, drafted, macro, said, uses


def test_what_it_does_is_shown_and_then_done(client: Browser, ticket: Ticket) -> None:
    ours = macro(status=Status.WAITING, tags=("vpn", "dock"), assign=Assign.ME)
    where, ben = at(f"/macros/{ours.id}"), as_(client, "ben")

    page = ben.reads(where)

    for words in (
        "Adds this reply, which Ada reads:",
        f"<p>{TEXT}</p>",
        "Sets status: Waiting for requester.",
        "Adds tags: dock, vpn.",
        "Gives it to you.",
    ):
        assert words in page
    assert (said(), uses(ours)) == ([], 0)
    done = ben.sends(where, where, "press=do", go="stay")
    assert (done.status, done.location) == (303, at("#newest"))
    assert said() == [TEXT]
    db.session.refresh(ticket)
    assert (ticket.status, ticket.tag_words) == (Status.WAITING, ("dock", "vpn"))
    assert ticket.assignee_id == cast.person("ben").id
    assert uses(ours) == 1


def test_sent_twice_it_is_done_once(client: Browser, ticket: Ticket) -> None:
    ours = macro(tags=("vpn",))
    where, ben = at(f"/macros/{ours.id}"), as_(client, "ben")
    form = ben.fills(where, where, "press=do")

    answers = [ben.posts(where, form) for _ in range(2)]

    assert answers[0] == answers[1]
    assert said() == [TEXT]
    assert uses(ours) == 1


def test_as_a_note_it_says_that_nobody_else_reads_it(client: Browser, ticket: Ticket) -> None:
    ours, ben = macro(), as_(client, "ben")
    page = ben.reads(at(f"/macros/{ours.id}?mode=note"))

    assert "Adds this internal note, which Ada cannot see:" in page
    assert "Sets status" not in page
    assert ben.posts(at(f"/macros/{ours.id}"), filled(page, at(f"/macros/{ours.id}"), "press=do")).status == 303
    assert (said(Note), said()) == ([TEXT], [])


def test_sending_leads_on_as_it_does_from_a_reply(client: Browser, ticket: Ticket, lately: datetime) -> None:
    ours, following = macro(), make.ticket(now=lately)
    where, ben = at(f"/macros/{ours.id}"), as_(client, "ben")

    done = ben.sends(where, where, "press=do", go="next")

    assert done.location == f"/requests/{following.number}"
    assert "“VPN reset” is done. Now: R-2." in ben.reads(done.location)


def test_the_text_can_be_changed_first_and_parts_left_out(client: Browser, ticket: Ticket) -> None:
    ours = macro(status=Status.SOLVED, tags=("vpn",), assign=Assign.NOBODY)
    where, ben = at(f"/macros/{ours.id}"), as_(client, "ben")
    ben.posts(at("/macros?mode=reply"), ben.fills(at(), at("/messages"), body="Good morning."))

    to_change = ben.sends(where, where, "press=change")
    page = ben.reads(to_change.location)
    form = filled(page, where, "press=send")

    assert to_change.location.startswith(at(f"/macros/{ours.id}/text?mode=reply"))
    assert str(form["body"]).strip() == f"Good morning.\n\n{TEXT}"
    assert form.getlist("do") == ["status", "tags"]  # nobody has it: there is nothing to give back
    form.setlist("do", ["tags"])
    form.setlist("body", ["Quite other words."])
    assert ben.posts(where, form).status == 303
    assert said() == ["Quite other words."]
    db.session.refresh(ticket)
    assert (ticket.status, ticket.tag_words) == (Status.PROGRESS, ("vpn",))
    assert drafted() == []


def test_by_script_the_text_goes_in_where_the_caret_was(client: Browser, ticket: Ticket) -> None:
    ours, ben = macro(tags=("vpn",)), as_(client, "ben")
    form = ben.fills(at(f"/macros/{ours.id}"), at(f"/macros/{ours.id}"), "press=change")
    form.update({"head": "Before\r\n\r\n", "tail": " after"})

    part = client.post(at(f"/macros/{ours.id}"), data=form, headers=LIVE)

    assert part.status_code == 200
    assert "<html" not in part.text
    assert part.text.count('hx-swap-oob="true"') == 1
    fields = filled(part.text, at(f"/macros/{ours.id}"), "press=send")
    assert str(fields["body"]).lstrip("\n") == f"Before\n\n{TEXT} after"
    assert drafted() == [{"body": f"Before\n\n{TEXT} after"}]


def test_somebody_faster_gets_both_texts_and_can_do_it_all_the_same(
    client: Browser, ticket: Ticket, lately: datetime
) -> None:
    ours = macro(tags=("vpn",))
    where, ben = at(f"/macros/{ours.id}"), as_(client, "ben")
    form = ben.fills(where, where, "press=do")
    tickets.reply(ticket, by=cast.actor("ada"), now=lately, body="It works now!")

    refused = ben.posts(where, form)

    assert refused.status == 409
    assert TEXT in refused.text
    assert "It works now!" in refused.text
    assert said() == ["It works now!"]
    assert uses(ours) == 0
    again = ben.posts(where, filled(refused.text, where))
    assert again.status == 303
    assert said() == ["It works now!", TEXT]
    db.session.refresh(ticket)
    assert ticket.tag_words == ("vpn",)


def test_the_page_it_began_on_counts(client: Browser, ticket: Ticket, lately: datetime) -> None:
    """A reply that came between the page and the look at the macro was not read."""
    ours, ben = macro(), as_(client, "ben")
    link = re.search(r'href="([^"]+use=run)"', ben.reads(at()))
    assert link
    tickets.reply(ticket, by=cast.actor("ada"), now=lately, body="It works now!")

    listing = ben.reads(unescape(link[1]))
    look = re.search(rf'href="({at(f"/macros/{ours.id}")}[^"]*)"', listing)
    assert look
    where = at(f"/macros/{ours.id}")

    assert ben.posts(where, ben.fills(unescape(look[1]), where, "press=do")).status == 409


def test_a_macro_that_changed_meanwhile_is_looked_at_again(client: Browser, ticket: Ticket) -> None:
    ours = macro()
    where, ben = at(f"/macros/{ours.id}"), as_(client, "ben")
    form = ben.fills(where, where, "press=do")
    actions.edit(
        ours,
        by=cast.actor("dana"),
        now=ours.updated_at,
        content=Content("VPN reset", body="Now: {number}", tags=("x",)),
    )

    refused = ben.posts(where, form)

    assert refused.status == 422
    assert "This macro was changed meanwhile." in refused.text
    assert "Now: R-1" in refused.text
    assert said() == []
    assert ben.posts(where, filled(refused.text, where, "press=do")).status == 303
    assert said() == ["Now: R-1"]


def test_a_blank_without_a_value_has_to_be_written(client: Browser, ticket: Ticket, lately: datetime) -> None:
    ours = macro(body="It is solved by {promise}.")
    where, ben = at(f"/macros/{ours.id}"), as_(client, "ben")
    assert re.search(r"It is solved by \w{3} \d+ \w{3}, \d\d:\d\d\.", ben.reads(where))
    tickets.reply(ticket, by=cast.actor("ben"), now=lately, body="Which one?", then="wait")

    page = ben.reads(where)

    assert "There is no value for {promise} here: write it yourself." in page
    assert "Do it" not in page
    form = filled(ben.reads(ben.sends(where, where, "press=change").location), where, "press=send")
    refused = ben.posts(where, form)
    assert refused.status == 422
    assert "Fill in {promise} first" in refused.text
    form.setlist("body", ["It is solved by noon."])
    assert ben.posts(where, form).status == 303
    assert said()[-1] == "It is solved by noon."


def test_who_is_named_may_work_elsewhere_by_now(client: Browser, ticket: Ticket) -> None:
    ours = macro(assign=Assign.PERSON, assignee_id=cast.person("hana").id)
    where, ben = at(f"/macros/{ours.id}"), as_(client, "ben")

    assert "they do not work on requests of IT" in ben.reads(where)
    form = filled(ben.reads(at(f"/macros/{ours.id}/text")), where, "press=send", body="Words")
    assert form.getlist("do") == []
    form.setlist("do", ["assignee"])
    refused = ben.posts(where, form)
    assert refused.status == 422
    assert "Choose somebody who works in this team." in refused.text
    assert "Words" in refused.text
    assert (said(), uses(ours)) == ([], 0)


def test_nothing_to_do_offers_nothing(client: Browser, ticket: Ticket) -> None:
    ours, ben = macro(body="", tags=("vpn",)), as_(client, "ben")
    where = at(f"/macros/{ours.id}")
    assert ben.sends(where, where, "press=do").status == 303

    page = ben.reads(where)

    assert "Nothing would change: R-1 is like this already." in page
    assert 'value="do"' not in page
    assert "Change text first" not in page


def test_a_refusal_by_script_goes_back_where_it_came_from(client: Browser, ticket: Ticket) -> None:
    ours, ben = macro(), as_(client, "ben")
    where = at(f"/macros/{ours.id}")
    look = ben.fills(where, where, "press=do")
    look.setlist("seen", ["9"])
    composed = ben.fills(at(f"/macros/{ours.id}/text"), where, "press=send", body=" ")

    refused = [client.post(where, data=form, headers=LIVE) for form in (look, composed)]

    assert [answer.status_code for answer in refused] == [422, 422]
    assert [answer.headers["HX-Retarget"] for answer in refused] == ["#canned", "#reply"]
    assert said() == []


def test_a_file_that_cannot_be_kept_keeps_the_rest(
    client: Browser, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("internaldesk.tickets.attachments.LARGEST", 10)
    ours, ben = macro(tags=("vpn",)), as_(client, "ben")
    where = at(f"/macros/{ours.id}")

    form = ben.fills(at(f"/macros/{ours.id}/text"), where, "press=send", body="See there")
    form.setlist("files", [("small.txt", b"1"), ("large.txt", b"1" * 11)])
    refused = ben.posts(where, form)

    assert refused.status == 413
    assert "<span>small.txt</span>" in refused.text
    kept = filled(refused.text, where, "press=send")
    assert (str(kept["body"]).strip(), kept.getlist("do")) == ("See there", ["tags"])
    assert ben.posts(where, kept).status == 303
    assert "small.txt" in ben.reads(at())
