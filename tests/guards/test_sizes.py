"""A file is one reading, a function one thought."""

import pytest

from tests.guards.reading import ROOT, functions, modules, name_of, tree_of

FILE_LINES = 300
FUNCTION_LINES = 40
JOURNEY_LINES = 80  # a journey is told in one breath, step after step
LIST_LINES = 400  # pages, styles, scripts and tests are lists, read one entry at a time
# Tables as they were, one after the other: written by Alembic and never edited.
GENERATED = "internaldesk/migrations/versions/"


def by_hand():
    return [file for file in modules() if not name_of(file).startswith(GENERATED)]


def test_no_file_is_longer_than_one_reading():
    assert longer_than(FILE_LINES, [file for file in by_hand() if not is_test(file)]) == {}


def test_no_function_is_longer_than_one_thought():
    found = {(name_of(file), name): lines for file in by_hand() for name, lines in long_functions(file.read_text())}

    assert {where: lines for where, lines in found.items() if lines > allowed(*where)} == {}


def test_no_page_style_script_or_test_is_longer_than_a_list():
    files = [file for part in ("templates", "static") for file in (ROOT / part).rglob("*") if is_ours(file)]

    assert longer_than(LIST_LINES, [*files, *filter(is_test, by_hand())]) == {}


@pytest.mark.parametrize(("lines", "seen"), [(FUNCTION_LINES, []), (FUNCTION_LINES + 1, [("long", 41)])])
def test_a_long_function_is_seen(lines, seen):
    source = "def long():\n" + "    pass\n" * (lines - 1)

    assert long_functions(source) == seen


def allowed(file, name):
    told = file.startswith("tests/journeys/") and name.startswith("test_")
    return JOURNEY_LINES if told else FUNCTION_LINES


def longer_than(limit, files):
    lengths = {name_of(file): len(file.read_text().splitlines()) for file in files}
    return {name: lines for name, lines in lengths.items() if lines > limit}


def is_test(file):
    return name_of(file).startswith("tests/")


def is_ours(file):
    return file.suffix in (".html", ".txt", ".css", ".js") and "vendor" not in file.parts


def long_functions(source):
    sizes = [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in functions(tree_of(source))]
    return [(name, lines) for name, lines in sizes if lines > FUNCTION_LINES]
