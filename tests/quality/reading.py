"""Reading a quality page: its words, its figures, and the lists they open."""

import re
from xml.etree.ElementTree import Element

import html5lib

from tests.browse import Browser

NUMBER = re.compile(r"[\d,]+")


class Pages:
    """What one reader sees."""

    def __init__(self, client: Browser) -> None:
        self.client = client

    def get(self, url: str, status: int = 200, **more) -> "Page":
        answer = self.client.get(url, **more)
        assert answer.status_code == status, answer.text[:2000]
        return Page(answer.text)

    def text(self, url: str) -> str:
        return self.get(url).words


class Page:
    """A page as a tree."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.root = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)

    @property
    def words(self) -> str:
        return said(self.root)

    def find(self, tag: str, css: str) -> list[Element]:
        return [node for node in self.root.iter(tag) if css in node.get("class", "").split()]

    def verdicts(self) -> dict[str, str]:
        """The four figures on top by their titles."""
        found = {}
        for node in self.find("a", "verdict"):
            value = next(inner for inner in node.iter("span") if inner.get("class") == "v")
            found[said(next(node.iter("h2")))] = said(value)
        return found

    def table(self, caption: str) -> dict[str, list[str]]:
        """The rows of a table by their heads."""
        rows = (row for body in self._table(caption).iter("tbody") for row in body.iter("tr"))
        return {said(next(row.iter("th"))): [said(cell) for cell in row.iter("td")] for row in rows}

    def heads(self, caption: str) -> list[str]:
        """The heads of the columns of a table."""
        return [said(head) for top in self._table(caption).iter("thead") for head in top.iter("th")]

    def _table(self, caption: str) -> Element:
        (table,) = [node for node in self.root.iter("table") if any(said(c) == caption for c in node.iter("caption"))]
        return table

    def lists(self) -> dict[str, str]:
        """Words by the address of the list they open; words of pictures left out."""
        links = (node for node in self.root.iter("a") if node.get("href", "").startswith("/quality/requests"))
        return {node.get("href"): said(node) for node in links}

    def counted(self) -> int:
        """How many a list says it counts, in its heading."""
        (head,) = self.find("div", "d-head")
        return number(said(next(node for node in head.iter("span") if node.get("class") == "count")))

    def rows(self) -> list[str]:
        return [said(node) for node in self.find("tr", "row")]


def said(node: Element) -> str:
    return " ".join("".join(node.itertext()).split())


def number(words: str) -> int:
    found = NUMBER.search(words)
    assert found is not None, words
    return int(found[0].replace(",", ""))
