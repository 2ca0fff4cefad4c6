"""How a request ended that was never solved: merged into another, not approved, or withdrawn."""

from enum import StrEnum

REFUSED_BY = "Not approved by "
WITHDRAWN_BY = "Withdrawn by "


class Ending(StrEnum):
    """Why it was closed without being solved; the value says so in a list."""

    MERGED = "Merged"
    REFUSED = "Not approved"
    WITHDRAWN = "Withdrawn"


def ending(status_reason: str, *, merged: bool = False) -> Ending:
    """How it ended, by the reason that it was closed with; what came from elsewhere without one was given up there.

    >>> ending("Not approved by Max: we have one"), ending(""), ending("", merged=True)
    (<Ending.REFUSED: 'Not approved'>, <Ending.WITHDRAWN: 'Withdrawn'>, <Ending.MERGED: 'Merged'>)
    """
    if merged:
        return Ending.MERGED
    return Ending.REFUSED if status_reason.startswith(REFUSED_BY) else Ending.WITHDRAWN
