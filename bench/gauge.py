"""A WSGI door that also tells what its process has used: processor time, memory, statements."""

import json
import resource
import sys
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Engine, event

USAGE = "/-/usage"
HOUSEKEEPING = ("BEGIN", "PRAGMA", "RELEASE", "ROLLBACK", "SAVEPOINT")
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, everybody else kibibytes

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gauge:
    """An application behind which every statement is counted; the count is exact while one request is on its way."""

    def __init__(self, app: Application) -> None:
        self.app, self.statements = app, 0
        event.listen(Engine, "before_cursor_execute", self._count)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as the application does, and the usage of this process under its own path."""
        if environ["PATH_INFO"] != USAGE:
            return self.app(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(self._used()).encode()]

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(HOUSEKEEPING):
            self.statements += 1

    def _used(self) -> dict[str, float]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "cpu": used.ru_utime + used.ru_stime,
            "peak": used.ru_maxrss * _PEAK_UNIT,
            "statements": self.statements,
        }
