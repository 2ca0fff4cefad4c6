"""The agents' work lists: what falls due next, filters, take next, and many at once."""
