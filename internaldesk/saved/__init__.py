"""Named addresses of a list or of the figures, kept for oneself or shared with a team."""
