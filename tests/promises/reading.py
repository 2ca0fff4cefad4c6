"""What the tests read off the pages of promises, and what stands behind them."""

import re

from sqlalchemy import func, select

from internaldesk.db import db
from internaldesk.models.sla import PolicyVersion
from internaldesk.sla import tasks
from tests.make import NOON

LIST = "/settings/promises"
HTMX = {"HX-Request": "true"}


def plain(text: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&#39;", "'").split())


def worked() -> None:
    """The worker is through with everything."""
    while tasks.work(now=NOON):
        pass


def versions() -> int:
    """How many versions of rules there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count(PolicyVersion.id))) or 0
