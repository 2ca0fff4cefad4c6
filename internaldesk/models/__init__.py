"""The tables: columns, constraints and relationships; no verbs."""

from internaldesk.models import (
    approvals,
    catalogue,
    history,
    jobs,
    macros,
    people,
    presence,
    queues,
    ratings,
    sla,
    tickets,
)

__all__ = [
    "approvals",
    "catalogue",
    "history",
    "jobs",
    "macros",
    "people",
    "presence",
    "queues",
    "ratings",
    "sla",
    "tickets",
]
