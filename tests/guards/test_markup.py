"""The check that every page fetched in a test goes through sees what it should, and only that."""

import pytest

from tests.markup import findings

GOOD = """<!doctype html>
<html lang="en"><head><title>Get help</title></head><body>
<main><h1>Get help</h1>
<svg aria-hidden="true"><use href="#i-check" /></svg>
<form method="post" action="/a"><input type="hidden" name="csrf_token" value="x">
<label for="q">Words</label><input id="q" name="q" aria-describedby="hint"><p id="hint">Two or three.</p>
<label>Team <select name="team"><option>IT</option></select></label>
<button type="submit">Send</button></form>
<a href="/"><img src="/x.png" alt="Home"></a>
</main></body></html>"""


def test_a_good_page_has_no_findings():
    assert findings(GOOD) == []


@pytest.mark.parametrize("fragment", ["<p id='a'>Yes</p>", "<tr><td>R-1</td></tr>", "<option>IT</option>", "words"])
def test_a_good_fragment_has_no_findings(fragment):
    assert findings(fragment) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id="hint"', 'id="q"', "the id 'q' stands 2 times"),
        ('id="hint"', 'id="tip"', "<input aria-describedby='hint'> points at nothing"),
        ('<label for="q">Words</label>', "", "<input name='q'> has no label"),
        ("Team ", "", "<select name='team'> has no label"),
        ("Send", "", "<button> says nothing"),
        (' alt="Home"', "", "<img src='/x.png'> has no alt"),
        (' action="/a"', "", "a form has no action"),
        ("csrf_token", "token", "the form to '/a' has no csrf_token"),
        ("<main>", '<main style="color:red">', "<main> carries style"),
        ("<main>", '<main onclick="go()">', "<main> carries onclick"),
        ("<main>", "<main><script>go()</script>", "<script> inside the page"),
        ("<main>", '<main hx-target="#nowhere">', "<main hx-target='nowhere'> points at nothing"),
        ("<h1>Get help</h1>", "", "the page has 0 <h1>"),
        ("<title>Get help</title>", "<title> · </title>", "the page has no title"),
        (' lang="en"', "", "the page names no language"),
        ("</form>", "", "line 10: End tag (main) seen too early"),
    ],
)
def test_a_fault_is_found(old, new, expected):
    found = findings(GOOD.replace(old, new, 1))

    assert any(sentence.startswith(expected) for sentence in found), found
