"""Reading a page and sending a form of it, as a browser without script does."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from internaldesk.approvals import links
from internaldesk.models.approvals import Ballot

HIDDEN = re.compile(r'name="(csrf_token|form_key)" value="([^"]*)"')
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
HTMX = {"HX-Request": "true"}


class Visit:
    """One person's browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str) -> TestResponse:
        return self.client.get(url)

    def form(self, url: str) -> dict[str, str]:
        """What the page hands out for sending its form."""
        text = self.client.get(url).text
        return {"csrf_token": TOKEN.findall(text)[0], **dict(HIDDEN.findall(text))}

    def send(self, url: str, *, page: str = "", htmx: bool = False, **fields: Any) -> TestResponse:
        """Open the page and send its form."""
        data = self.form(page or url) | fields
        return self.client.post(url, data=data, headers=HTMX if htmx else {})


def link(app: Any, ballot: Ballot, person_id: int | None = None) -> str:
    """The address that the mail to a person would hold."""
    token = links.token(ballot, person_id=person_id or ballot.person_id, key=app.config["DESK"].secret_key)
    return f"/approve/{token}"
