"""What can be a tag, and how the history tells that tags came and went."""

import pytest

from internaldesk.core import tags
from internaldesk.core.errors import Refused


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ()),
        (" , ; #", ()),
        ("vpn", ("vpn",)),
        ("VPN, dock-driver\n#Wi-Fi vpn", ("dock-driver", "vpn", "wi-fi")),
        ("łódź 2fa", ("2fa", "łódź")),
    ],
)
def test_tags_are_lower_case_words_each_once(typed, read):
    assert tags.read(typed) == read


@pytest.mark.parametrize("word", ["a_b", "-vpn", "vpn-", "a--b", "v.p.n", "c++", "<b>", "{x}"])
def test_what_is_no_word_is_named(word):
    with pytest.raises(Refused, match="cannot be a tag") as refusal:
        tags.read(f"vpn {word}")

    assert f"“{word}”" in refusal.value.sentence


def test_a_tag_has_at_most_forty_letters():
    assert tags.read("x" * 40) == ("x" * 40,)
    with pytest.raises(Refused, match="at most 40"):
        tags.read("x" * 41)


def test_a_request_takes_twenty():
    names = [f"t{n}" for n in range(21)]

    assert len(tags.checked([*names[:20], "t0"])) == 20
    with pytest.raises(Refused, match="at most 20"):
        tags.checked(names)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([], ["vpn"], "added the tag vpn"),
        (["vpn"], [], "took off the tag vpn"),
        (["a", "b"], ["b", "c", "d"], "added the tags c, d and took off the tag a"),
        (["a"], ["a"], ""),
    ],
)
def test_the_history_says_what_came_and_went(before, after, words):
    assert tags.told(before, after) == words
