"""Who is away at the demo desk, who decides for them meanwhile, and who owns which cost centre."""

from datetime import UTC, datetime, time, timedelta

from internaldesk.approvals import absences, holders
from internaldesk.demo.moments import LONDON
from internaldesk.demo.people import Cast

_AWAY = (("grace.mensah", "max"), ("colin.barker", "ruth.adeyemi"))
_OWNERS = (
    ("4100", "max"),
    ("4110", "max"),
    ("4200", "grace.mensah"),
    ("4210", "rui.campos"),
    ("4300", "gary.sutcliffe"),
)


def enter(cast: Cast, *, now: datetime) -> None:
    """Put stand-ins for this week and the owners of cost centres in."""
    monday = now.astimezone(LONDON).date() - timedelta(days=now.astimezone(LONDON).weekday())
    days = monday, monday + timedelta(days=6)
    starts, ends = (
        datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC) for day in (days[0], days[1] + timedelta(days=1))
    )
    for away, stand_in in _AWAY:
        absences.name_stand_in(
            cast.everybody[away].id,
            stand_in=cast.everybody[stand_in].id,
            from_day=days[0],
            to_day=days[1],
            starts_at=starts,
            ends_at=ends,
            now=now,
        )
    for centre, owner in _OWNERS:
        holders.enter(role="budget-holder", person_id=cast.everybody[owner].id, about=centre, by=None)
