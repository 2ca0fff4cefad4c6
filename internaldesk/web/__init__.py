"""What every page shares; used by views and forms only."""
