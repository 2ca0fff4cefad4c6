"""Kept facts: what the service quality page counts, counted once when it happens instead of whenever somebody looks."""
