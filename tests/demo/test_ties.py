"""The demo desk shows a cause with followers, a duplicate and a split."""

from flask import Flask
from sqlalchemy import func, select

from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.models.relations import Link


def test_the_story_has_each_kind_of_tie(told: Flask) -> None:
    with told.app_context():
        kinds = dict(db.session.execute(select(Link.kind, func.count()).group_by(Link.kind)).all())

    found = {kind: kinds.get(kind, 0) for kind in (LinkKind.CAUSE, LinkKind.MERGED, LinkKind.SPLIT)}
    assert found == {LinkKind.CAUSE: 3, LinkKind.MERGED: 1, LinkKind.SPLIT: 1}
