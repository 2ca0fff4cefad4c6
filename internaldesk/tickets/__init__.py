"""Filing, answering, moving and solving requests."""
