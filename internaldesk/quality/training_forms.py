"""The shape of a note that a team was trained."""

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length

from internaldesk.core.training import LONGEST_WORDS
from internaldesk.quality.queries import Named
from internaldesk.web.forms import BaseForm, Day, plain


class NoteForm(BaseForm):
    """Which team was trained in what, and when."""

    team = SelectField("Team", [DataRequired("Choose the team.")])
    type = SelectField("Topic", [DataRequired("Choose what it was about.")])
    held_on = Day("Day", [InputRequired("Choose the day on which it was held.")])
    words = StringField(
        "What was practised",
        [Length(max=LONGEST_WORDS, message=f"Please keep it under {LONGEST_WORDS} letters.")],
        filters=[plain],
        description="In a few words, and without names: figures here are of teams.",
    )

    def offer(self, teams: Sequence[Named], types: Sequence[Named], names: dict[int, str]) -> None:
        """The teams to choose from, and the topics; `names` are of the teams that have the types."""
        self._ids = {"team": {one.slug: one.id for one in teams}, "type": {one.slug: one.id for one in types}}
        first = SelectChoice("", "Choose one")
        self.team.choices = [*([first] if len(teams) > 1 else []), *(SelectChoice(one.slug, one.name) for one in teams)]
        topics = (SelectChoice(one.slug, f"{names[one.team_id]}: {one.name}") for one in types)
        self.type.choices = [first, *topics]

    def cleaned(self) -> dict[str, Any]:
        """What the verb takes."""
        return {
            "team_id": self._ids["team"][self.team.data],
            "request_type_id": self._ids["type"][self.type.data],
            "held_on": self.held_on.data,
            "words": self.words.data or "",
        }


class RemoveForm(BaseForm):
    """A button alone."""
