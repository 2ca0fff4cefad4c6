"""The base of every form: shape is checked here, rules refuse in the action, and both end on the form."""

import secrets
from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.db import db

_OWN = frozenset({"csrf_token", "form_key"})


def plain(value: str | None) -> str:
    """What was typed, without the signs no database and no reader wants, and with one kind of line end."""
    return (value or "").replace("\r\n", "\n").replace("\x00", "").strip()


class Day(DateField):
    """A date as browsers send it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, or say how to write it."""
        try:
            super().process_formdata([value.strip() for value in valuelist])
        except ValueError:
            raise ValueError(f"“{valuelist[0][:20]}” is not a date; write it as 2026-12-25.") from None


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form with a one-use key; `accepts` is the only way from a form to an action."""

    form_key = HiddenField()

    def fresh_key(self) -> str:
        """The key for the page being shown: the one that came back if nothing was stored, else a new one."""
        if not self.form_key.data:
            self.form_key.data = secrets.token_urlsafe(18)
        key: str = self.form_key.data
        return key

    def accepts(self, action: Callable[..., Any], *things: Any, **known: Any) -> bool:
        """Validate, then act with the cleaned fields as keywords; False when either refused.

        The action runs in a savepoint: a refusal leaves nothing half written. Conflict and Forbidden are
        passed on, since they need pages of their own.
        """
        if not self.validate_on_submit():
            return False
        try:
            with db.session.begin_nested():
                self.result = action(*things, **self.cleaned(), **known)
        except (Conflict, Forbidden):
            raise
        except Refused as refusal:
            self.refuse(refusal)
            return False
        return True

    def cleaned(self) -> dict[str, Any]:
        """The fields as the action wants them."""
        return {name: value for name, value in self.data.items() if name not in _OWN}

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal at the field it is about, or above the form."""
        field = self._fields.get(refusal.field) if refusal.field else None
        if field is None:
            self.form_errors.append(refusal.sentence)
        else:
            field.errors = [*field.errors, refusal.sentence]

    @classmethod
    def blank(cls, **kwargs: Any) -> "BaseForm":
        """The form as it is shown after success: nothing of what was sent in it."""
        return cls(formdata=None, **kwargs)
