"""What happens to one request of the story, step by step: planned first, then done by the actions of the desk."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, log
from random import Random
from typing import Any

from internaldesk.core import hours
from internaldesk.core.hours import BusinessCalendar
from internaldesk.demo import moments, wording
from internaldesk.demo.asking import Asked
from internaldesk.demo.people import Somebody

_HEARTBEAT = timedelta(seconds=45)
_TYPING = 300  # seconds


class Act(StrEnum):
    """What somebody does; each is one action of the desk."""

    REPLY = "reply"
    NOTE = "note"
    ASSIGN = "assign"
    STATUS = "status"
    PRIORITY = "priority"
    TRANSFER = "transfer"
    FOLLOW = "follow"
    CONFIRM = "confirm"
    CLOSE = "close"
    RATE = "rate"
    ASK = "ask"
    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Step:
    """One act of one person (None: the desk itself) at one instant."""

    at: datetime
    act: Act
    by: Somebody | None
    facts: dict[str, Any] = field(default_factory=dict)


class Plan:
    """The steps of one request so far, and the instant at which the next one can happen."""

    def __init__(self, asked: Asked, dice: Random, *, pace: float = 1.0) -> None:
        self.asked, self.dice, self.pace = asked, dice, pace
        self.at = asked.at
        self.steps: list[Step] = []
        self.hours: BusinessCalendar = asked.offer.hours
        self.words = asked.offer.words
        if asked.agreed is not None:
            self._agreed(asked.agreed)

    def add(self, act: Act, by: Somebody | None, **facts: Any) -> None:
        """The next step, at the instant reached; later ones come after it."""
        self.steps.append(Step(self.at, act, by, facts))
        self.at += _HEARTBEAT + timedelta(seconds=self.dice.randrange(_TYPING))

    def work(self, amount: timedelta) -> None:
        """The team takes that much business time."""
        counted = self.asked.promise.calendar
        at = hours.add(counted, self.at, amount) if amount > timedelta(0) else self.at
        around_the_clock = counted is not self.asked.offer.hours
        if not around_the_clock:
            at = moments.on_duty(self.hours, at, self.dice)
        self.at = max(self.at, at).replace(microsecond=0)

    def share(self, usual: float, spread: float) -> float:
        """A share of a promised time: `usual` half of the time, more for a slow team, seldom much more."""
        return self.pace * exp(self.dice.gauss(log(usual), spread))

    def until_reply(self) -> None:
        """The requester's side takes a while to answer, at their own hours."""
        waited = timedelta(minutes=min(60 * exp(self.dice.gauss(0, 1.1)), 3000))
        zone = self.asked.requester.actor.timezone
        self.at = moments.at_work(self.at + waited, zone, self.dice).replace(microsecond=0)

    def until_decided(self) -> None:
        """Somebody who has to agree takes a while to decide, at the hours of those who ask."""
        waited = timedelta(minutes=min(75 * exp(self.dice.gauss(0, 1)), 2400))
        self.at = moments.at_work(self.at + waited, self.asked.requester.actor.timezone, self.dice)
        self.at = self.at.replace(microsecond=0)

    def approve(self) -> None:
        """Those who have to agree do so one after the other; `left` is how many steps remain after each."""
        if self.asked.agreed is not None:
            return
        for left in reversed(range(self.asked.steps)):
            self.until_decided()
            self.add(Act.APPROVE, None, left=left)

    def _agreed(self, at: datetime) -> None:
        """The last of them agreed at that very instant."""
        steps, whole = self.asked.steps, at - self.at
        for n in range(1, steps + 1):
            instant = (self.asked.at + whole * n / steps).replace(microsecond=0)
            self.steps.append(Step(instant, Act.APPROVE, None, {"left": steps - n}))
        self.at = at + _HEARTBEAT

    def reply(self, by: Somebody, text: str, then: str = "") -> None:
        """Words in the conversation."""
        self.add(Act.REPLY, by, body=self.asked.says(text), then=then)

    def status(self, by: Somebody, status: str, *, reason: str = "", until: datetime | None = None) -> None:
        """The team moves it on."""
        self.add(Act.STATUS, by, status=status, reason=reason, until=until)

    def wait_until(self, by: Somebody, until: datetime) -> None:
        """The team says that it will be done on a later day, and the clock rests until then."""
        day = wording.short(until.astimezone(moments.LONDON).date())
        self.reply(by, self.common("scheduled_words").replace("{date}", day))
        self.status(by, "waiting", reason=self.phrase("scheduled"), until=until)

    def phrase(self, name: str) -> str:
        """One of the things the team says on such an occasion."""
        return self.dice.choice(self.words.phrases[name])

    def common(self, name: str) -> str:
        """One of the things everybody says on such an occasion."""
        said: str = self.dice.choice(wording.read("company")[name])
        return said

    def chance(self, share: float) -> bool:
        """Whether something happens that happens in this share of requests."""
        return self.dice.random() < share

    def days(self, least: float, most: float) -> timedelta:
        """Some real days."""
        return timedelta(seconds=int(86_400 * self.dice.uniform(least, most)))
