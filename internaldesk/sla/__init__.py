"""Promises on tickets: starting, pausing and stopping their clocks, and the sweep."""
