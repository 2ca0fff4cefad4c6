"""The tables in the documents are the tables in the code."""

from pathlib import Path

from internaldesk.core import lifecycle, policy

ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"


def test_permission_matrix_is_current() -> None:
    assert policy.matrix() in ARCHITECTURE.read_text(encoding="utf-8")


def test_lifecycle_is_current() -> None:
    assert lifecycle.diagram() in ARCHITECTURE.read_text(encoding="utf-8")
