"""Made-up people and requests, for looking around and for measuring."""
