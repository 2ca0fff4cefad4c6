"""Bringing in the history of another desk from its log of events."""
