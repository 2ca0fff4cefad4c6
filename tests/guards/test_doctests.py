"""The arithmetic shown in docstrings is the arithmetic done."""

import doctest
import importlib

import pytest

from tests.guards.reading import modules, name_of

SHOWN = [file for file in modules("internaldesk") if ">>>" in file.read_text()]


@pytest.mark.parametrize("file", SHOWN, ids=name_of)
def test_examples_hold(file):
    module = importlib.import_module(name_of(file).removesuffix(".py").replace("/", "."))

    result = doctest.testmod(module)

    assert result.failed == 0
    assert result.attempted > 0
