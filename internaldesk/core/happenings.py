"""What can happen to a ticket, and which of it the requester's side reads in the history."""

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of event in a ticket's record."""

    FILED = "filed"
    PLANNED = "planned"
    REPLIED = "replied"
    TAKEN_BACK = "taken_back"
    NOTED = "noted"
    MENTIONED = "mentioned"
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
    UNDONE = "undone"
    SKIPPED = "skipped"
    APPROVAL_ASKED = "approval_asked"
    APPROVED = "approved"
    REFUSED = "refused"
    APPROVAL_WITHDRAWN = "approval_withdrawn"
    APPROVAL_REMINDED = "approval_reminded"
    NO_APPROVER = "no_approver"
    IMPORTED = "imported"
    MERGED = "merged"
    UNMERGED = "unmerged"
    ABSORBED = "absorbed"
    RELEASED = "released"
    CAUSE_LINKED = "cause_linked"
    CAUSE_UNLINKED = "cause_unlinked"
    CAUSE_OF = "cause_of"
    CAUSE_OF_NO_MORE = "cause_of_no_more"
    RELAYED = "relayed"
    SPLIT = "split"
    SPLIT_FROM = "split_from"
    PART_OF = "part_of"
    PART_ASKED = "part_asked"
    PART_DONE = "part_done"
    PART_OUT = "part_out"
    WITHDRAWN = "withdrawn"
    UNNEEDED = "unneeded"
    STEPS_ADDED = "steps_added"
    STEP_TICKED = "step_ticked"
    STEP_UNTICKED = "step_unticked"
    STEP_LEFT_OUT = "step_left_out"


PUBLIC = frozenset(
    {
        *(Kind.FILED, Kind.PLANNED, Kind.STATUS, Kind.TRANSFERRED, Kind.SOLVED, Kind.REOPENED, Kind.CLOSED),
        *(Kind.BREACHED, Kind.ESCALATED, Kind.WAIVED, Kind.RETARGETED, Kind.IMPORTED),
        *(Kind.APPROVAL_ASKED, Kind.APPROVED, Kind.REFUSED, Kind.APPROVAL_WITHDRAWN),
        *(Kind.MERGED, Kind.UNMERGED, Kind.CAUSE_LINKED, Kind.CAUSE_UNLINKED, Kind.SPLIT, Kind.SPLIT_FROM),
        *(Kind.PART_OF, Kind.WITHDRAWN),
    }
)
"""What was promised and not kept is no secret; that it might not be kept is the team's business."""
