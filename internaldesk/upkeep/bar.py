"""How a long command shows that it is getting on."""

import sys
import time
from typing import Any, Self

import click


class Bar:
    """A progress bar that appears only when the work takes longer than two seconds, and only on a screen."""

    def __init__(self, label: str) -> None:
        self.label, self.shown_from = label, time.monotonic() + 2
        self.bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.render_finish()

    def tell(self, done: int, total: int) -> None:
        """So much of so much is done."""
        if self.bar is None and time.monotonic() >= self.shown_from and sys.stderr.isatty():
            self.bar = click.progressbar(length=total, label=self.label, file=sys.stderr)
        if self.bar is not None:
            self.bar.update(done - self.bar.pos)
