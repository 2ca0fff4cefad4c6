"""People: signing in and out, passwords, signed-in devices, and finding a co-worker."""
