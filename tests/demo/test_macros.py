"""The demo's teams have something to say, and it is what anybody could have written in the settings."""

from sqlalchemy import select

from internaldesk.core import macros as rules
from internaldesk.db import db
from internaldesk.models.macros import Macro
from internaldesk.models.people import Team
from tests.demo.conftest import NOW


def test_every_team_has_some_and_ben_has_one_of_his_own(inside):
    macros = db.session.scalars(select(Macro)).all()

    assert {macro.team_id for macro in macros} == {*db.session.scalars(select(Team.id)), None}
    assert [macro.owner_id for macro in macros if macro.team_id is None] == [macros[-1].updated_by_id]
    assert sum(bool(rules.parts(macro)) for macro in macros) > len(macros) / 2


def test_all_of_them_could_be_kept_as_they_are(inside):
    for macro in db.session.scalars(select(Macro)):
        rules.check(macro)
        assert macro.updated_at < NOW
