"""Plain text: short forms of it, its words, the links in it, and how near a few typed words come to a name."""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import TypeVar

_Key = TypeVar("_Key", bound=Hashable)

# Below this a result is a coincidence rather than an answer.
NEAR_ENOUGH = 0.3

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'`\u2019\u00b4")
_FOLDED = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "\u0131": "i"})
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_CLOSING = ".,;:!?'*_\u2019\u201d\u00bb"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_SMALL = """
    a an and am are at be been can cannot cant could do does dont for from get got has have help how i id im in is
    isnt it its ive just like me my need of on or our please so some the this that to want was we what when where
    why wont with would you
"""
_SMALL_WORDS = frozenset(_SMALL.split())


@dataclass(frozen=True)
class Piece:
    """A stretch of text; with `href` it is a link to that web address."""

    text: str
    href: str | None = None


def excerpt(text: str, length: int) -> str:
    """At most `length` characters on one line, cut between words where that loses less than half.

    >>> excerpt("The screen goes black when I unplug", 20)
    'The screen goes…'
    """
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    cut = flat[: max(length - 1, 0)]
    if not flat[len(cut)].isspace():
        whole = cut.rpartition(" ")[0]
        cut = whole if len(whole) * 2 >= len(cut) else cut
    return f"{cut.rstrip()}…"[:length]


def words(text: str) -> tuple[str, ...]:
    """The words in it, without capitals, accents and apostrophes.

    >>> words("Can't reach the CAFÉ's Wi-Fi")
    ('cant', 'reach', 'the', 'cafes', 'wi', 'fi')
    """
    plain = text.translate(_APOSTROPHES)
    for _ in range(2):  # folding can bring up letters that fold again
        plain = unicodedata.normalize("NFKD", plain.casefold())
    bare = "".join(sign for sign in plain.translate(_FOLDED) if not unicodedata.combining(sign))
    return tuple(_WORD.findall(bare.translate(_APOSTROPHES)))


def initials(name: str) -> str:
    """The first letters of the first and the last name, for an avatar.

    >>> initials("Maya van der Okafor"), initials("Ada"), initials(" ")
    ('MO', 'A', '?')
    """
    letters = [word[0] for word in _WORD.findall(name)]
    return "".join(letters[:1] + letters[1:][-1:]).upper() or "?"


def listed(names: Sequence[str], *, last: str = "and") -> str:
    """Names in a sentence.

    >>> listed(["Max"]), listed(["Max", "Dana", "Ben"], last="or")
    ('Max', 'Max, Dana or Ben')
    """
    *first, end = names
    return f"{', '.join(first)} {last} {end}" if first else end


def safe_links(text: str) -> list[Piece]:
    """The text in pieces, web addresses (http and https only) marked as links; joined again it is the same text.

    >>> safe_links("Go to http://desk/a.")
    [Piece(text='Go to ', href=None), Piece(text='http://desk/a', href='http://desk/a'), Piece(text='.', href=None)]
    """
    pieces: list[Piece] = []
    end = 0
    for match in _LINK.finditer(text):
        address = _without_closing_signs(match[0])
        if address.lower() in ("http://", "https://"):
            continue
        pieces += [Piece(text[end : match.start()]), Piece(address, address)]
        end = match.start() + len(address)
    return [piece for piece in (*pieces, Piece(text[end:])) if piece.text]


def closest(
    query: str, candidates: Iterable[tuple[_Key, Sequence[str]]], *, limit: int = 6
) -> list[tuple[_Key, float]]:
    """Candidates whose phrases (name first, then synonyms) come near the query, best first, with scores up to 1.

    Typing errors, swapped letters and unfinished words are forgiven. Words that few candidates use count for more.

    >>> closest("vnp", [("access", ["Access"]), ("broken", ["Something is broken", "vpn down"])])[0][0]
    'broken'
    """
    shelf = [(key, tuple(_meaning(phrase) for phrase in phrases)) for key, phrases in candidates]
    weights = _weights(phrases for _, phrases in shelf)
    asked = _meaning(query)
    scored = [(key, closeness(asked, phrases, weights)) for key, phrases in shelf] if asked else []
    near = [(key, score) for key, score in scored if score >= NEAR_ENOUGH]
    return sorted(near, key=lambda pair: -pair[1])[:limit]


def closeness(asked: Sequence[str], phrases: Sequence[Sequence[str]], weights: dict[str, float]) -> float:
    """How near the asked words come to a thing known by these phrases, 0 to 1; `weights` by word, 1 where unknown."""
    likeness = {word: max((alike(own, word), own) for own in asked) for phrase in phrases for word in phrase}
    if not any(near for near, _ in likeness.values()):
        return 0.0  # most things have nothing to do with what was asked, and a search looks at all of them
    met: dict[str, float] = {}
    best = 0.0
    for phrase in phrases:
        here: dict[str, float] = {}
        for word in phrase:
            near, own = likeness[word]
            here[own] = max(here.get(own, 0.0), near)
        for own, near in here.items():
            met[own] = max(met.get(own, 0.0), near)
        best = max(best, 0.7 * _share(asked, here, weights) + 0.3 * _covered(phrase, likeness, weights))
    return 0.6 * best + 0.4 * _share(asked, met, weights)


@lru_cache(maxsize=20_000)
def alike(typed: str, known: str) -> float:
    """How surely a typed word means a known one: 1 the same, 0 another word.

    >>> alike("lap", "laptop"), alike("vnp", "vpn"), alike("printer", "invoice")
    (0.9, 0.8, 0.0)
    """
    if typed == known:
        return 1.0
    if len(typed) >= 3 and known.startswith(typed):
        return 0.9
    if len(known) >= 4 and typed.startswith(known) and len(typed) - len(known) <= 3:
        return 0.9
    allowed = 2 if len(typed) >= 8 else 1 if len(typed) >= 4 else 0
    if sorted(typed) == sorted(known) and len(typed) >= 3:
        allowed = max(allowed, 1)
    steps = _typing_errors(typed, known) if abs(len(typed) - len(known)) <= allowed else allowed + 1
    return 0.9 - 0.1 * steps if steps <= allowed else 0.0


@lru_cache(maxsize=10_000)
def _meaning(phrase: str) -> tuple[str, ...]:
    """The words that carry meaning; all of them where only small words were typed."""
    found = dict.fromkeys(words(phrase))
    return tuple(word for word in found if word not in _SMALL_WORDS) or tuple(found)


def _weights(shelf: Iterable[Iterable[Iterable[str]]]) -> dict[str, float]:
    users: dict[str, int] = {}
    size = 0
    for phrases in shelf:
        size += 1
        for word in {word for phrase in phrases for word in phrase}:
            users[word] = users.get(word, 0) + 1
    return {word: log(1 + size / count) for word, count in users.items()}


def _share(asked: Sequence[str], met: dict[str, float], weights: dict[str, float]) -> float:
    """The weight of the asked words that were met; words nobody uses weigh like an ordinary one."""
    usual = sum(weights.values()) / len(weights) if weights else 1.0
    total = sum(weights.get(word, usual) for word in asked)
    return sum(weights.get(word, usual) * met.get(word, 0.0) for word in asked) / total


def _covered(phrase: Sequence[str], likeness: dict[str, tuple[float, str]], weights: dict[str, float]) -> float:
    total = sum(weights.get(word, 1.0) for word in phrase)
    return sum(weights.get(word, 1.0) * likeness[word][0] for word in phrase) / total if phrase else 0.0


def _typing_errors(left: str, right: str) -> int:
    """Letters to add, drop, change, or swap with a neighbour, to turn one word into the other."""
    older: list[int] = []
    last = list(range(len(right) + 1))
    for row, sign in enumerate(left, start=1):
        line = [row]
        for column, other in enumerate(right, start=1):
            cost = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (sign != other))
            if row > 1 and column > 1 and sign == right[column - 2] and left[row - 2] == other:
                cost = min(cost, older[column - 2] + 1)
            line.append(cost)
        older, last = last, line
    return last[-1]


def _without_closing_signs(address: str) -> str:
    """The address without the sentence's own punctuation, and without a bracket it did not open."""
    while address[-1] in _CLOSING or _closes_too_much(address):
        address = address[:-1]
    return address


def _closes_too_much(address: str) -> bool:
    opening = _BRACKETS.get(address[-1])
    return opening is not None and address.count(address[-1]) > address.count(opening)
