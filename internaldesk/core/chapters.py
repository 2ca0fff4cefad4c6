"""A figure, what it means, and those that belong together."""

from typing import NamedTuple


class Definition(NamedTuple):
    """A figure, its anchor on the page, and what it means."""

    slug: str
    term: str
    words: str


class Chapter(NamedTuple):
    """Figures that belong together."""

    title: str
    definitions: tuple[Definition, ...]
