"""What follows from a change of a calendar, in the words that are shown after it."""

from internaldesk.calendars.actions import Saved


def saved(result: Saved) -> str:
    """What follows from a save: how many open requests go on in the new hours, and that the past stays."""
    if not result.phrases:
        return "Nothing is different, so nothing was saved."
    if not result.moved:
        return "Saved."
    if not result.requests:
        return "Saved. No open request counts by these hours; requests from now on will. The past stays as it was."
    many = f"{result.requests:,} open requests count by these hours; they go"
    count = "1 open request counts by these hours; it goes" if result.requests == 1 else many
    return f"Saved. {count} on in the new ones from now. The past stays as it was."
