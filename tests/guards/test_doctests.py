"""The arithmetic shown in docstrings is the arithmetic done."""

import doctest
import importlib

import pytest

from tests.core import worked
from tests.guards.reading import ROOT, modules, name_of

TOLD = [ROOT / "docs" / "sla.md"]
SHOWN = [file for file in modules("internaldesk") if ">>>" in file.read_text()]


@pytest.mark.parametrize("file", SHOWN, ids=name_of)
def test_examples_hold(file):
    module = importlib.import_module(name_of(file).removesuffix(".py").replace("/", "."))

    result = doctest.testmod(module)

    assert result.failed == 0
    assert result.attempted > 0


@pytest.mark.parametrize("file", TOLD, ids=name_of)
def test_worked_examples_of_documents_hold(file):
    result = doctest.testfile(str(file), module_relative=False, globs=worked.WORDS.copy(), encoding="utf-8")

    assert result.failed == 0
    assert result.attempted > 0


def test_every_document_with_examples_is_run():
    shown = [file for file in (ROOT / "docs").rglob("*.md") if "    >>> " in file.read_text(encoding="utf-8")]

    assert shown == TOLD
