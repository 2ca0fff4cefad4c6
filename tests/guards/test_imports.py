"""What a module needs stands at its top, so that a circle cannot hide inside a function."""

import ast

import pytest

from tests.guards.reading import functions, modules, name_of, tree_of


def test_no_import_hides_inside_a_function():
    hidden = [f"{name_of(file)}:{line}" for file in modules() for line in hidden_imports(file.read_text())]

    assert hidden == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f():\n    import json", [2]),
        ("class A:\n    async def f(self):\n        if True:\n            from json import loads", [4]),
        ("if TYPE_CHECKING:\n    import json", []),
        ("importlib.import_module('json')", []),
    ],
)
def test_a_hidden_import_is_seen(source, lines):
    assert hidden_imports(source) == lines


def hidden_imports(source):
    inside = (node for function in functions(tree_of(source)) for node in ast.walk(function))
    return sorted({node.lineno for node in inside if isinstance(node, ast.Import | ast.ImportFrom)})
