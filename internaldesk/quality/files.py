"""Files as answers, and the ways to those of a page: its own filters, as text and as a workbook."""

from typing import NamedTuple
from urllib.parse import urlencode

from flask import Response, url_for

from internaldesk.quality.export import Rows
from internaldesk.quality.forms import Filters
from internaldesk.quality.sheets import FORMATS
from internaldesk.web.desk import now


class Ways(NamedTuple):
    """The addresses of both files of a page."""

    csv: str
    xlsx: str


def ways(endpoint: str, filters: Filters) -> Ways:
    """Those of a page with these filters; `endpoint` takes the suffix."""
    query = urlencode(filters.args, doseq=True, safe="/")
    return Ways(*(url_for(endpoint, suffix=suffix) + (f"?{query}" if query else "") for suffix in Ways._fields))


def answer(rows: Rows, *, name: str, suffix: str) -> Response:
    """Rows as a file that is made while it is sent."""
    kind = FORMATS[suffix]
    found = Response(kind.pieces(rows), mimetype=kind.mimetype)
    found.headers["Content-Disposition"] = f'attachment; filename="{name}-{now():%Y-%m-%d}.{kind.suffix}"'
    return found
