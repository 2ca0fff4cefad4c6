"""InternalDesk: a service desk for co-workers and the teams that serve them."""
