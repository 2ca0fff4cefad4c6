"""Scripts from outside (CDN with SRI, or the local copy) and cache names for our own files."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for
from jinja2 import pass_context
from jinja2.runtime import Context


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of an npm package, by exact version, with the hash that both CDN tag and local copy must have."""

    package: str
    version: str
    path: str
    sha384: str

    @property
    def cdn_url(self) -> str:
        """Where browsers fetch it; the full file path, so that the bytes never change."""
        return f"https://cdn.jsdelivr.net/npm/{self.package}@{self.version}/{self.path}"

    @property
    def local_name(self) -> str:
        """Its name below static/vendor/, which git ignores."""
        return f"{self.package.removesuffix('.org')}-{self.version}.min.js"

    @property
    def integrity(self) -> str:
        """The SRI value."""
        return f"sha384-{self.sha384}"


HTMX = Asset(
    package="htmx.org",
    version="2.0.11",
    path="dist/htmx.min.js",
    sha384="2OatzQy1H+Zd/IIrjr1TcuDGqLXeHhbooAyJY1KdQMKnr4LZ22k31GBLdYKHmVjg",
)


def init(app: Flask, *, local: bool) -> None:
    """Give templates `asset(path)` and `htmx_script`."""
    root = Path(app.static_folder or "static")

    @pass_context
    def asset(_context: Context, path: str) -> str:
        return url_for("static", filename=path, v=_fingerprint(root / path))

    source = f"/static/vendor/{HTMX.local_name}" if local else HTMX.cdn_url
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["htmx_script"] = {
        "src": source,
        "integrity": HTMX.integrity,
        "crossorigin": None if local else "anonymous",
    }


@lru_cache(maxsize=256)
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
