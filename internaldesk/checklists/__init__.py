"""The checklists of teams: written, put in order, looked at before anybody files, and every edit of them."""
