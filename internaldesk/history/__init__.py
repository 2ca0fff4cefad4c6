"""What happened, when and by whom: one append-only row per act."""
