"""What the frame of every page shows: who is signed in, their theme, and nothing that costs a query."""

from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

_THEMES = ("light", "dark")


def init(app: Flask) -> None:
    """Give every template its frame."""
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    theme = request.cookies.get("theme", "")
    return {
        "actor": current_user if current_user and current_user.is_authenticated else None,
        "theme": theme if theme in _THEMES else "",
        "keys": request.cookies.get("keys", ""),
        "nav": {},
        "demo": current_app.config["DESK"].demo,
    }
