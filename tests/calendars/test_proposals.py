"""Public holidays are proposed by country, region and year, in English, days in lieu included."""

from datetime import date

import pytest

from internaldesk.calendars import proposals
from internaldesk.calendars.checks import LONGEST_LABEL
from internaldesk.calendars.proposals import Choice, Day
from internaldesk.core.errors import Refused


def test_england_has_days_in_lieu():
    days = proposals.days(Choice("GB", "ENG", 2027))

    assert Day(date(2027, 12, 27), "Christmas Day (observed)") in days
    assert [day for day, _ in days] == sorted(day for day, _ in days)
    assert {day.year for day, _ in days} == {2027}


def test_regions_differ():
    bavaria = {name for _, name in proposals.days(Choice("DE", "BY", 2027))}
    berlin = {name for _, name in proposals.days(Choice("DE", "BE", 2027))}

    assert "Epiphany" in bavaria - berlin
    assert proposals.regions("DE")["BY"] == "Bayern"
    assert proposals.regions("Atlantis") == {}


def test_every_country_has_a_name_and_labels_that_fit():
    countries = proposals.countries()

    assert countries["PT"] == "Portugal"
    assert countries["XK"] == "Kosovo"
    assert list(countries.values()) == sorted(countries.values(), key=str.casefold)
    assert max(len(day.name) for code in countries for day in proposals.days(Choice(code, "", 2027))) <= LONGEST_LABEL


@pytest.mark.parametrize(
    ("zone", "country"), [("Europe/London", "GB"), ("Europe/Lisbon", "PT"), ("UTC", ""), ("Etc/GMT+5", "")]
)
def test_a_zone_tells_the_country(zone, country):
    assert proposals.home(zone) == country


def test_places_to_choose_from_are_zones_people_live_by():
    assert {"Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "UTC"} <= set(proposals.places())


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        (("XX", "", "2027"), "country", "“XX” is no country we know holidays of: choose one from the list."),
        (("", "", "2027"), "country", "“” is no country we know holidays of: choose one from the list."),
        (
            ("DE", "ENG", "2027"),
            "region",
            "“ENG” is no region of Germany: choose one from its list, or the whole country.",
        ),
        (("DE", "", "2024"), "year", "Choose a year from 2025 to 2036."),
        (("DE", "", "2037"), "year", "Choose a year from 2025 to 2036."),
        (("DE", "", "next"), "year", "Choose a year from 2025 to 2036."),
        (("DE", "", "²"), "year", "Choose a year from 2025 to 2036."),
    ],
)
def test_what_makes_no_sense_is_refused(asked, field, sentence):
    with pytest.raises(Refused) as refused:
        proposals.asked(*asked, this_year=2026)

    assert (refused.value.field, refused.value.sentence) == (field, sentence)


def test_what_makes_sense_is_a_choice():
    assert proposals.asked("DE", "BY", "2036", this_year=2026) == Choice("DE", "BY", 2036)
