"""Passwords and secret links: how they are hashed, and which passwords are too easy to guess."""

import re
import secrets
import unicodedata
from collections.abc import Collection
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from internaldesk.core.errors import Refused
from internaldesk.core.text import words

LEAST_CHARACTERS = 15
MOST_BYTES = 1024

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id with 19 MiB and two passes; tests put a quick one here."""

# Checked for people the desk does not know, so that they cost the same time; nobody has its password.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$QdIg61RCI377hpBrO/e2yw$5z6AUND2jHu3GRSZS3EYmiilwMiDWDErgLIxu8oGK+M"

_AT_ONCE = BoundedSemaphore(2)  # each hash takes 19 MiB and a core: more at once would only starve the pages
_LEAST_OF_ONES_OWN = 8
_GUESSED_FIRST = frozenset(
    """
    abc abcd abcdef access account admin administrator apple april august autumn baseball batman bitte
    changeme chocolate company computer cookie december default demo desk dragon easy february flower
    football friday geheim google guest hallo hello helpdesk hunter iloveyou internal internaldesk january
    jesus july june killer letmein login london love lucky master michael microsoft monday monkey mother
    mustang ninja november october office orange pass passord passwd password passwort please princess
    qwert qwerty qwertz root samsung saturday secret september service shadow soccer spring starwars
    summer sunday sunshine superman support temp temporary test thursday ticket tuesday user wednesday
    welcome whatever willkommen winter work zaq asdf asdfgh zxcv zxcvbn
    """.split()
)
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv",
)
_LONG_RUN = 4
_LOOKALIKES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})


def hash_password(password: str) -> str:
    """What the table keeps of a password; takes about 50 ms, at most two at once."""
    with _AT_ONCE:
        return hasher.hash(_normal(password))


def matches(password: str, known: str | None) -> bool:
    """Whether it is the password behind `known`; as slow when there is none, so that time tells nothing."""
    with _AT_ONCE:
        try:
            hasher.verify(known or NOBODY, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return known is not None


def is_outdated(known: str) -> bool:
    """Whether a stored hash was made with other parameters than today's."""
    return hasher.check_needs_rehash(known)


def require_good(password: str, *, about: Collection[str]) -> None:
    """Raise Refused with a sentence for a password that is short, endless, or soon guessed.

    `about` are words that a guesser would try for this person: name, address, team.
    """
    if len(password) < LEAST_CHARACTERS:
        raise Refused(f"Use at least {LEAST_CHARACTERS} characters; three or four odd words will do.", field="password")
    if len(password.encode()) > MOST_BYTES:
        raise Refused("That is too long: 1,024 bytes at most.", field="password")
    if len(set(_left_to_guess(password, about))) < _LEAST_OF_ONES_OWN:
        raise Refused(
            "That is easy to guess: common words, a pattern, or your own name. Add odd words of your own.",
            field="password",
        )


def fresh_token() -> str:
    """A secret of 256 bits, fit for a cookie or a link."""
    return secrets.token_urlsafe(32)


def _normal(password: str) -> bytes:
    """The same bytes on every keyboard: accents may arrive in one piece or in two."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _left_to_guess(password: str, about: Collection[str]) -> str:
    """What remains when words and runs that guessers try first are taken out."""
    personal = {part for phrase in about for part in words(phrase) if len(part) > 2}
    known = sorted(_GUESSED_FIRST | personal, key=len, reverse=True)
    plain = _without_runs(unicodedata.normalize("NFKC", password).casefold())
    for text in (plain, plain.translate(_LOOKALIKES)):
        left = re.sub("|".join(map(re.escape, known)), "", text)
        if len(set(left)) < _LEAST_OF_ONES_OWN:
            return left
    return plain


def _without_runs(text: str) -> str:
    for row in _RUNS:
        for line in (row, row[::-1]):
            pieces = {line[start : start + _LONG_RUN] for start in range(len(line) - _LONG_RUN + 1)}
            text = re.sub("(?:" + "|".join(map(re.escape, pieces)) + ").?", "", text)
    return text
