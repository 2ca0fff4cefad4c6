"""Prints the tables of docs/architecture.md anew from the code they describe.

Run by `make docs`; a test compares the two, so a rule cannot change without its table.
"""

import sys
from pathlib import Path

from internaldesk.core import lifecycle, policy

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"


def main() -> int:
    text = DOCUMENT.read_text()
    for table in (policy.matrix(), lifecycle.diagram()):
        text = renewed(text, table)
    DOCUMENT.write_text(text)
    return 0


def renewed(text: str, table: str) -> str:
    """`text` with the table that has the same head as `table` replaced by it.

    >>> renewed("Before.\\n| a |\\n|---|\\n| old |\\nAfter.", "| a |\\n|---|\\n| new |")
    'Before.\\n| a |\\n|---|\\n| new |\\nAfter.'
    """
    lines, fresh = text.split("\n"), table.strip().split("\n")
    start = lines.index(fresh[0])
    rows = next((n for n, line in enumerate(lines[start:]) if not line.startswith("|")), len(lines) - start)
    return "\n".join([*lines[:start], *fresh, *lines[start + rows :]])


if __name__ == "__main__":
    sys.exit(main())
