"""Addresses that keep the filters: of the report, of the lists behind its numbers, and of the exports."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from internaldesk.quality.forms import Args, Filters


class Links:
    """The ways on from one report; keywords such as `team=("it",)` change a filter on the way."""

    def __init__(self, filters: Filters, *, endpoint: str = "quality.overview") -> None:
        """`endpoint` is the page whose filters they are."""
        self.filters, self._endpoint = filters, endpoint

    @property
    def place(self) -> str:
        """The page whose filters these are, without any."""
        return url_for(self._endpoint)

    def here(self, **changes: Any) -> str:
        """The same page with other filters."""
        return _url(self._endpoint, replace(self.filters, **changes).args)

    def report(self, anchor: str = "", **changes: Any) -> str:
        """The report."""
        return _url("quality.overview", replace(self.filters, **changes).args, anchor)

    def chain(self) -> str:
        """Who waits for whom."""
        return _url("quality.chain", replace(self.filters, by="type").args)

    def listing(self, what: str, *, week: str = "", age: int | None = None, **changes: Any) -> str:
        """The list behind a number; `week` is a Monday, `age` a band of age."""
        return _url("quality.requests", self._list(what, week, age, **changes))

    def rated(self, score: int, **changes: Any) -> str:
        """The ratings with one score."""
        return _url("quality.requests", self._list("rated", "", None, **changes) | {"score": str(score)})

    def asked(self, what: str, department_id: int, **changes: Any) -> str:
        """A list of what one department asked."""
        return _url("quality.requests", self._list(what, "", None, **changes) | {"department": str(department_id)})

    def export(self, args: Args | None = None, *, workbook: bool = False) -> str:
        """The table of the report as a file, or a list where `args` say which."""
        own = self.filters if args is None else replace(self.filters, by="type")
        return _url("quality.workbook" if workbook else "quality.export", own.args | (args or {}))

    def page(self, args: Args, number: int) -> str:
        """A page of a list."""
        paged: Args = {"page": str(number)} if number > 1 else {}
        return _url("quality.requests", replace(self.filters, by="type").args | args | paged)

    def dimension(self, name: str, number: int = 1) -> str:
        """The low answers to one question."""
        path = url_for("quality.dimension", name=name)
        args = replace(self.filters, by="type").args | ({"page": str(number)} if number > 1 else {})
        return path + (f"?{urlencode(args, doseq=True, safe='/')}" if args else "")

    def simplicity(self, **changes: Any) -> str:
        """How simple it is to ask."""
        return _url("quality.simplicity", replace(self.filters, by="type", **changes).args)

    def training(self, **changes: Any) -> str:
        """What teams could train."""
        return _url("quality.training", replace(self.filters, by="type", **changes).args)

    @staticmethod
    def follow_ups(state: str = "open", number: int = 1) -> str:
        """What follows low answers."""
        args: Args = {"state": state} if state != "open" else {}
        return _url("quality.follow_ups", args | ({"page": str(number)} if number > 1 else {}))

    def keep(self) -> str:
        """The form that keeps this report under a name."""
        return _url("quality.new_report", self.filters.args)

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
