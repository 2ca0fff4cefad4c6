"""Who asks for what: one request of the story before anybody has done anything about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from internaldesk.core import approval, priority
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.demo import people, season, wording
from internaldesk.demo.moments import LONDON
from internaldesk.demo.offers import Offer, Promise
from internaldesk.demo.people import Cast, Somebody
from internaldesk.demo.wording import Story
from internaldesk.models.catalogue import Audience

_CUSTOMER_WAITS = {"it": 0.12, "purchasing": 0.18, "finance": 0.2, "warehouse": 0.38, "facilities": 0.05, "legal": 0.1}
_FOR_ANOTHER = 0.07
_MENTIONS = 2  # a story that names its customer is more often about one who waits


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is filed; `facts` fill the slots of everything said about it later.

    `agreed` is when the last of those agreed who have to, where that is settled beforehand.
    """

    at: datetime
    offer: Offer
    story: Story
    facts: Mapping[str, str]
    answers: dict[str, Any]
    requester: Somebody
    for_whom: Somebody | None
    customer: str
    needed_by: datetime | None
    priority: Priority
    agreed: datetime | None = None

    @property
    def steps(self) -> int:
        """How many times somebody has to agree before it is worked on."""
        return len(approval.demanded(self.offer.type.approval_rule, self.answers))

    @property
    def promise(self) -> Promise:
        """What it is promised."""
        return self.offer.promise(self.priority, now=self.at)

    @property
    def is_case(self) -> bool:
        """Whether only named people may know of it."""
        return self.offer.type.confidentiality is Confidentiality.CASE

    @property
    def owners(self) -> set[int]:
        """Whose request it is, so who cannot handle it."""
        return {self.requester.id, self.for_whom.id if self.for_whom else self.requester.id}

    def says(self, text: str) -> str:
        """A text with its slots filled."""
        return wording.filled(text, self.facts)


class Askers:
    """Chooses who asks, what, and in which words."""

    def __init__(self, cast: Cast, dice: Random) -> None:
        starring = {cast.everybody[name].id for name in people.KNOWN if name in cast.everybody}
        self._cast, self._dice = cast, dice
        self._everybody = list(cast.everybody.values())
        self._front = [who for who in cast.front if who.id not in starring]
        self._back = [who for who in self._everybody if who.actor.is_agent and who.id not in starring]

    def anybody(self, offer: Offer) -> Somebody:
        """Somebody who may ask for this, most likely from the front line."""
        if offer.type.audience is Audience.MANAGERS:
            return self._dice.choice(self._cast.leads)
        back = self._dice.random() < 0.1
        found = [who for who in (self._back if back else self._front) if offer.team.id not in who.actor.agent_of]
        return self._dice.choice(found)

    def ask(
        self, offer: Offer, *, at: datetime, by: Somebody, story: Story | None = None, customer: str | None = None
    ) -> Asked:
        """The request somebody files at `at`; with a `customer` (or "") it is their own and settled who waits."""
        told = story or self._story(offer)
        day = at.astimezone(ZoneInfo(by.actor.timezone)).date()
        colleague = self._colleague(by)
        known = wording.facts(
            self._dice,
            first=by.first,
            person=colleague.actor.name,
            place=people.places()[by.place],
            phone=by.phone,
            day=day,
        )
        answers = wording.answers(told, offer.questions, known, colleague=colleague.id, day=day)
        known["customer"] = customer or known["customer"]
        waits = self._customer(offer, told, known["customer"]) if customer is None else customer
        level, _ = priority.set_by(offer.type.priority_rule, answers, bool(waits))
        return Asked(
            at=at,
            offer=offer,
            story=told,
            facts=known,
            answers=answers,
            requester=by,
            for_whom=self._for_whom(offer, by) if customer is None else None,
            customer=waits,
            needed_by=self._needed_by(day) if waits and self._dice.random() < 0.5 else None,
            priority=level,
        )

    def agreed_at(self, asked: Asked, at: datetime) -> Asked:
        """The same request, on which work could begin at `at`: filed some hours before where somebody had to agree."""
        ahead = timedelta(seconds=self._dice.randrange(1200, 18_000)) if asked.steps else timedelta(0)
        return replace(asked, at=at - ahead, agreed=at if asked.steps else None)

    def during_outage(self, asked: Asked) -> Asked:
        """The same person about the thing everybody writes about that day."""
        summaries, fix = asked.offer.words.outage
        story = Story(self._dice.choice(summaries), "Same for everybody around me.", fix, {})
        answers = {"device": "e-mail", "since": "this morning", "can_work": "no", "affected": "many"}
        level, _ = priority.set_by(asked.offer.type.priority_rule, answers, bool(asked.customer))
        return replace(asked, story=story, answers=answers, priority=level, for_whom=None)

    def _story(self, offer: Offer) -> Story:
        stories = offer.words.stories[offer.type.slug]
        return self._dice.choices(stories, [5 if story.moves else 3 for story in stories])[0]

    def _colleague(self, by: Somebody) -> Somebody:
        return self._dice.choice([who for who in self._front if who.place == by.place and who.id != by.id])

    def _for_whom(self, offer: Offer, by: Somebody) -> Somebody | None:
        plain = offer.type.confidentiality is Confidentiality.ORDINARY
        return self._colleague(by) if plain and self._dice.random() < _FOR_ANOTHER else None

    def _customer(self, offer: Offer, story: Story, name: str) -> str:
        if offer.type.confidentiality is Confidentiality.CASE:
            return ""
        mentioned = "{customer}" in f"{story.summary} {story.details}"
        chance = _CUSTOMER_WAITS.get(offer.team.slug, 0.0) * (_MENTIONS if mentioned else 1 / _MENTIONS)
        return name if self._dice.random() < chance else ""

    def _needed_by(self, day: date) -> datetime:
        when = datetime.combine(day + timedelta(days=self._dice.randrange(1, 5)), time(17), tzinfo=LONDON)
        return when.astimezone(UTC)


def offers_of_week(offers: Sequence[Offer], week: int) -> tuple[list[Offer], list[int]]:
    """A team's offers, and how often each is asked for in that week."""
    found = list(offers)
    often = [o.words.often[o.type.slug] * season.favours(o.team.slug, o.type.slug, week) for o in found]
    return found, often
