"""Chart macros drawn by themselves, as markup to look into."""

import html5lib
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.guards.reading import TEMPLATES


def drawn(macro, *things):
    """The markup of a macro, parsed strictly."""
    pages = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
    html = str(getattr(pages.get_template("components/charts.html").module, macro)(*things))
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    fragment = parser.parseFragment(html)
    for element in fragment.iter():
        element.tag = element.tag.rpartition("}")[2]  # svg has a namespace of its own
    return fragment


def classed(fragment, name, css):
    return [element for element in fragment.iter(name) if css in element.get("class", "").split()]
