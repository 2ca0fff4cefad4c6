"""Tags: the few lower-case words a team sorts its requests by."""

import re
from collections.abc import Collection, Iterable

from internaldesk.core.errors import Refused

MOST = 20
LONGEST = 40

_BETWEEN = re.compile(r"[\s,;]+")
_TAG = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def read(text: str) -> tuple[str, ...]:
    """The tags in what was typed, by name and each once; they may be parted by spaces, commas or both.

    Raises Refused with a sentence that names the word that is no tag.

    >>> read("VPN, dock #dock-driver")
    ('dock', 'dock-driver', 'vpn')
    """
    found = {word.lstrip("#").lower() for word in _BETWEEN.split(text)} - {""}
    for word in sorted(found):
        if not _TAG.fullmatch(word):
            raise Refused(f"“{word}” cannot be a tag. Use letters, digits and hyphens, like vpn or dock-driver.")
        if len(word) > LONGEST:
            raise Refused(f"“{word[:LONGEST]}…” is too long: a tag has at most {LONGEST} characters.")
    return checked(found)


def checked(words: Iterable[str]) -> tuple[str, ...]:
    """These tags in order, or Refused where they are more than a request takes."""
    tags = tuple(sorted(set(words)))
    if len(tags) > MOST:
        raise Refused(f"A request takes at most {MOST} tags.")
    return tags


def told(before: Collection[str], after: Collection[str]) -> str:
    """What changed, as the history says it after a name.

    >>> told(["dock"], ["vpn", "wifi"])
    'added the tags vpn, wifi and took off the tag dock'
    """
    parts = [
        f"{verb} the tag{'s' if len(words) > 1 else ''} {', '.join(words)}"
        for verb, words in (
            ("added", sorted(set(after) - set(before))),
            ("took off", sorted(set(before) - set(after))),
        )
        if words
    ]
    return " and ".join(parts)
