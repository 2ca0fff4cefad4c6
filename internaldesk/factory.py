"""Builds the application: settings, database, pages, errors, commands. Read this first."""

import gc
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from internaldesk import cli, settings
from internaldesk.calendars import views as calendars
from internaldesk.catalogue import views as catalogue
from internaldesk.checklists import views as checklists
from internaldesk.db import db
from internaldesk.decisions import views as decisions
from internaldesk.macros import views as macros
from internaldesk.people import views as people
from internaldesk.promises import views as promises
from internaldesk.quality import views as quality
from internaldesk.queues import views as queues
from internaldesk.ratings import views as ratings
from internaldesk.recognition import views as recognition
from internaldesk.recurring import views as recurring
from internaldesk.search import views as search
from internaldesk.settings import Settings
from internaldesk.tickets import views as tickets
from internaldesk.upkeep import views as upkeep
from internaldesk.web import assets, auth, errors, filters, headers, logs, shell
from internaldesk.web.desk import Desk

ROOT = Path(__file__).parent.parent
ROOMS = (
    people,
    catalogue,
    tickets,
    ratings,
    queues,
    quality,
    search,
    upkeep,
    promises,
    calendars,
    macros,
    checklists,
    recurring,
    decisions,
    recognition,
)
_MEGABYTE = 1024 * 1024
_LOOPBACK = ["127.0.0.1", "localhost", "::1"]


def create_app(given: Settings | None = None) -> Flask:
    """A ready desk; raises BadInput with a sentence when a setting is wrong."""
    desk = given or settings.read()
    desk.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = Desk("internaldesk", root_path=str(ROOT), instance_path=str(desk.data))
    _configure(app, desk)
    logs.configure()
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "internaldesk" / "migrations"), render_as_batch=True)
    CSRFProtect(app)
    _connect_web(app, desk)
    for feature in ROOMS:
        app.register_blueprint(feature.bp)
    app.cli.add_command(cli.desk)
    auth.anyone(app.view_functions["static"])
    auth.refuse_unmarked(app)
    configure_mappers()
    gc.freeze()  # what stands now stands until the end: walking through it held up every few pages for 0.15 s
    return app


def _configure(app: Flask, desk: Settings) -> None:
    app.config.update(
        DESK=desk,
        SECRET_KEY=desk.secret_key,
        SQLALCHEMY_DATABASE_URI=desk.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(desk),
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=105 * _MEGABYTE,
        MAX_FORM_MEMORY_SIZE=_MEGABYTE,
        MAX_FORM_PARTS=400,
        SESSION_COOKIE_NAME="__Host-desk" if desk.secure else "desk",
        SESSION_COOKIE_SECURE=desk.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,  # a slow answer, even of an icon, would put back what a quicker one changed
        TRUSTED_HOSTS=sorted({urlsplit(desk.base_url).hostname or "localhost", *_LOOPBACK}),
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    desk.templates.mkdir(mode=0o700, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(desk.templates))


def _engine_options(desk: Settings) -> dict[str, object]:
    return {} if desk.on_sqlite else {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10}


def _connect_web(app: Flask, desk: Settings) -> None:
    if desk.trusted_proxies:
        n = desk.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]  # Flask's own way
    logs.init(app)
    assets.init(app, local=desk.assets == "local")
    headers.init(app, secure=desk.secure)
    filters.init(app)
    auth.init(app)
    shell.init(app)
    errors.init(app)
