"""Passwords: hashed slowly, compared in the same time for strangers, refused when easy to guess."""

from statistics import median
from time import perf_counter

import pytest

from internaldesk.core.errors import Refused
from internaldesk.core.tokens import digest
from internaldesk.people import secrecy

ABOUT = ("Brunhilde Oxenham", "brunhilde@desk.example", "Leeds")


@pytest.mark.parametrize(
    "password", ["correct horse battery staple", "summer rain over lisbon", "ämtliche Würfelkatze", "839201748362019"]
)
def test_odd_words_are_good(password):
    secrecy.require_good(password, about=ABOUT)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("fourteen chars", "at least 15"),
        ("x" * 14 + "ü" * 506, "1,024 bytes"),
        ("aaaaaaaaaaaaaaaaaa", "easy to guess"),
        ("abcabcabcabcabcabc", "easy to guess"),
        ("qwertyuiopasdfghjkl", "easy to guess"),
        ("1234567890 0987654321", "easy to guess"),
        ("password-password-2026", "easy to guess"),
        ("P4$$w0rd!P4$$w0rd!", "easy to guess"),
        ("Brunhilde.Oxenham", "easy to guess"),
    ],
)
def test_what_is_guessed_first_is_refused(password, says):
    with pytest.raises(Refused, match=says):
        secrecy.require_good(password, about=ABOUT)


def test_a_name_is_easy_only_for_its_owner():
    secrecy.require_good("Brunhilde.Oxenham", about=("Ben", "ben@desk.example"))


def test_the_same_accent_matches_however_it_was_typed():
    known = secrecy.hash_password("Cafe\N{COMBINING ACUTE ACCENT} am Rande der Welt")

    assert secrecy.matches("Caf\N{LATIN SMALL LETTER E WITH ACUTE} am Rande der Welt", known)
    assert not secrecy.matches("Cafe am Rande der Welt", known)


@pytest.mark.parametrize("known", [None, "", "!", "$argon2id$broken"])
def test_nothing_matches_an_account_without_a_password(known):
    assert not secrecy.matches("", known)
    assert not secrecy.matches("anything at all", known)


def test_the_stand_in_costs_what_a_real_password_costs():
    assert not secrecy.is_outdated(secrecy.NOBODY)
    assert secrecy.NOBODY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_time_does_not_tell_who_has_an_account():
    """After RT's test for CVE-2021-38562: an absent account takes as long as one with another password."""
    known = secrecy.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash("something else")

    there, absent = seconds_for(known), seconds_for(None)

    assert 0.6 < absent / there < 1.6  # the machine is shared; without the stand-in it would be below 0.01


def seconds_for(known):
    times = []
    for _ in range(7):
        began = perf_counter()
        secrecy.matches("a wrong password", known)
        times.append(perf_counter() - began)
    return median(times)


def test_tokens_are_long_differ_and_are_kept_as_the_page_looks_them_up():
    one, other = secrecy.fresh_token(), secrecy.fresh_token()

    assert one != other
    assert len(one) >= 43
    assert digest(one) != digest(other)
