"""The shape of what is sent to keep an address under a name."""

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length, Optional

from internaldesk.core.errors import Conflict
from internaldesk.core.policy import Actor
from internaldesk.models.queues import SavedView
from internaldesk.saved import actions
from internaldesk.web.forms import BaseForm, plain


class NameForm(BaseForm):
    """What it is called and who sees it, the filters it keeps in `query`, and the `version` it was edited from."""

    query = HiddenField()
    version = IntegerField(validators=[Optional()])
    name = StringField(
        "Name",
        filters=[plain],
        validators=[
            DataRequired("Give it a name that says what is in it."),
            Length(max=actions.LONGEST_NAME, message=f"Please keep the name below {actions.LONGEST_NAME} letters."),
        ],
    )
    team = SelectField("Who sees it")

    def offer(self, teams: Iterable[tuple[str, int, str]], *, reader: int, kept: SavedView | None = None) -> None:
        """The reader's own teams (slug, id, who of them sees it); somebody else's stays with the team that has it."""
        others = kept is not None and kept.owner_id != reader
        shared = [team for team in teams if not (kept and others) or team[1] == kept.team_id]
        self._ids = {slug: number for slug, number, _ in shared}
        first = [] if others else [SelectChoice("", "Only me")]
        self.team.choices = [*first, *(SelectChoice(slug, words) for slug, _, words in shared)]

    def cleaned(self) -> dict[str, Any]:
        """What the actions take, besides the filters."""
        return {"name": self.name.data, "team_id": self._ids.get(self.team.data or "")}

    def rename(self, kept: SavedView, *, by: Actor) -> int:
        """Give it the name that was sent: the status with which to show the form, or 0 when that is done."""
        if not self.is_submitted():
            self.name.data, self.version.data = kept.name, kept.version
            self.team.data = kept.team.slug if kept.team else ""
            return 200
        try:
            return 0 if self.accepts(actions.rename, kept, by=by, version=self.version.data) else 422
        except Conflict as conflict:
            self.form_errors.append(conflict.sentence)
            self.version.data = kept.version
            return 409
