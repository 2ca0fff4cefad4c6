"""Who may import whom: the contracts of pyproject.toml hold, and the core needs nothing but Python."""

import ast
import sys

import pytest
from importlinter.cli import lint_imports

from tests.guards.reading import ROOT, modules, name_of, tree_of


def test_the_import_contracts_hold(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)

    outcome = lint_imports(no_cache=True)

    assert outcome == 0, capsys.readouterr().out


@pytest.mark.parametrize("file", modules("internaldesk/core"), ids=name_of)
def test_the_core_imports_only_python_and_itself(file):
    assert strangers(file.read_text()) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import json\nfrom zoneinfo import ZoneInfo\nfrom internaldesk.core import hours", []),
        ("import holidays", ["holidays"]),
        ("from sqlalchemy.orm import Session", ["sqlalchemy.orm"]),
        ("from internaldesk.db import db", ["internaldesk.db"]),
        ("from internaldesk import models", ["internaldesk"]),
        ("from . import hours", ["."]),
    ],
)
def test_strangers_are_seen(source, expected):
    assert strangers(source) == expected


def strangers(source):
    names = []
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append("." * node.level + (node.module or ""))
    return [name for name in names if not is_at_home(name)]


def is_at_home(name):
    return name.split(".")[0] in sys.stdlib_module_names or f"{name}.".startswith("internaldesk.core.")
