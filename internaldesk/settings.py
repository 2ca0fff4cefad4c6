"""The settings of the desk: read once from the environment, checked, frozen."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from internaldesk.core.errors import BadInput

KNOWN = frozenset(
    "DESK_DATABASE_URL DESK_DATA DESK_SECRET_KEY DESK_BASE_URL DESK_ASSETS DESK_TIMEZONE DESK_MAIL_URL "
    "DESK_INBOX_URL DESK_TRUSTED_PROXIES DESK_DEMO DESK_METRICS_TOKEN".split()
)
_KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between two installations."""

    data: Path
    database_url: str
    secret_key: str
    base_url: str
    assets: Literal["cdn", "local"]
    timezone: str
    mail_url: str
    inbox_url: str
    trusted_proxies: int
    demo: bool
    metrics_token: str

    @property
    def on_sqlite(self) -> bool:
        """Whether the desk lives in one SQLite file."""
        return self.database_url.startswith("sqlite")

    @property
    def secure(self) -> bool:
        """Whether people reach the desk over TLS, so cookies must never travel without it."""
        return self.base_url.startswith("https://")

    @property
    def files(self) -> Path:
        """The folder that keeps attachments."""
        return self.data / "files"

    @property
    def templates(self) -> Path:
        """The folder that keeps templates as they were last compiled; it can be deleted at any time."""
        return self.data / "templates"


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings; raises BadInput with a sentence that names the setting."""
    env = dict(os.environ if environ is None else environ)
    _refuse_unknown(env)
    data = Path(env.get("DESK_DATA") or "var").resolve()
    url = _database_url(env.get("DESK_DATABASE_URL") or f"sqlite:///{data / 'desk.sqlite3'}")
    return Settings(
        data=data,
        database_url=url,
        secret_key=_secret_key(env.get("DESK_SECRET_KEY", ""), data, on_sqlite=url.startswith("sqlite")),
        base_url=_base_url(env.get("DESK_BASE_URL") or "http://127.0.0.1:8000"),
        assets=_assets(env.get("DESK_ASSETS") or "cdn"),
        timezone=_zone(env.get("DESK_TIMEZONE") or "Europe/London"),
        mail_url=_scheme("DESK_MAIL_URL", env.get("DESK_MAIL_URL", ""), ("smtp", "smtps")),
        inbox_url=_scheme("DESK_INBOX_URL", env.get("DESK_INBOX_URL", ""), ("imap", "imaps")),
        trusted_proxies=_number("DESK_TRUSTED_PROXIES", env.get("DESK_TRUSTED_PROXIES") or "0"),
        demo=_switch("DESK_DEMO", env.get("DESK_DEMO") or "0"),
        metrics_token=env.get("DESK_METRICS_TOKEN", ""),
    )


def _refuse_unknown(env: Mapping[str, str]) -> None:
    unknown = sorted(name for name in env if name.startswith("DESK_") and name not in KNOWN)
    if unknown:
        raise BadInput(f"Unknown setting {', '.join(unknown)}. Known are: {', '.join(sorted(KNOWN))}.")


def _database_url(url: str) -> str:
    if url.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith(("sqlite://", "postgresql+psycopg://")):
        return url
    raise BadInput("DESK_DATABASE_URL must start with sqlite:// or postgresql://.")


def _secret_key(given: str, data: Path, *, on_sqlite: bool) -> str:
    if given:
        if len(given) < _KEY_LENGTH:
            raise BadInput(f"DESK_SECRET_KEY is too short: it needs at least {_KEY_LENGTH} characters.")
        return given
    if not on_sqlite:
        raise BadInput("DESK_SECRET_KEY must be set with PostgreSQL, and be the same on every node.")
    return _kept_key(data / "secret_key")


def _kept_key(path: Path) -> str:
    """The key of a single-machine desk, made once and readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(_KEY_LENGTH))
    return path.read_text().strip()


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadInput("DESK_BASE_URL must be a full address such as https://desk.example.")
    return url.rstrip("/")


def _assets(value: str) -> Literal["cdn", "local"]:
    if value == "cdn":
        return "cdn"
    if value == "local":
        return "local"
    raise BadInput("DESK_ASSETS must be cdn or local.")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"DESK_TIMEZONE: there is no time zone called {name!r}.") from error
    return name


def _scheme(name: str, url: str, schemes: tuple[str, ...]) -> str:
    if url and urlsplit(url).scheme not in schemes:
        raise BadInput(f"{name} must start with {schemes[0]}://.")
    return url


def _number(name: str, value: str) -> int:
    if not value.isdigit():
        raise BadInput(f"{name} must be a whole number: how many proxies stand in front of the desk.")
    return int(value)


def _switch(name: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise BadInput(f"{name} must be 0 or 1.")
    return value == "1"
