"""The shapes of what is typed about calendars; lines of closures and openings come as columns of equal length."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from internaldesk.calendars import sheet
from internaldesk.calendars.checks import Faults
from internaldesk.calendars.sheet import ClosureLine, OpeningLine, Sheet
from internaldesk.core.errors import Refused
from internaldesk.core.hours_text import DAYS, NAMES
from internaldesk.web.forms import BaseForm, Day, plain

USUAL_PROMISE = "1 h"
_CLOSURE = ("closure_date", "closure_start", "closure_end", "closure_label")
_OPENING = ("opening_date", "opening_hours", "opening_label")


class Column(Field):
    """Every value of one name, in the order of the page."""

    def process_data(self, value: Any) -> None:
        """What is shown at first."""
        self.data = list(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        """What was typed."""
        self.data = [plain(value) for value in valuelist]


class Faulty(BaseForm):
    """A form that keeps every fault with the id of the control it is about, in the order of the page."""

    faults: Sequence[Refused] = ()

    def refuse(self, refusal: Refused) -> None:
        """Keep what is wrong, all at once where a rule names all."""
        self.faults = refusal.faults if isinstance(refusal, Faults) else [refusal]

    @property
    def found(self) -> list[tuple[str, str]]:
        """What is wrong, as pairs of the control's id and the sentence."""
        return [(fault.field or "", fault.sentence) for fault in self.faults]


class CalendarForm(Faulty):
    """A calendar as a sheet; `promise` is the length the examples are made for, `version` what the editor saw."""

    name = StringField("Name", filters=[plain], description="As people in the teams call these hours.")
    zone = StringField("Time zone", filters=[plain], description="Clocks go forward and back as they do there.")
    mon, tue, wed, thu, fri, sat, sun = (StringField(day, filters=[plain]) for day in NAMES)
    closure_date, closure_start, closure_end, closure_label = (Column() for _ in _CLOSURE)
    opening_date, opening_hours, opening_label = (Column() for _ in _OPENING)
    note = StringField("Why", filters=[plain], description="For the history, such as: office moves in January.")
    version = HiddenField()
    promise = StringField("For a promise of", filters=[plain], default=USUAL_PROMISE)

    @classmethod
    def showing(cls, typed: Sheet, *, version: str = "") -> "CalendarForm":
        """The form as it is opened."""
        week = dict(zip(DAYS, typed.week, strict=True))
        closures = dict(zip(_CLOSURE, zip(*typed.closures, strict=True), strict=False))
        openings = dict(zip(_OPENING, zip(*typed.openings, strict=True), strict=False))
        shown = cls.blank(name=typed.name, zone=typed.zone, version=version, data={**week, **closures, **openings})
        assert isinstance(shown, cls)
        return shown

    @property
    def sheet(self) -> Sheet:
        """What was typed, line by line as it came."""
        return Sheet(
            self.name.data or "",
            self.zone.data or "",
            tuple(self[day].data or "" for day in DAYS),
            sheet.lines(ClosureLine, *(self[name].data for name in _CLOSURE)),
            sheet.lines(OpeningLine, *(self[name].data for name in _OPENING)),
        )

    def cleaned(self) -> dict[str, Any]:
        """The sheet as a whole, why, and what the editor saw of a calendar that is there."""
        seen = {"version": self.version.data} if self.version.data else {}
        return {"typed": self.sheet.arranged(), "note": self.note.data or "", **seen}

    def look(self, *, now: datetime) -> None:
        """Show what is wrong without saving anything."""
        self.faults = sheet.read(self.sheet.arranged(), now=now).faults


class HolidaysForm(Faulty):
    """The public holidays that were ticked."""

    version = HiddenField()

    def cleaned(self) -> dict[str, Any]:
        """What the editor saw; the days are worked out from the proposal."""
        return {"version": self.version.data or ""}


class CorrectionForm(BaseForm):
    """A period to be counted anew, both days included, and why."""

    since = Day("From", [InputRequired("Choose the first day.")])
    until = Day("To and including", [InputRequired("Choose the last day.")])
    why = TextAreaField("Why", [InputRequired("Say why: it stands in the history of these hours.")], filters=[plain])

    def refuse(self, refusal: Refused) -> None:
        """Each fault at its field."""
        for fault in refusal.faults if isinstance(refusal, Faults) else [refusal]:
            super().refuse(fault)
