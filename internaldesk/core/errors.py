"""What a rule says when it refuses: sentences fit to show to a person."""


class Refused(Exception):
    """The rules do not allow this now; the message says why in words a co-worker understands."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Forbidden(Refused):
    """This person may not do this; shown as 403, or as 404 where existence is a secret."""


class Conflict(Refused):
    """Somebody changed the same thing meanwhile; nothing was stored and the text is kept."""


class BadInput(Refused):
    """A value from a file, a command or a setting makes no sense; commands exit with status 2."""
