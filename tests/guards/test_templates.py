"""Templates keep the promises of the pages: they compile, have titles, work without script and under the strict CSP."""

import re
from functools import cache
from html.parser import HTMLParser

import pytest
from jinja2 import Environment, nodes

from tests.guards.reading import TEMPLATES, templates

# Where markup is passed through unescaped, and why that is safe. Empty is best.
TRUSTED: dict[str, str] = {}

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
HX_WRITES = {"hx-post", "hx-put", "hx-patch", "hx-delete"}
HTML = [file for file in templates() if file.suffix == ".html"]


def named(file):
    return file.relative_to(TEMPLATES).as_posix()


def is_page(file):
    folder = named(file).split("/")[0]
    return folder not in ("components", "letters") and not file.name.startswith("_") and named(file) != "base.html"


@pytest.mark.parametrize("file", templates(), ids=named)
def test_it_compiles_and_calls_only_what_it_can_reach(file, desk):
    with desk.test_request_context():
        context = {"": None}
        desk.update_template_context(context)
    source = file.read_text()

    desk.jinja_env.compile(source, filename=named(file))

    lent = imports_of(families().above(named(file)))
    assert unreachable_calls(source) - lent - desk.jinja_env.globals.keys() - context.keys() == set()


@pytest.mark.parametrize("file", [file for file in HTML if is_page(file)], ids=named)
def test_a_page_has_a_title(file):
    assert has_title(file.read_text())


@pytest.mark.parametrize("file", HTML, ids=named)
def test_it_holds_under_the_strict_policy_and_without_script(file):
    assert offences(file.read_text()) == []


@pytest.mark.parametrize("file", templates(), ids=named)
def test_every_imported_macro_is_used(file):
    lent = {name for source in families().below(named(file)) for name in loaded(parsed(source))}

    assert unused_imports(file.read_text()) - lent == set()


def test_nothing_is_passed_through_unescaped():
    trusting = {named(file) for file in templates() if trusts(file.read_text())}

    assert trusting == TRUSTED.keys()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('<p style="color:red">', ["<p> carries style"]),
        ("<p {% if a > b %}style='{{ x }}'{% endif %}>", ["<p> carries style"]),
        ('<button type="submit" onclick="go()">', ["<button> carries onclick"]),
        ("<script>go()</script>", ["<script> without src"]),
        ('<script src="{{ asset("js/desk.js") }}" defer></script>', []),
        ("<style>p {}</style>", ["<style> inside a page"]),
        ('<form hx-post="/a">', ["<form> sends by script only"]),
        ('<form method="post" action="{{ url }}" hx-post="{{ url }}">', []),
        ('<button hx-post="/a">', ["<button> sends by script only"]),
        ('<button formaction="/a" hx-post="/a">', []),
        ('<a href="javascript:go()">', ["<a> runs a script address"]),
        ('<div hx-on:click="go()" hx-vals="js:{a: 1}">', ["<div> carries hx-on:click", "<div> evaluates hx-vals"]),
        ('{# <p style="x"> #}', []),
    ],
)
def test_what_the_policy_or_a_browser_without_script_would_break_is_seen(source, expected):
    assert offences(source) == expected


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("{{ body|safe }}", True),
        ("{{ body | e | safe }}", True),
        ("{% autoescape false %}{{ body }}{% endautoescape %}", True),
        ("{{ 'safe' }} and safe {# |safe #}", False),
    ],
)
def test_trust_is_seen(source, seen):
    assert trusts(source) is seen


def test_an_unused_macro_and_an_unreachable_one_are_seen():
    source = '{% from "a.html" import icon, pill as p %}{% import "b.html" as b %}{{ icon("x") }}{{ field(1) }}'

    assert unused_imports(source) == {"p", "b"}
    assert unreachable_calls(source) == {"field"}


def test_a_macro_is_lent_to_what_extends_and_to_what_is_included():
    source = '{% extends "_a.html" if wide else "_b.html" %}{% block x %}{% include "_c.html" %}{% endblock %}'

    found = list(loans("me.html", parsed(source)))

    assert found == [("_a.html", "me.html"), ("_b.html", "me.html"), ("me.html", "_c.html")]


@pytest.mark.parametrize(
    ("source", "found"),
    [("{% block title %}Get help{% endblock %}", True), ("{% block titles %}x{% endblock %}", False)],
)
def test_a_title_is_seen(source, found):
    assert has_title(source) is found


class Tags(HTMLParser):
    """The start tags of a page, with their attributes."""

    def __init__(self, source):
        super().__init__(convert_charrefs=False)
        self.found = []
        self.feed(JINJA.sub(neutral, source))

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def neutral(match):
    return "x" if match[0].startswith("{{") else " "


def offences(source):
    return [found for tag, attrs in Tags(source).found for found in (*policy_breaches(tag, attrs), *deaf(tag, attrs))]


def policy_breaches(tag, attrs):
    for name, value in attrs.items():
        if name == "style" or re.match(r"on[a-z]+$|hx-on", name):
            yield f"<{tag}> carries {name}"
        if name.startswith("hx-") and value.startswith(("js:", "javascript:")):
            yield f"<{tag}> evaluates {name}"
        elif value.lower().lstrip().startswith("javascript:"):
            yield f"<{tag}> runs a script address"
    if tag == "script" and "src" not in attrs:
        yield "<script> without src"
    if tag == "style":
        yield "<style> inside a page"


def deaf(tag, attrs):
    """What nobody hears when scripts are off."""
    door = attrs.get("method", "").lower() == "post" and "action" in attrs if tag == "form" else "formaction" in attrs
    if HX_WRITES & attrs.keys() and not door:
        yield f"<{tag}> sends by script only"


@cache
def parsed(source):
    return Environment(autoescape=True).parse(source)


def has_title(source):
    return any(block.name == "title" for block in parsed(source).find_all(nodes.Block))


def trusts(source):
    tree = parsed(source)
    return any(node.name == "safe" for node in tree.find_all(nodes.Filter)) or "autoescape" in source


@cache
def families():
    return Families()


class Families:
    """Which template lends its macros to which: a shell to what extends it, a page to what it includes."""

    def __init__(self):
        self.sources = {named(file): file.read_text() for file in templates()}
        self.loans = [loan for name, source in self.sources.items() for loan in loans(name, parsed(source))]

    def above(self, name):
        return self._walk(name, [(borrower, lender) for lender, borrower in self.loans])

    def below(self, name):
        return self._walk(name, self.loans)

    def _walk(self, name, steps):
        seen, todo = set(), [name]
        while todo:
            here = todo.pop()
            found = {other for start, other in steps if start == here} - seen
            seen |= found
            todo += found
        return [self.sources[other] for other in seen if other in self.sources]


def loans(name, tree):
    """Pairs of lender and borrower, as far as they are named outright."""
    for node in tree.find_all((nodes.Extends, nodes.Include)):
        outright = [node.template] if isinstance(node.template, nodes.Const) else node.template.find_all(nodes.Const)
        for other in outright:
            yield (other.value, name) if isinstance(node, nodes.Extends) else (name, other.value)


def imports_of(sources):
    return {name for source in sources for name in imported(parsed(source))}


def imported(tree):
    taken = [name for node in tree.find_all(nodes.FromImport) for name in node.names]
    names = {name[1] if isinstance(name, tuple) else name for name in taken}
    return names | {node.target for node in tree.find_all(nodes.Import)}


def unused_imports(source):
    tree = parsed(source)
    return imported(tree) - loaded(tree)


def loaded(tree):
    return {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}


def unreachable_calls(source):
    tree = parsed(source)
    made = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    macros = {node.name for node in tree.find_all(nodes.Macro)}
    called = {node.node.name for node in tree.find_all(nodes.Call) if isinstance(node.node, nodes.Name)}
    return called - imported(tree) - made - macros - {"caller", "loop", "super"}
