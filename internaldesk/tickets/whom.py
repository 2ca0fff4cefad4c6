"""Find the co-worker a form means: by id, by address, or by a name that may fit several."""

from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from internaldesk.people import queries as people
from internaldesk.people.queries import CoWorker
from internaldesk.tickets.queries import LARGEST_NUMBER

ME = ("", "me")


class Found(NamedTuple):
    """Who was meant by an id, an address or a name: one person, several to choose from, or nobody."""

    person: CoWorker | None
    matches: tuple[CoWorker, ...] = ()
    error: str = ""


def find(given: MultiDict[str, str], name: str) -> Found:
    """Who is meant by the field `name` and the text typed beside it; a choice no longer named there is void."""
    beside, text = given.get(f"{name}_name", "").strip(), typed(given, name)
    if text in ME:
        return Found(None)
    found = _named(text)
    stale = found.person and beside and found.person.name.casefold() not in beside.casefold()
    return _named(beside) if stale else found


def typed(given: MultiDict[str, str], name: str) -> str:
    """The chosen id, or else what was typed beside it."""
    return given.get(name, "").strip() or given.get(f"{name}_name", "").strip()


def described(person: CoWorker) -> str:
    """A co-worker among others of the same name."""
    return ", ".join(part for part in (person.name, person.job_title, person.location) if part)


def _named(text: str) -> Found:
    if text.isdecimal() and text.isascii() and int(text) <= LARGEST_NUMBER:
        person = people.co_worker(int(text))
        return Found(person, (), "" if person else "Choose one from the list.")
    if "@" in text:
        known = people.by_email(text)
        person = people.co_worker(known.id) if known else None
        return Found(person, (), "" if person else f"Nobody here has the address “{text}”.")
    near = people.co_workers(text)
    exact = [person for person in near if person.name.casefold() == text.casefold()]
    fits = exact if len(exact) == 1 else near
    if len(fits) == 1:
        return Found(fits[0])
    if not fits:
        return Found(None, (), f"Nobody here is called “{text}”.")
    return Found(None, tuple(fits), f"Choose who this is: “{text}” matches {len(fits)} people.")
