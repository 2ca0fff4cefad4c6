"""What a macro says and does: blanks, what becomes of a request, and which one somebody means."""

from dataclasses import dataclass, field
from itertools import product

import pytest

from internaldesk.core import macros
from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import MOVES, Status
from internaldesk.core.macros import Assign, Part, Standing

BEN, CHI = 2, 3
NAMES = {BEN: "Ben", CHI: "Chi"}
VALUES = {"first name": "Ada", "number": "R-41", "my name": "Ben", "team": "IT", "promise": "Wed 25 Nov, 17:02"}


@dataclass
class Macro:
    name: str = "VPN reset"
    shortcut: str = "vpn"
    body: str = "Hi {first name}, it is reset."
    status: Status | None = None
    tags: list = field(default_factory=list)
    assign: Assign = Assign.KEEP
    assignee_id: int | None = None


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("No blanks at all", "No blanks at all"),
        ("{first name}: {number}, {team}, {my name}", "Ada: R-41, IT, Ben"),
        ("{First  Name}{ number }", "AdaR-41"),
        ("until {promise}.", "until Wed 25 Nov, 17:02."),
        ("{a\nb} {unknown} {", "{a\nb} {unknown} {"),
    ],
)
def test_blanks_are_filled_in(text, filled):
    assert macros.filled_in(text, VALUES) == filled


def test_what_is_filled_in_is_not_read_again():
    assert macros.filled_in("{first name} {number}", {"first name": "{number}", "number": "R-1"}) == "{number} R-1"


def test_a_blank_without_a_value_stays_and_is_found():
    text = macros.filled_in("By {Promise} or {promise}, {first name} {x}", {**VALUES, "promise": ""})

    assert text == "By {Promise} or {promise}, Ada {x}"
    assert macros.blanks(text) == ("{promise}",)


def test_every_blank_is_explained():
    assert all(macros.PLACEHOLDERS.values())
    assert macros.blanks(" ".join(f"{{{name}}}" for name in macros.PLACEHOLDERS)) != ()


@pytest.mark.parametrize(
    ("macro", "field_", "sentence"),
    [
        (Macro(body="Dear {firstname},"), "body", r"\{firstname\} is not known. There are \{first name\}, "),
        (Macro(body="{}"), "body", r"\{\} is not known"),
        (Macro(body=""), "body", "Write a text, or choose something that it does"),
        (Macro(shortcut="two words"), "shortcut", "one word"),
        (Macro(shortcut="-"), "shortcut", "one word"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(macro, field_, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        macros.check(macro)

    assert refusal.value.field == field_


@pytest.mark.parametrize(
    "macro", [Macro(), Macro(shortcut=""), Macro(body="", tags=["vpn"]), Macro(body="", assign=Assign.ME)]
)
def test_a_text_or_a_deed_is_enough(macro):
    macros.check(macro)


def test_only_what_it_does_is_a_part():
    everything = Macro(status=Status.SOLVED, tags=["vpn"], assign=Assign.ME)

    assert macros.parts(Macro()) == ()
    assert macros.parts(everything) == (Part.STATUS, Part.TAGS, Part.ASSIGNEE)


@pytest.mark.parametrize(
    ("written", "joined"), [("", "B"), (" \n", "B"), ("A", "A\n\nB"), ("A\n\n ", "A\n\nB"), ("  A", "  A\n\nB")]
)
def test_a_text_goes_behind_what_was_written(written, joined):
    assert macros.appended(written, "B") == joined


def test_a_canned_reply_moves_the_request_on_as_send_does():
    after = macros.outcome(Macro(), Standing(Status.NEW, None, ("dock",)), me=BEN, replies=True)

    assert after == Standing(Status.PROGRESS, BEN, ("dock",))


def test_a_canned_note_changes_nothing():
    before = Standing(Status.WAITING, None, ("dock",))

    assert macros.outcome(Macro(), before, me=BEN, replies=False) == before


def test_everything_is_done_unless_it_is_left_out():
    macro = Macro(status=Status.SUPPLIER, tags=["vpn", "dock"], assign=Assign.PERSON, assignee_id=CHI)
    before = Standing(Status.PROGRESS, BEN, ("dock",))

    assert macros.outcome(macro, before, me=BEN, replies=False) == Standing(Status.SUPPLIER, CHI, ("dock", "vpn"))
    assert macros.outcome(macro, before, me=BEN, replies=False, do=[]) == before
    assert macros.outcome(macro, before, me=BEN, replies=False, do=[Part.TAGS]).tags == ("dock", "vpn")


@pytest.mark.parametrize(
    ("assign", "held_by", "after"),
    [
        (Assign.KEEP, CHI, CHI),
        (Assign.KEEP, None, BEN),
        (Assign.ME, CHI, BEN),
        (Assign.NOBODY, CHI, None),
        (Assign.NOBODY, None, None),
    ],
)
def test_who_has_it_after_a_reply(assign, held_by, after):
    found = macros.outcome(Macro(assign=assign), Standing(Status.NEW, held_by), me=BEN, replies=True)

    assert found.assignee_id == after


def test_who_solves_what_nobody_has_has_it():
    solving = Macro(body="", status=Status.SOLVED)

    assert macros.outcome(solving, Standing(Status.NEW, None), me=BEN, replies=False) == Standing(Status.SOLVED, BEN)
    assert macros.outcome(solving, Standing(Status.SOLVED, None), me=BEN, replies=False).assignee_id is None


@pytest.mark.parametrize("now", [Status.SOLVED, Status.CLOSED])
def test_what_is_over_stays_so(now):
    assert macros.outcome(Macro(status=Status.WAITING), Standing(now, BEN), me=BEN, replies=True).status is now


@pytest.mark.parametrize(("before", "then", "replies"), [*product(Status, (None, *macros.THEN), (False, True))])
def test_a_macro_makes_only_moves_that_the_lifecycle_knows(before, then, replies):
    after = macros.outcome(Macro(status=then), Standing(before, BEN), me=BEN, replies=replies).status

    assert after is before or after in MOVES[before]


def test_what_becomes_different_is_said():
    before, after = Standing(Status.NEW, None, ("a",)), Standing(Status.WAITING, BEN, ("a", "vpn"))

    assert macros.changes(before, after, me=BEN, names=NAMES) == {
        Part.STATUS: "Sets status: Waiting for requester.",
        Part.TAGS: "Adds the tag: vpn.",
        Part.ASSIGNEE: "Gives it to you.",
    }
    assert macros.changes(before, before, me=BEN, names=NAMES) == {}


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        (None, "Puts it back for anybody in the team."),
        (BEN, "Gives it to you."),
        (CHI, "Gives it to Chi."),
        (9, "Gives it to somebody who left."),
    ],
)
def test_who_gets_it_is_said(to, sentence):
    assert macros.gives(to, me=BEN, names=NAMES) == sentence


@pytest.mark.parametrize(
    ("macro", "said"),
    [
        (Macro(), []),
        (Macro(assign=Assign.ME), ["Gives it to whoever uses it."]),
        (Macro(assign=Assign.NOBODY), ["Puts it back for anybody in the team."]),
        (
            Macro(status=Status.SOLVED, tags=["a", "b"], assign=Assign.PERSON, assignee_id=CHI),
            ["Sets status: Solved.", "Adds tags: a, b.", "Gives it to Chi."],
        ),
    ],
)
def test_what_it_does_to_any_request_is_said(macro, said):
    assert macros.does(macro, names=NAMES) == said


def test_who_would_use_it_is_told_so():
    assert macros.does(Macro(assign=Assign.ME), names=NAMES, me=BEN) == ["Gives it to you."]
    assert macros.does(Macro(assign=Assign.PERSON, assignee_id=CHI), names=NAMES, me=BEN) == ["Gives it to Chi."]


LIST = [
    Macro("Printer is offline", "", "Please switch it on."),
    Macro("New password", "pw", "Choose one of twelve letters."),
    Macro("VPN: switch to TCP", "vpn-tcp", "Settings, Connection."),
    Macro("Switch off at night", "off", "Thank you.", tags=["power"]),
]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Printer is offline", "New password", "VPN: switch to TCP", "Switch off at night"]),
        ("  ", ["Printer is offline", "New password", "VPN: switch to TCP", "Switch off at night"]),
        (")", []),
        ("p", ["New password", "Printer is offline", "Switch off at night"]),
        ("vpn-t", ["VPN: switch to TCP"]),
        ("SWITCH", ["VPN: switch to TCP", "Switch off at night", "Printer is offline"]),
        ("switch night", ["Switch off at night"]),
        ("twelve", ["New password"]),
        ("power", ["Switch off at night"]),
        ("xyzzy", []),
    ],
)
def test_the_shortcut_counts_more_than_the_name_and_the_name_more_than_the_text(query, names):
    assert [macro.name for macro in macros.found(query, LIST)] == names
