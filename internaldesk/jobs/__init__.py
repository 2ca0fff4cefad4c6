"""What the desk does by itself: the timetable, and the loop that keeps it."""
