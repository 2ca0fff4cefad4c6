"""What can happen to a ticket, and which of it the requester's side reads in the history."""

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of event in a ticket's record."""

    FILED = "filed"
    REPLIED = "replied"
    NOTED = "noted"
    ASSIGNED = "assigned"
    STATUS = "status"
    PRIORITY = "priority"
    TRANSFERRED = "transferred"
    SOLVED = "solved"
    REOPENED = "reopened"
    CLOSED = "closed"
    FOLLOWED = "followed"
    TAGGED = "tagged"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    ESCALATED = "escalated"
    WAIVED = "waived"
    NO_ANSWER = "no_answer"
    RETARGETED = "retargeted"
    RESUMED = "resumed"
    RATED = "rated"
    APPROVAL_ASKED = "approval_asked"
    APPROVED = "approved"
    REFUSED = "refused"
    APPROVAL_WITHDRAWN = "approval_withdrawn"
    APPROVAL_REMINDED = "approval_reminded"
    NO_APPROVER = "no_approver"


PUBLIC = frozenset(
    {
        *(Kind.FILED, Kind.STATUS, Kind.TRANSFERRED, Kind.SOLVED, Kind.REOPENED, Kind.CLOSED),
        *(Kind.BREACHED, Kind.ESCALATED, Kind.WAIVED, Kind.RETARGETED),
        *(Kind.APPROVAL_ASKED, Kind.APPROVED, Kind.REFUSED, Kind.APPROVAL_WITHDRAWN),
    }
)
"""What was promised and not kept is no secret; that it might not be kept is the team's business."""
