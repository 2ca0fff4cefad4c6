"""Upkeep: health, figures for the people who run the desk, the schema, backup and restore."""
