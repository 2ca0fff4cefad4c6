"""What the documents name exists: paths, make targets, commands."""

import re

import pytest

from tests.guards.reading import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"```.*?```", re.DOTALL)
QUOTED = re.compile(r"`([^`\n]+)`")
LINKED = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:py|md|html|css|js|toml|txt|in|sh)")
OURS = ("app.py", "bench", "deploy", "docs", "internaldesk", "static", "templates", "tests", ".ci")
TARGET = re.compile(r"^([a-z]+):(.*)$", re.MULTILINE)


def named(file):
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", DOCUMENTS, ids=named)
def test_every_path_it_names_exists(file):
    gone = [path for path in paths_in(file.read_text()) if not exists(path, beside=file.parent)]

    assert gone == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=named)
def test_every_make_target_it_names_exists(file):
    assert made_in(file.read_text()) - targets().keys() == set()


@pytest.mark.parametrize("file", DOCUMENTS, ids=named)
def test_every_command_it_names_exists(file, desk):
    commands = desk.cli.commands["desk"].commands

    assert commanded_in(file.read_text()) - commands.keys() == set()


def test_every_documented_target_says_what_it_does():
    promised = {"run", "test", "check", "bench", "demo", "fix", "docs", "lock", "help"}

    assert {name for name, rest in targets().items() if "##" in rest} >= promised


def test_what_a_document_names_is_found():
    text = (
        "Run `make run`, then `flask desk init` or `flask --app app desk work --once`; read `internaldesk/core/sla.py`,"
        " [the plan](docs/architecture.md) and `/queue/next`, `text/html`.\n```sh\n$ make test\n```\n"
    )

    assert paths_in(text) == ["internaldesk/core/sla.py", "docs/architecture.md"]
    assert made_in(text) == {"run", "test"}
    assert commanded_in(text) == {"init", "work"}


@pytest.mark.parametrize(
    ("path", "there"),
    [("internaldesk/db.py", True), ("core/policy.py", True), ("internaldesk/core/", True), ("core/nowhere.py", False)],
)
def test_a_path_is_looked_for_from_the_top_and_from_the_package(path, there):
    assert exists(path, beside=ROOT) is there


def paths_in(text):
    prose = FENCE.sub("", text)
    quoted = [word for word in QUOTED.findall(prose) if PATH.fullmatch(word) and is_ours(word)]
    linked = [link for link in LINKED.findall(prose) if "://" not in link and not link.startswith("mailto:")]
    return [*quoted, *linked]


def is_ours(word):
    """A path of the project, told apart from addresses, media types and packages."""
    rooms = {folder.name for folder in (ROOT / "internaldesk").iterdir() if folder.is_dir()}
    return word.split("/")[0] in {*OURS, *rooms} and ("/" in word or word in OURS)


def exists(path, *, beside):
    return any((folder / path).exists() for folder in (ROOT, ROOT / "internaldesk", beside))


def made_in(text):
    return set(re.findall(r"(?:`|^\s*\$? ?)make ([a-z]+)", text, re.MULTILINE))


def commanded_in(text):
    return set(re.findall(r"flask (?:--app app )?desk ([a-z]+)", text))


def targets():
    return dict(TARGET.findall((ROOT / "Makefile").read_text()))
