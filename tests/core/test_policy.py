"""Who may see, change and share a saved view."""

from dataclasses import dataclass

import pytest

from internaldesk.core.policy import Actor, may_change_view, may_see_view, may_share_view

IT, HR = 1, 2
ACTORS = {
    "owner": Actor(1, agent_of=frozenset({IT})),
    "owner elsewhere": Actor(1, agent_of=frozenset({HR})),
    "colleague": Actor(2, agent_of=frozenset({IT})),
    "lead": Actor(3, agent_of=frozenset({IT}), lead_of=frozenset({IT})),
    "stranger": Actor(4, agent_of=frozenset({HR}), lead_of=frozenset({HR})),
    "administrator": Actor(5, admin=True, manager=True),
}


@dataclass
class View:
    team_id: int | None
    owner_id: int = 1


@pytest.mark.parametrize(
    ("team_id", "see", "change"),
    [
        (None, {"owner", "owner elsewhere"}, {"owner", "owner elsewhere"}),
        (IT, {"owner", "colleague", "lead"}, {"owner", "lead"}),
    ],
)
def test_a_private_view_is_its_owners_and_a_shared_one_its_teams(
    team_id: int | None, see: set[str], change: set[str]
) -> None:
    view = View(team_id)

    assert {name for name, actor in ACTORS.items() if may_see_view(actor, view)} == see
    assert {name for name, actor in ACTORS.items() if may_change_view(actor, view)} == change


def test_a_view_is_shared_by_those_who_work_in_the_team() -> None:
    assert {name for name, actor in ACTORS.items() if may_share_view(actor, IT)} == {"owner", "colleague", "lead"}
