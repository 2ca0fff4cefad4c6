"""What is wrong with a page, in sentences: markup, names for every control, forms that work, nothing inline."""

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as SENTENCES

CONTROLS = ("input", "select", "textarea")
SPEECHLESS = ("hidden", "submit", "button", "reset", "image")
REFERENCES = (
    "for",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-errormessage",
    "form",
    "list",
    "headers",
)
HOMES = {"<tr": "tbody", "<tbody": "table", "<td": "tr", "<option": "select"}
NAMES = ("aria-label", "aria-labelledby", "title", "alt")


def findings(html: str) -> list[str]:
    """Everything wrong with a whole page, or with a fragment of one (which has no doctype)."""
    whole = html.lstrip()[:9].lower() == "<!doctype"
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root = parser.parse(html) if whole else parser.parseFragment(html, container=container_of(html))
    problems = [f"line {line}: {SENTENCES[code] % values}" for (line, _), code, values in parser.errors]
    for check in (doubles, nameless, doorless, inline, *((frame, dangling) if whole else ())):
        problems += check(root)
    return problems


def container_of(html: str) -> str:
    """Where a fragment will be put: rows and cells are torn apart anywhere but in a table."""
    start = html.lstrip().lower()
    return next((home for tag, home in HOMES.items() if start.startswith(tag)), "div")


def elements(root: Element, *tags: str) -> Iterator[Element]:
    return (node for node in root.iter() if isinstance(node.tag, str) and (not tags or node.tag in tags))


def doubles(root: Element) -> Iterator[str]:
    ids = Counter(node.get("id") for node in elements(root) if "id" in node.attrib)
    yield from (f"the id {name!r} stands {times} times" for name, times in ids.items() if times > 1)


def nameless(root: Element) -> Iterator[str]:
    """Controls, buttons, links and pictures that a screen reader cannot name."""
    labels = [label for label in elements(root, "label") if said(label)]
    wrapped = {id(inner) for label in labels for inner in elements(label, *CONTROLS)}
    spoken_for = {label.get("for") for label in labels} - {None}
    for node in elements(root, *CONTROLS):
        if node.get("type") in SPEECHLESS or id(node) in wrapped or node.get("id") in spoken_for:
            continue
        if not any(node.get(name) for name in NAMES):
            yield f"<{node.tag} name={node.get('name')!r}> has no label"
    for node in elements(root, "button", "a"):
        if not said(node) and not any(node.get(name) for name in NAMES):
            yield f"<{node.tag}> says nothing"
    yield from (
        f"<img src={node.get('src')!r}> has no alt" for node in elements(root, "img") if "alt" not in node.attrib
    )


def said(node: Element) -> str:
    """The words of an element: those of its pictures too, but not the choices and values of the controls in it."""
    heard = (child for child in node if isinstance(child.tag, str) and child.tag not in CONTROLS)
    tails = (child.tail or "" for child in node)
    return "".join([node.text or "", *map(said, heard), *tails, node.get("alt", "")]).strip()


def doorless(root: Element) -> Iterator[str]:
    """Forms that do not work without script, or that the server would refuse."""
    for form in elements(root, "form"):
        if not form.get("action"):
            yield "a form has no action"
        fields = {node.get("name") for node in elements(form, "input")}
        if form.get("method", "get").lower() == "post" and "csrf_token" not in fields:
            yield f"the form to {form.get('action')!r} has no csrf_token"


def inline(root: Element) -> Iterator[str]:
    """What the content security policy would block."""
    for node in elements(root):
        yield from (
            f"<{node.tag}> carries {name}" for name in node.attrib if name == "style" or str(name).startswith("on")
        )
        if node.tag == "style" or (node.tag == "script" and not node.get("src")):
            yield f"<{node.tag}> inside the page"


def frame(root: Element) -> Iterator[str]:
    """What every whole page has once."""
    if not root.get("lang"):
        yield "the page names no language"
    if not any((node.text or "").strip(" ·\n") for node in elements(root, "title")):
        yield "the page has no title"
    for tag in ("main", "h1"):
        count = sum(1 for _ in elements(root, tag))
        if count != 1:
            yield f"the page has {count} <{tag}>"


def dangling(root: Element) -> Iterator[str]:
    """References to elements that are not there."""
    ids = {node.get("id") for node in elements(root)}
    for node in elements(root):
        named = [(name, word) for name in REFERENCES for word in node.get(name, "").split()]
        target = node.get("hx-target", "")
        named += [("hx-target", target[1:])] if target.startswith("#") else []
        yield from (f"<{node.tag} {name}={word!r}> points at nothing" for name, word in named if word not in ids)
