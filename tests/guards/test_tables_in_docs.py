"""The tables in the documents are the tables in the code (`make docs` prints them anew)."""

from deploy.print_docs import DOCUMENT, printed


def test_the_tables_are_current() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    assert printed(text) == text


def test_a_changed_table_would_be_noticed() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    changed = text.replace("| read | is owner", "| read | everybody")

    assert changed != text
    assert printed(changed) == text
