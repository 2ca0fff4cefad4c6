"""A browser without a screen: the test client, which reads every page it is given as critically as a validator."""

import contextvars
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.core.tokens import digest
from internaldesk.db import db
from internaldesk.models.people import Person, WebSession
from internaldesk.web.headers import CSP, FILE_CSP
from tests import cast
from tests.markup import findings


class Browser(FlaskClient):
    """Fetches like a stranger: what the test holds is stored first; neither its session nor its `g` reach the page."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.preserve_context:
            raise RuntimeError("`with client:` would share the login between requests; ask the answer instead")
        hand_over()
        answer: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        read(answer)
        return answer


def hand_over() -> None:
    """Store what the test holds: others see it then, and no lock keeps them waiting."""
    if has_app_context():
        db.session.commit()


def read(answer: TestResponse) -> None:
    """Fail on an answer that a careful reader would complain about."""
    where = f"{answer.request.method} {answer.request.path} ({answer.status_code})"
    policy = FILE_CSP if "/files/" in answer.request.path and answer.status_code == 200 else CSP
    assert answer.headers.get("Content-Security-Policy") == policy, f"{where} carries another policy"
    assert answer.headers.get("X-Content-Type-Options") == "nosniff", f"{where} lets the browser guess its type"
    if answer.mimetype == "text/html" and answer.data and not 300 <= answer.status_code < 400:
        problems = findings(answer.text)
        assert problems == [], f"{where}:\n" + "\n".join(problems)


def sign_in(client: FlaskClient, name: str) -> FlaskClient:
    """Sign a member of the cast in without the page: by first name, or by e-mail address."""
    token = secrets.token_urlsafe(16)
    hand_over()
    contextvars.Context().run(_open_session, client.application, name, token)
    with client.application.test_request_context(), client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
        cookie.permanent = True
    return client


def _open_session(app: Flask, name: str, token: str) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        address = name if "@" in name else cast.email(name)
        person_id = db.session.scalars(select(Person.id).where(Person.email == address)).one()
        db.session.add(
            WebSession(
                token_hash=digest(token),
                person_id=person_id,
                created_at=now,
                seen_at=now,
                ends_at=now + timedelta(days=1),
            )
        )
        db.session.commit()
