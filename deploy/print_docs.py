"""Print the tables of docs/architecture.md anew from the code, between their markers."""

import re
from pathlib import Path

from internaldesk.core import lifecycle, policy

DOCUMENT = Path(__file__).parent.parent / "docs" / "architecture.md"
TABLES = {"permissions": policy.matrix, "lifecycle": lifecycle.diagram}


def printed(text: str) -> str:
    """The document with every marked table as the code has it now."""
    for name, table in TABLES.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
        text = marked.sub(lambda found, table=table: f"{found[1]}{table()}{found[2]}", text)  # type: ignore[misc]  # default binds the loop
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(printed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
