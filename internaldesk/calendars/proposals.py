"""Public holidays of a country as a proposal: nothing of it holds before a person ticked it and it was copied."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import NamedTuple

import holidays

from internaldesk.calendars.checks import LONGEST_LABEL
from internaldesk.core.errors import Refused
from internaldesk.core.text import excerpt

YEARS_AHEAD = 10
_LANGUAGES = ("en_GB", "en_US")
_UNLISTED = {"XK": "Kosovo"}  # in use, and not yet in the standard


class Day(NamedTuple):
    """A public holiday: its date and what it is called, in English where the source knows English."""

    day: date
    name: str


class Choice(NamedTuple):
    """What was asked for: a country and perhaps a region of it, by their ISO codes, and a year."""

    country: str
    region: str
    year: int


@cache
def countries() -> Mapping[str, str]:
    """The countries there are holidays for, by code, in the order of their names."""
    known = holidays.list_supported_countries(include_aliases=False)
    names = {**_UNLISTED, **dict(_table("iso3166.tab"))}
    return dict(sorted(((code, names.get(code, code)) for code in known), key=lambda item: item[1].casefold()))


def regions(country: str) -> dict[str, str]:
    """The parts of a country that have holidays of their own, by code; none for a country nobody knows."""
    if country not in countries():
        return {}
    found = holidays.country_holidays(country)
    called = found.get_subdivision_aliases()
    return {code: next(iter(called.get(code, ())), code) for code in found.subdivisions}


def home(zone: str) -> str:
    """The country in which people live by that time zone; empty for one of no country."""
    return _zones().get(zone, "")


def places() -> list[str]:
    """The time zones people live by, for choosing from; every other one may be typed."""
    return sorted([*_zones(), "UTC"])


def asked(country: str, region: str, year: str, *, this_year: int) -> Choice:
    """What was chosen, or a refusal in a sentence that names the field."""
    if country not in countries():
        raise Refused(f"“{country}” is no country we know holidays of: choose one from the list.", field="country")
    if region and region not in regions(country):
        name = countries()[country]
        raise Refused(
            f"“{region}” is no region of {name}: choose one from its list, or the whole country.", field="region"
        )
    if not (year.isdecimal() and this_year - 1 <= int(year) <= this_year + YEARS_AHEAD):
        raise Refused(f"Choose a year from {this_year - 1} to {this_year + YEARS_AHEAD}.", field="year")
    return Choice(country, region, int(year))


def days(choice: Choice) -> list[Day]:
    """The public holidays of that year, days off in lieu included, in the order of their dates."""
    found = holidays.country_holidays(
        choice.country, subdiv=choice.region or None, years=choice.year, language=_language(choice)
    )
    return [Day(day, excerpt(name, LONGEST_LABEL)) for day, name in sorted(found.items()) if day.year == choice.year]


def _language(choice: Choice) -> str | None:
    known = holidays.country_holidays(choice.country).supported_languages
    return next((language for language in _LANGUAGES if language in known), None)


@cache
def _zones() -> Mapping[str, str]:
    return {row[2]: row[0] for row in _table("zone.tab")}


def _table(name: str) -> list[list[str]]:
    """A table of the time zone database, which the desk carries with it."""
    text = resources.files("tzdata.zoneinfo").joinpath(name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
