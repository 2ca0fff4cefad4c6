"""What somebody asks of a page of service quality by its address, and the answer while nothing is counted yet."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import Response, current_app, request

from internaldesk.quality import forms, queries
from internaldesk.quality.forms import Chosen, Values
from internaldesk.quality.links import Links
from internaldesk.quality.queries import Directory, Preparing
from internaldesk.quality.rail import rail
from internaldesk.web.auth import actor
from internaldesk.web.desk import now, page


def chosen() -> Chosen:
    """The filters in the address."""
    return read(request.args, queries.directory(actor()))


def read(values: Values, known: Directory) -> Chosen:
    """The filters in these values, which can name what is `known`."""
    return forms.read(values, actor=actor(), known=known, now=now(), zone=zone())


def zone() -> ZoneInfo:
    """The zone of all figures."""
    return ZoneInfo(current_app.config["DESK"].timezone)


def today() -> date:
    """The date in the zone of all figures."""
    return now().astimezone(zone()).date()


def preparing(wait: Preparing, links: Links) -> Response:
    """The page that stands in for another, and leads back to it, while figures are being prepared."""
    return page("quality/preparing.html", said=wait.sentence, links=links, rail=rail(actor()))
