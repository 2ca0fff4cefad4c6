"""Calendars that people can check: weekly hours, closures, special openings, and what became of each change."""
