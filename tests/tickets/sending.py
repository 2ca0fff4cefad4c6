"""How a browser without script fills in and sends the form of a request type."""

import io
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from internaldesk.db import db
from internaldesk.models.tickets import Ticket

URL = "/catalogue/it/broken"
WORDS = {"device": "LDS-1904", "can_work": "partly", "affected": "one", "summary": "Screen goes black"}


def send(client: FlaskClient, url: str = URL, /, **fields: Any) -> TestResponse:
    """Open the form and send it."""
    return client.post(url, data=keys(client.get(url).text) | fields)


def keys(page: str) -> dict[str, str]:
    """What a page hands out for sending its form."""
    return {name: hidden(page, name)[-1] for name in ("csrf_token", "form_key")}


def hidden(page: str, name: str) -> list[str]:
    """The values of hidden fields."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def filed() -> Ticket:
    """The only ticket there is."""
    db.session.expire_all()
    return db.session.scalars(select(Ticket)).one()


def tickets() -> int:
    return db.session.scalar(select(func.count(Ticket.id))) or 0


def upload(name: str = "black.txt", content: bytes = b"log") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name
