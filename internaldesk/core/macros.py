"""Macros: a text with a few blanks to fill in, and what it does to a request besides; without that, a canned reply."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import AGENT_WORDS, Status
from internaldesk.core.text import words

LONGEST = 5000

FIRST_NAME = "first name"
NUMBER = "number"
MY_NAME = "my name"
TEAM = "team"
PROMISE = "promise"
PLACEHOLDERS: Mapping[str, str] = {
    FIRST_NAME: "what the requester is called",
    NUMBER: "the number of the request",
    MY_NAME: "who sends it",
    TEAM: "the team that holds it",
    PROMISE: "by when it is promised to be solved",
}
THEN = (Status.PROGRESS, Status.WAITING, Status.SUPPLIER, Status.SOLVED)
"""The states a macro may set: an approval is asked for by name, and only silence or the requester closes."""

_BLANK = re.compile(r"\{([^{}\n]*)\}")
_SHORTCUT = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


class Assign(StrEnum):
    """Whom a macro gives the request to; `person` names one."""

    KEEP = "keep"
    ME = "me"
    PERSON = "person"
    NOBODY = "nobody"


class Part(StrEnum):
    """What a macro does besides saying something; each part can be left out when it is used."""

    STATUS = "status"
    TAGS = "tags"
    ASSIGNEE = "assignee"


class MacroLike(Protocol):
    """What the rules below read of a macro; the table row satisfies it."""

    @property
    def name(self) -> str: ...
    @property
    def shortcut(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def status(self) -> Status | None: ...
    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def assign(self) -> Assign: ...
    @property
    def assignee_id(self) -> int | None: ...


AnyMacro = TypeVar("AnyMacro", bound=MacroLike)


@dataclass(frozen=True, slots=True)
class Content:
    """A macro as it is written, before it is kept."""

    name: str
    shortcut: str = ""
    body: str = ""
    status: Status | None = None
    tags: tuple[str, ...] = ()
    assign: Assign = Assign.KEEP
    assignee_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands, as far as a macro can change it; tags are in order."""

    status: Status
    assignee_id: int | None
    tags: tuple[str, ...] = ()


def check(macro: MacroLike) -> None:
    """Raise Refused with a sentence, at its field, where a macro cannot be kept like this."""
    if unknown := strange(macro.body):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise Refused(f"{unknown[0]} is not known. There are {known}.", field="body")
    if not macro.body and not parts(macro):
        raise Refused("Write a text, or choose something that it does.", field="body")
    if macro.shortcut and not _SHORTCUT.fullmatch(macro.shortcut):
        raise Refused("A shortcut is one word of letters, digits and hyphens.", field="shortcut")


def parts(macro: MacroLike) -> tuple[Part, ...]:
    """What it does besides saying something; nothing for a canned reply."""
    does = {
        Part.STATUS: macro.status is not None,
        Part.TAGS: bool(macro.tags),
        Part.ASSIGNEE: macro.assign is not Assign.KEEP,
    }
    return tuple(part for part, is_done in does.items() if is_done)


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled in; one without a value stays, so that whoever sends it sees it.

    >>> filled_in("Hi {First name}, {number}: by {promise}", {"first name": "Ada", "number": "R-4", "promise": ""})
    'Hi Ada, R-4: by {promise}'
    """
    return _BLANK.sub(lambda blank: values.get(_name(blank[1])) or blank[0], text)


def blanks(text: str) -> tuple[str, ...]:
    """The blanks of ours that are still in a text, as they are written, each once.

    >>> blanks("By {promise}, not {this}")
    ('{promise}',)
    """
    return tuple(f"{{{name}}}" for name in _names(text) if name in PLACEHOLDERS)


def strange(text: str) -> tuple[str, ...]:
    """What stands in braces and is no blank of ours, each once."""
    return tuple(f"{{{name}}}" for name in _names(text) if name not in PLACEHOLDERS)


def appended(written: str, text: str) -> str:
    """What was written, with a text behind it as a paragraph of its own; nothing written is touched.

    >>> appended("Hi Ada,", "We look.")
    'Hi Ada,\\n\\nWe look.'
    """
    return f"{written.rstrip()}\n\n{text}" if written.strip() else text


def outcome(
    macro: MacroLike, before: Standing, *, me: int, replies: bool, do: Collection[Part] | None = None
) -> Standing:
    """How the request stands afterwards; `do` are the parts that are done (all of them for None).

    A public reply moves an open request on as Send does, and the first to answer or to solve becomes the assignee.
    What is solved stays so: only the requester's side reopens it.
    """
    done = set(parts(macro) if do is None else do)
    tags = {*before.tags, *(macro.tags if Part.TAGS in done else ())}
    status = _status(macro.status if Part.STATUS in done else None, before.status, replies)
    assign = macro.assign if Part.ASSIGNEE in done else Assign.KEEP
    acts = replies or (status is Status.SOLVED and before.status is not Status.SOLVED)
    kept = me if before.assignee_id is None and acts else before.assignee_id
    given = {Assign.KEEP: kept, Assign.ME: me, Assign.NOBODY: None, Assign.PERSON: macro.assignee_id}
    return Standing(status, given[assign], tuple(sorted(tags)))


def _status(wanted: Status | None, now: Status, replies: bool) -> Status:
    if now in (Status.SOLVED, Status.CLOSED):
        return now
    return wanted or (Status.PROGRESS if replies else now)


def changes(before: Standing, after: Standing, *, me: int, names: Mapping[int, str]) -> dict[Part, str]:
    """What becomes different, in a sentence a part: "Sets status: Waiting for requester."."""
    found = {}
    if after.status is not before.status:
        found[Part.STATUS] = sets(after.status)
    if new := sorted(set(after.tags) - set(before.tags)):
        found[Part.TAGS] = adds(new)
    if after.assignee_id != before.assignee_id:
        found[Part.ASSIGNEE] = gives(after.assignee_id, me=me, names=names)
    return found


def does(macro: MacroLike, *, names: Mapping[int, str], me: int | None = None) -> list[str]:
    """What it does to any request, in a sentence a part; `me` is who would use it."""
    said = {
        Assign.KEEP: "",
        Assign.ME: gives(me, me=me, names=names) if me else "Gives it to whoever uses it.",
        Assign.NOBODY: gives(None, me=me, names=names),
        Assign.PERSON: gives(macro.assignee_id or 0, me=me, names=names),
    }
    status = sets(macro.status) if macro.status else ""
    tags = adds(macro.tags) if macro.tags else ""
    return [sentence for sentence in (status, tags, said[macro.assign]) if sentence]


def sets(status: Status) -> str:
    """The sentence about a new status."""
    return f"Sets status: {AGENT_WORDS[status]}."


def adds(tags: Sequence[str]) -> str:
    """The sentence about new tags."""
    return f"Adds {'tags' if len(tags) > 1 else 'the tag'}: {', '.join(tags)}."


def gives(to: int | None, *, me: int | None, names: Mapping[int, str]) -> str:
    """The sentence about a new assignee; somebody who is not named any more is said to be gone."""
    if to is None:
        return "Puts it back for anybody in the team."
    return "Gives it to you." if to == me else f"Gives it to {names.get(to, 'somebody who left')}."


def found(query: str, macros: Iterable[AnyMacro]) -> list[AnyMacro]:
    """Those that what was typed may mean: by shortcut, then by name, then by what they say; else as they came."""
    asked = words(query)
    if not asked:
        return list(macros) if not query.strip() else []
    ranked = [(_rank(asked, macro), macro) for macro in macros]
    return [macro for rank in range(3) for found_at, macro in ranked if found_at == rank]


def _rank(asked: Sequence[str], macro: MacroLike) -> int | None:
    if "-".join(words(macro.shortcut)).startswith("-".join(asked)):
        return 0
    if _begin(asked, words(macro.name)):
        return 1
    return 2 if _begin(asked, (*words(macro.name), *words(macro.body), *macro.tags)) else None


def _begin(asked: Sequence[str], said: Sequence[str]) -> bool:
    """Whether every word typed begins one that is there."""
    return all(any(word.startswith(start) for word in said) for start in asked)


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(_name(blank[1]) for blank in _BLANK.finditer(text)))


def _name(inside: str) -> str:
    return " ".join(inside.lower().split())
