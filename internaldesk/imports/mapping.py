"""What a mapping says of another desk's log: which column means what, and what becomes of its words.

`docs/import.md` explains it to whoever writes one. Everything a mapping gets wrong is refused in a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from internaldesk.core.errors import BadInput
from internaldesk.core.priority import Priority
from internaldesk.tickets.arrival import DOORS, PORTAL

Word = TypeVar("Word", bound=StrEnum)


class Verb(StrEnum):
    """What a row of a log can say of a request."""

    FILED = "filed"
    REPLY = "reply"
    MESSAGE = "message"
    WORK = "work"
    WAIT = "wait"
    APPROVAL = "approval"
    SUPPLIER = "supplier"
    SOLVED = "solved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    NOTHING = "nothing"


class Ending(StrEnum):
    """What becomes of a request that is still open where the log ends."""

    KEEP = "keep"
    CLOSE = "close"
    REFUSE = "refuse"


FORMER, RETIRED, NAMED = "former", "retired", "named"
_COLUMNS = frozenset(
    {"number", "time", "activity", "filed", "requester", "person", "assignee", "team", "type", "priority", "channel"}
    | {"location", "department", "words"}
)
_NEEDED = ("number", "time", "activity")
_PARTS = frozenset({"source", "columns", "activities", "promise", "people", *("teams", "types", "priorities")}) | {
    *("channels", "locations", "departments", "ending")
}


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of one column become, and what every other word becomes; "" where it is refused."""

    known: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""

    def of(self, word: str) -> str:
        """What a word becomes; "" where nothing is said of it."""
        return self.known.get(word, self.otherwise)


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole mapping, checked for shape; names of the desk in it are looked up later."""

    source: str
    note: str
    zone: ZoneInfo
    time: str
    delimiter: str
    empty: frozenset[str]
    summary: str
    columns: Mapping[str, str]
    activities: Mapping[str, tuple[Verb, ...]]
    promise_team: str
    promise: str
    calendar: str
    people: Words
    people_location: str
    teams: Words
    types: Words
    priorities: Words
    channels: Words
    locations: Words
    departments: Words
    ending: Ending


def parse(content: Any) -> Plan:
    """The plan of a mapping as TOML or JSON tells it. Raises BadInput with the sentence to mend it by."""
    tables = _table(content, "The mapping", _PARTS)
    source = _table(tables.get("source"), "[source]", {"name", "note", "zone", "time", "delimiter", "empty", "summary"})
    promise = _table(tables.get("promise"), "[promise]", {"team", "name", "calendar"})
    people = _table(tables.get("people", {}), "[people]", {"map", "otherwise", "location"})
    ending = _table(tables.get("ending", {}), "[ending]", {"open"})
    return Plan(
        source=_short(_text(source, "name", "[source]"), 60),
        note=_short(_text(source, "note", "[source]", ""), 500),
        zone=_zone(_text(source, "zone", "[source]")),
        time=_text(source, "time", "[source]", "iso"),
        delimiter=_delimiter(_text(source, "delimiter", "[source]", ",")),
        empty=frozenset({"", *_list(source, "empty", "[source]")}),
        summary=_text(source, "summary", "[source]"),
        columns=_columns(tables.get("columns")),
        activities=_activities(tables.get("activities")),
        promise_team=_text(promise, "team", "[promise]"),
        promise=_text(promise, "name", "[promise]"),
        calendar=_text(promise, "calendar", "[promise]", ""),
        people=_words(people, "[people]", FORMER),
        people_location=_text(people, "location", "[people]"),
        teams=_named(tables, "teams"),
        types=_named(tables, "types", RETIRED),
        priorities=_checked(_named(tables, "priorities", Priority.MEDIUM.value), "[priorities]", set(Priority)),
        channels=_checked(_named(tables, "channels", PORTAL), "[channels]", {PORTAL, *DOORS}),
        locations=_named(tables, "locations"),
        departments=_named(tables, "departments", NAMED),
        ending=_one_of(Ending, _text(ending, "open", "[ending]", Ending.KEEP.value), "[ending] open"),
    )


def _table(content: Any, where: str, known: set[str] | frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise BadInput(f"{where} is missing." if content is None else f"{where} must be a table.")
    strange = sorted(str(key) for key in content if key not in known)
    if strange:
        raise BadInput(f"{where} does not know “{strange[0]}”; it takes {', '.join(sorted(known))}.")
    return content


def _text(table: Mapping[str, Any], key: str, where: str, otherwise: str | None = None) -> str:
    found = table.get(key, otherwise)
    if not isinstance(found, str) or (otherwise is None and not found.strip()):
        raise BadInput(f"{where} needs “{key}” as text.")
    return found


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise BadInput(f"“{text[:30]}…” is too long: at most {most} characters.")
    return text


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError) as unknown:  # not found is an OSError for folders, else a KeyError below
        raise BadInput(f"“{name}” is not a time zone; write it as Europe/Lisbon.") from unknown
    except KeyError as unknown:
        raise BadInput(f"“{name}” is not a time zone; write it as Europe/Lisbon.") from unknown


def _delimiter(sign: str) -> str:
    if len(sign) != 1:
        raise BadInput("[source] delimiter is a single sign, such as “;”.")
    return sign


def _list(table: Mapping[str, Any], key: str, where: str) -> list[str]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise BadInput(f"{where} needs “{key}” as a list of texts.")
    return found


def _columns(content: Any) -> Mapping[str, str]:
    table = _table(content, "[columns]", _COLUMNS)
    for key in _NEEDED:
        _text(table, key, "[columns]")
    return {key: _text(table, key, "[columns]") for key in table}


def _activities(content: Any) -> Mapping[str, tuple[Verb, ...]]:
    if not isinstance(content, Mapping) or not content:
        raise BadInput("[activities] says what each word of the activity column means; it is missing.")
    found = {}
    for word, said in content.items():
        verbs = [said] if isinstance(said, str) else said
        if not isinstance(verbs, list):
            raise BadInput(f"[activities] “{word}” is a word or a list of words.")
        found[str(word)] = tuple(_one_of(Verb, verb, f"[activities] “{word}”") for verb in verbs)
    return found


def _one_of(kind: type[Word], value: Any, where: str) -> Word:
    known = [member for member in kind if member.value == value]
    if not known:
        raise BadInput(f"{where} cannot be “{value}”; known are {', '.join(member.value for member in kind)}.")
    return known[0]


def _named(tables: Mapping[str, Any], name: str, otherwise: str = "") -> Words:
    return _words(_table(tables.get(name, {}), f"[{name}]", {"map", "otherwise"}), f"[{name}]", otherwise)


def _words(table: Mapping[str, Any], where: str, otherwise: str) -> Words:
    known = table.get("map", {})
    if not isinstance(known, Mapping) or not all(isinstance(word, str) for word in known.values()):
        raise BadInput(f"{where} needs “map” as a table of texts.")
    return Words(dict(known), _text(table, "otherwise", where, otherwise))


def _checked(words: Words, where: str, allowed: set[str] | set[Priority]) -> Words:
    names = {str(word) for word in allowed}
    wrong = sorted({*words.known.values(), words.otherwise} - names - {""})
    if wrong:
        raise BadInput(f"{where} cannot be “{wrong[0]}”; known are {', '.join(sorted(names))}.")
    return words
