"""Asking requesters how it went, and keeping what they say."""
