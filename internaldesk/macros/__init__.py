"""Macros and canned replies: kept by teams and by people, looked at before they are done, done in one go."""
