"""Colleagues called by name in a text: `@Ben`, or `@Ben Ode` where there are two of them."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_SIGN = re.compile(r"(?<![\w@./+-])@(?=[^\W\d_])")
_TWO_WORDS = re.compile(r"[\w'\u2019-]+(?: [\w'\u2019-]+)?")
_INSIDE = re.compile(r"[\w'\u2019-]")


@dataclass(frozen=True, slots=True)
class Called(Generic[_Key]):
    """Whom a text calls, in the order of the text, and the names in it that several people have."""

    who: tuple[_Key, ...]
    unclear: tuple[tuple[str, tuple[str, ...]], ...]


def called(text: str, people: Mapping[_Key, str]) -> Called[_Key]:
    """The people of `people` (full names by key) that a text calls by full or first name, longest name first.

    >>> called("@ben, please ring @Eve", {7: "Ben Ode", 8: "Chi"})
    Called(who=(7,), unclear=())
    """
    known = _by_name(people)
    who: dict[_Key, None] = {}
    unclear: dict[str, tuple[str, ...]] = {}
    for start in _starts(text):
        name = _name_at(text, start, known)
        if name is None:
            continue
        keys = known[name]
        if len(keys) == 1:
            who[keys[0]] = None
        else:
            unclear[text[start : start + len(name)]] = tuple(people[key] for key in keys)
    return Called(tuple(who), tuple(unclear.items()))


def words(text: str) -> list[str]:
    """What stands behind each @, one and two words of it, for looking up whom somebody may have meant.

    >>> words("@Eve could, mail a@b.example")
    ['Eve', 'Eve could']
    """
    near = [match[0] for start in _starts(text) if (match := _TWO_WORDS.match(text, start))]
    return list(dict.fromkeys(word for both in near for word in (both.split()[0], both)))


def pieces(text: str, names: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in pieces, those that call one of `names` marked; joined again it is the same text.

    >>> pieces("Ask @Ben Ode.", ["Ben Ode"])
    [('Ask ', False), ('@Ben Ode', True), ('.', False)]
    """
    known = _by_name(dict(enumerate(names)))
    found: list[tuple[str, bool]] = []
    end = 0
    for start in _starts(text):
        name = _name_at(text, start, known)
        if name is not None:
            found += [(text[end : start - 1], False), (text[start - 1 : start + len(name)], True)]
            end = start + len(name)
    return [piece for piece in (*found, (text[end:], False)) if piece[0]]


def _starts(text: str) -> list[int]:
    """Where a name may begin: right behind each @ that is no part of an address."""
    return [match.end() for match in _SIGN.finditer(text)]


def _by_name(people: Mapping[_Key, str]) -> dict[str, list[_Key]]:
    """Who is called what, in small letters; a full name means its owner although others share its first part."""
    firsts: dict[str, list[_Key]] = {}
    wholes: dict[str, list[_Key]] = {}
    for key, name in people.items():
        firsts.setdefault(_small(name.split()[0]), []).append(key)
        wholes.setdefault(_small(name), []).append(key)
    return firsts | {name: keys for name, keys in wholes.items() if " " in name}


def _name_at(text: str, start: int, known: Mapping[str, Sequence[_Key]]) -> str | None:
    """The longest known name that stands there as whole words."""
    longest = max(map(len, known), default=0)
    here = _small(text[start : start + longest])
    fitting = [name for name in known if here.startswith(name) and not _INSIDE.match(text, start + len(name))]
    return max(fitting, key=len, default=None)


def _small(name: str) -> str:
    """In small letters, sign by sign, so that places in the text stay the same."""
    return "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in name)
