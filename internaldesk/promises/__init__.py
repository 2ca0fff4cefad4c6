"""Promises that people can check: the rules of a team, their preview and trial, and what changed when."""
