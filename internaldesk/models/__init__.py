"""The tables: columns, constraints and relationships; no verbs."""

from internaldesk.models import catalogue, history, jobs, people, ratings, sla, tickets

__all__ = ["catalogue", "history", "jobs", "people", "ratings", "sla", "tickets"]
