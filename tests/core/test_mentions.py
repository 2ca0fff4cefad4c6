"""Names behind an @: who is meant, who might be, and what is no name at all."""

import pytest

from internaldesk.core import mentions

PEOPLE = {1: "Ben Ode", 2: "Chi", 3: "Ben Smith", 4: "Dana O'Neill", 5: "İpek Kaya", 6: "Benedict Roe"}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Chi, can you look?", (2,)),
        ("@chi", (2,)),
        ("Ask (@CHI) first", (2,)),
        ("@Ben Ode and @Chi", (1, 2)),
        ("@ben smith!", (3,)),
        ("@Dana O'Neill", (4,)),
        ("@Dana", (4,)),
        ("@İpek", (5,)),
        ("@Chi and again @Chi", (2,)),
        ("@Benedict", (6,)),
        ("@Chips are out", ()),
        ("@Chi-square", ()),
        ("mail chi@desk.example or ben.ode@chi", ()),
        ("https://desk.example/@Chi", ()),
        ("@ Chi", ()),
        ("at 5 @ noon", ()),
        ("@Zoe", ()),
        ("@", ()),
        ("", ()),
    ],
)
def test_who_is_called(text: str, who: tuple[int, ...]) -> None:
    assert mentions.called(text, PEOPLE).who == who


def test_a_first_name_of_two_people_is_unclear_and_says_whose_it_is() -> None:
    found = mentions.called("@ben and @Ben Ode", PEOPLE)

    assert found.who == (1,)
    assert found.unclear == (("ben", ("Ben Ode", "Ben Smith")),)


def test_two_people_of_one_full_name_are_unclear() -> None:
    assert mentions.called("@Ben Ode", {1: "Ben Ode", 2: "Ben Ode"}).unclear == (("Ben Ode", ("Ben Ode", "Ben Ode")),)


def test_nobody_is_called_where_nobody_is_known() -> None:
    assert mentions.called("@Chi", {}) == mentions.Called((), ())


def test_what_may_be_a_name_is_one_word_or_two() -> None:
    assert mentions.words("@Eve Roe, (@Max) and a@b.example, @Eve") == ["Eve", "Eve Roe", "Max"]


@pytest.mark.parametrize("text", ["@Ben Ode: see @Chi.", "No name", "", "@Chi", "a@Chi @Benjamin"])
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(piece for piece, _ in mentions.pieces(text, PEOPLE.values())) == text


def test_names_are_marked_as_they_were_written() -> None:
    marked = [piece for piece, name in mentions.pieces("Hi @ben ode, @Chi!", ["Ben Ode", "Chi"]) if name]

    assert marked == ["@ben ode", "@Chi"]
