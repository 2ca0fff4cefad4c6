"""What the guards read: the project's own files, their syntax trees, and the places found in them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "internaldesk"
TEMPLATES = ROOT / "templates"
PARTS = ("internaldesk", "tests", "bench", "deploy")


def modules(*parts: str) -> list[Path]:
    """Every Python file below `parts` (all of ours by default), and the door."""
    files = [file for part in parts or PARTS for file in (ROOT / part).rglob("*.py")]
    return sorted(files if parts else [ROOT / "app.py", *files])


def templates() -> list[Path]:
    return sorted(file for file in TEMPLATES.rglob("*") if file.suffix in (".html", ".txt"))


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def tree_of(source: str) -> ast.Module:
    return ast.parse(source)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def dotted(node: ast.AST) -> str:
    """`a.b.c` as text, or nothing when the expression is no plain chain of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (front := dotted(node.value)):
        return f"{front}.{node.attr}"
    return ""
