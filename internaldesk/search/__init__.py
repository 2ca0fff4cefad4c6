"""Finding: what can be asked for, and requests, by a few words or a number."""
