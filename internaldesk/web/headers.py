"""The security headers of every answer, files and errors included."""

from flask import Flask, Response, request

from internaldesk.web.assets import HTMX

_POLICY = {
    "default-src": "'none'",
    "script-src": f"'self' {HTMX.cdn_url}",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
CSP = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
FILE_CSP = "sandbox; default-src 'none'"
"""For stored files: whatever is in them, it runs nothing and loads nothing."""
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def init(app: Flask, *, secure: bool) -> None:
    """Add the headers to every answer."""

    def protect(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", CSP)
        for name, value in _ALWAYS.items():
            answer.headers.setdefault(name, value)
        if request.endpoint == "static":
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            answer.headers.setdefault("Cache-Control", "no-store")
        if secure:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return answer

    app.after_request(protect)
