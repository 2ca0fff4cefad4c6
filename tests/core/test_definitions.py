"""What each figure means: two sentences each, every name once, and the numbers those of the rules."""

import re

import pytest

from internaldesk.core.definitions import ALL
from internaldesk.core.figures import LEAST_CASES
from internaldesk.core.rating import LEAST_ANSWERS, SATISFIED


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.slug)
def test_each_is_said_in_two_sentences(found):
    assert len(re.findall(r"[.](?: |$)", found.words)) == 2


def test_no_name_stands_for_two():
    assert len({found.slug for found in ALL}) == len({found.term for found in ALL}) == len(ALL)


def test_numbers_are_those_of_the_rules():
    words = {found.slug: found.words for found in ALL}

    assert f"Under {LEAST_CASES} cases" in words["small"]
    assert f"under {LEAST_ANSWERS} answers" in words["small"]
    assert words["satisfied"].startswith(f"Answers of {SATISFIED} or 5")
