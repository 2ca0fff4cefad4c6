"""Requests that file themselves: planned by those who lead a team, filed by the worker."""
