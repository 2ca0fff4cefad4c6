import pytest
from hypothesis import given
from hypothesis import strategies as st

from internaldesk.core import text

SHELF = [
    ("broken", ["Something is broken", "pc slow", "laptop problem", "vpn down", "printer jam", "no internet"]),
    ("access", ["Access for a system", "shared drive", "permission", "new account"]),
    ("pay", ["Pay problem", "salary wrong", "payslip missing", "overtime not paid"]),
    ("bill", ["Customer billing", "credit note", "refund for a customer", "wrong invoice"]),
]


@pytest.mark.parametrize(
    ("whole", "length", "short"),
    [
        ("short", 10, "short"),
        ("  spaced \n out ", 10, "spaced out"),
        ("The screen goes black", 21, "The screen goes black"),
        ("The screen goes black", 20, "The screen goes…"),
        ("The screen goes black", 16, "The screen goes…"),
        ("Donaudampfschifffahrt today", 10, "Donaudamp…"),
        ("a Donaudampfschifffahrt", 10, "a Donauda…"),
        ("word", 1, "…"),
        ("word", 0, ""),
    ],
)
def test_excerpt(whole, length, short):
    assert text.excerpt(whole, length) == short


@given(st.text(), st.integers(min_value=0, max_value=60))
def test_an_excerpt_is_never_too_long_and_has_one_line(whole, length):
    assert len(text.excerpt(whole, length)) <= length
    assert "\n" not in text.excerpt(whole, length)


def test_words_fold_capitals_accents_and_apostrophes():
    assert text.words("Straße, CAFÉ & naïve can’t Łódź_2") == ("strasse", "cafe", "naive", "cant", "lodz", "2")
    assert text.words(" -- ") == ()


@given(st.text())
def test_words_of_words_are_the_same_words(typed):
    once = text.words(typed)

    assert text.words(" ".join(once)) == once


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Maya Okafor", "MO"), ("Ada", "A"), ("ludwig van beethoven", "LB"), ("Ærø-Łukasz", "ÆŁ"), ("", "?"), ("--", "?")],
)
def test_initials(name, expected):
    assert text.initials(name) == expected


@pytest.mark.parametrize(
    ("typed", "links"),
    [
        ("no link", []),
        ("see https://desk.example/a?b=1&c=2.", ["https://desk.example/a?b=1&c=2"]),
        ("(http://desk.example/x)", ["http://desk.example/x"]),
        ("http://desk.example/Ada_(sales), then", ["http://desk.example/Ada_(sales)"]),
        ("two https://a.example https://b.example!", ["https://a.example", "https://b.example"]),
        ('<a href="https://a.example">', ["https://a.example"]),
        ("javascript:alert(1) ftp://a.example", []),
        ("https:// and http://.", []),
        ("HTTPS://A.EXAMPLE", ["HTTPS://A.EXAMPLE"]),
    ],
)
def test_only_web_addresses_become_links(typed, links):
    assert [piece.href for piece in text.safe_links(typed) if piece.href] == links


@given(
    st.lists(st.sampled_from(["https://", "a.example", ")", "(", ".", " ", "javascript:", "x", "]", "\n"])).map("".join)
)
def test_the_pieces_are_the_text_again(typed):
    pieces = text.safe_links(typed)

    assert "".join(piece.text for piece in pieces) == typed
    assert all(piece.href is None or piece.href.lower().startswith(("http://", "https://")) for piece in pieces)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("PC slow", "broken"),
        ("vnp", "broken"),
        ("my laptop is slow", "broken"),
        ("prnter", "broken"),
        ("intenret", "broken"),
        ("permision shared drive", "access"),
        ("salery wrong", "pay"),
        ("paysl", "pay"),
        ("laptops", "broken"),
        ("refund", "bill"),
        ("Crédit note", "bill"),
    ],
)
def test_search_forgives(query, expected):
    assert text.closest(query, SHELF)[0][0] == expected


def test_search_has_an_honest_end():
    assert text.closest("xyzzy", SHELF) == []
    assert text.closest(" - ", SHELF) == []
    assert text.closest("vpn", []) == []
    assert text.closest("vpn", [("empty", []), ("blank", ["-"])]) == []


def test_search_gives_the_best_first_and_no_more_than_asked():
    found = text.closest("wrong", SHELF)

    assert {key for key, _ in found} == {"pay", "bill"}
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert all(0 < score <= 1 for _, score in found)
    assert len(text.closest("wrong", SHELF, limit=1)) == 1


def test_a_query_of_small_words_still_means_them():
    assert text.closest("how do i", [("ask", ["How do I"]), ("pay", ["Pay problem"])])[0][0] == "ask"


@pytest.mark.parametrize(
    ("typed", "known", "sure"),
    [
        ("vpn", "vpn", 1.0),
        ("lap", "laptop", 0.9),
        ("la", "laptop", 0.0),
        ("invoices", "invoice", 0.9),
        ("pays", "pay", 0.8),
        ("vnp", "vpn", 0.8),
        ("vpx", "vpn", 0.0),
        ("bagde", "badge", 0.8),
        ("acomodation", "accommodation", 0.7),
        ("badge", "budget", 0.0),
    ],
)
def test_how_alike_two_words_are(typed, known, sure):
    assert text.alike(typed, known) == pytest.approx(sure)
