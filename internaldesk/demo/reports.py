"""The reports that managers and leads of the demo desk keep."""

from datetime import datetime

from internaldesk.demo.people import Cast
from internaldesk.saved import actions

_PAGE = "quality"
_KEPT = (
    ("max", "Where a customer waits", "period=13w&customer=yes", False),
    ("max", "Purchasing, last month", "period=month&team=purchasing", False),
    ("dana", "IT since the new promise", "period=13w&team=it", True),
)


def enter(cast: Cast, *, now: datetime) -> None:
    """Two of Max's own, and one that Dana shares with whoever leads IT."""
    for key, name, query, shared in _KEPT:
        who = cast.everybody[key].actor
        team = min(who.lead_of) if shared else None
        actions.save(_PAGE, by=who, now=now, name=name, team_id=team, query=query)
