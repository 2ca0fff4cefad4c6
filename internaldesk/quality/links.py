"""Addresses that keep the filters: of the report, of the lists behind its numbers, and of the exports."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from internaldesk.quality.forms import Args, Filters


class Links:
    """The ways on from one report; keywords such as `team=("it",)` change a filter on the way."""

    def __init__(self, filters: Filters) -> None:
        self.filters = filters

    def report(self, anchor: str = "", **changes: Any) -> str:
        """The report."""
        return _url("quality.overview", replace(self.filters, **changes).args, anchor)

    def listing(self, what: str, *, week: str = "", age: int | None = None, **changes: Any) -> str:
        """The list behind a number; `week` is a Monday, `age` a band of age."""
        return _url("quality.requests", self._list(what, week, age, **changes))

    def export(self, args: Args | None = None) -> str:
        """The table of the report as a file, or a list where `args` say which."""
        own = self.filters if args is None else replace(self.filters, by="type")
        return _url("quality.export", own.args | (args or {}))

    def page(self, args: Args, number: int) -> str:
        """A page of a list."""
        paged: Args = {"page": str(number)} if number > 1 else {}
        return _url("quality.requests", replace(self.filters, by="type").args | args | paged)

    def without(self, *names: str) -> Sequence[tuple[str, str]]:
        """The filters as hidden fields of a form that sets `names` itself."""
        kept = ((name, value) for name, value in self.filters.args.items() if name not in names)
        return [(name, one) for name, value in kept for one in ([value] if isinstance(value, str) else value)]

    def _list(self, what: str, week: str, age: int | None, **changes: Any) -> Args:
        args = replace(self.filters, by="type", **changes).args | {"what": what}
        if week:
            args["week"] = week
        if age is not None:
            args["age"] = str(age)
        return args


def _url(endpoint: str, args: Args, anchor: str = "") -> str:
    """A page has hundreds of these, and only their queries differ, so the path is asked for without them."""
    query = urlencode(args, doseq=True, safe="/")
    return url_for(endpoint) + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")
