"""The usual courses of a request, from the first answer to the rating; what went wrong shows in the rating."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from internaldesk.core import hours
from internaldesk.core.rating import Scores
from internaldesk.demo import wording
from internaldesk.demo.asking import Asked
from internaldesk.demo.offers import Offer
from internaldesk.demo.people import Cast, Somebody
from internaldesk.demo.steps import Act, Plan, Step

SILENCE = timedelta(days=14)
_QUICK, _STEPS, _SUPPLIER, _SCHEDULED = 46, 42, 7, 5
_ASKED_BACK, _REFUSED, _ASKED_FIRST, _REOPENED, _WITHDRAWN = 0.7, 0.05, 0.05, 0.05, 0.02
_NOTED, _DISPATCHED, _FOLLOWED, _REPRIORITISED = 0.12, 0.22, 0.05, 0.03
_CONFIRMED, _RATED, _COMMENTED = 0.42, 0.31, 0.5


@dataclass(slots=True)
class Course:
    """Plans the whole life of one request."""

    plan: Plan
    cast: Cast
    teams: dict[str, Offer]
    """Any offer of each team, to hand requests over to."""
    owner: Somebody
    handler_pool: Sequence[Somebody]
    troubles: list[str] = field(default_factory=list)


def of(asked: Asked, cast: Cast, teams: dict[str, Offer], dice: Random, *, pace: float) -> Course:
    """The course of a request, with somebody chosen who will have it."""
    pool = handlers(asked, asked.offer, cast)
    return Course(Plan(asked, dice, pace=pace), cast, teams, dice.choice(pool), pool)


def handlers(asked: Asked, offer: Offer, cast: Cast) -> list[Somebody]:
    """Who can have it in a team: the case group for a case, never those who ask."""
    group = cast.case_handlers if asked.is_case else cast.handlers
    return [who for who in group[offer.team.id] if who.id not in asked.owners]


def whole(course: Course) -> list[Step]:
    """Every step of a request from the first answer to its end."""
    plan, asked = course.plan, course.plan.asked
    if plan.chance(_WITHDRAWN) and not asked.is_case:
        return _withdrawn(course)
    if asked.steps and plan.chance(_REFUSED) and not asked.is_case:
        return refused(course)
    plan.approve()
    _before_answer(course)
    if asked.story.moves:
        _hand_over(course)
    if asked.story.ask and plan.chance(_ASKED_BACK):
        _ask_back(course)
    elif _has_manager(course) and plan.chance(_ASKED_FIRST):
        _ask_first(course)
    else:
        _ordinary(course)
    _solve(course, asked.story.fix)
    if plan.chance(_REOPENED) and not asked.is_case:
        _again(course)
    _afterwards(course)
    return plan.steps


def first_answer(course: Course, *, then: str = "progress") -> None:
    """The first words of the team; an impatient requester asks before a late one."""
    plan = course.plan
    plan.reply(course.owner, plan.phrase("hello"), then=then)


def rating(plan: Plan, troubles: Sequence[str]) -> tuple[Scores, str]:
    """What somebody answers who met these troubles, and what they write."""
    usual = [5, 5, 5, 5, 4, 4, 4, 3] if not troubles else [5, 4, 4, 3, 3, 2]
    scores = {name: plan.dice.choice(usual) for name in Scores._fields}
    scores["attitude"] = max(scores["attitude"], plan.dice.choice((3, 4, 5)))
    for trouble, (name, least, most) in _HURT.items():
        if trouble in troubles:
            scores[name] = plan.dice.randint(least, most)
    given: dict[str, int | None] = dict(scores)
    if plan.chance(0.1):
        given[plan.dice.choice(("clarity", "simplicity"))] = None
    return Scores(**given), _comment(plan, scores, troubles) if plan.chance(_COMMENTED) else ""


_HURT = {
    "slow": ("responsiveness", 1, 3),
    "again": ("clarity", 1, 3),
    "moved": ("simplicity", 2, 3),
    "asked": ("simplicity", 3, 5),
}


def _comment(plan: Plan, scores: dict[str, int], troubles: Sequence[str]) -> str:
    comments = wording.read("company")["comments"]
    mean = sum(scores.values()) / len(scores)
    if mean >= 4.2:
        kind = "good"
    elif troubles and mean < 3.7:
        kind = troubles[-1]
    else:
        kind = "fair" if mean >= 3 else "poor"
    said: str = plan.dice.choice(comments[kind])
    return said


def _before_answer(course: Course) -> None:
    """The time until somebody answers: noted, given to somebody, chased."""
    plan, promise = course.plan, course.plan.asked.promise
    share = plan.share(0.3, 0.72)
    filed = plan.at
    if share > 1.1:
        course.troubles.append("slow")
        if plan.chance(0.4):
            plan.until_reply()
            plan.reply(plan.asked.requester, plan.common("asked_again"))
    elif plan.chance(_DISPATCHED):
        plan.work(promise.first * min(share, 1) * 0.3)
        plan.add(Act.ASSIGN, plan.dice.choice(course.handler_pool), to=course.owner)
    spent = plan.at
    plan.at = filed
    plan.work(promise.first * share)
    plan.at = max(plan.at, spent)
    if plan.chance(_REPRIORITISED):
        plan.add(Act.PRIORITY, course.owner, level=plan.dice.choice(("urgent", "high", "medium", "low")))


def _withdrawn(course: Course) -> list[Step]:
    """The requester solves it alone, before anybody answers."""
    plan = course.plan
    plan.until_reply()
    plan.add(Act.CONFIRM, plan.asked.requester, solved=True)
    plan.at += SILENCE
    plan.add(Act.CLOSE, None)
    return plan.steps


def _hand_over(course: Course) -> None:
    plan = course.plan
    assert plan.asked.story.moves is not None
    slug, reason, words = plan.asked.story.moves
    offer = course.teams[slug]
    plan.add(Act.TRANSFER, course.owner, team=offer.team, reason=reason, body=words)
    course.troubles.append("moved")
    course.handler_pool = handlers(plan.asked, offer, course.cast)
    course.owner = plan.dice.choice(course.handler_pool)
    plan.hours, plan.words = offer.hours, offer.words
    plan.work(plan.asked.promise.first * plan.share(0.35, 0.5))


def _ask_back(course: Course) -> None:
    plan = course.plan
    assert plan.asked.story.ask is not None
    question, answer = plan.asked.story.ask
    plan.reply(course.owner, question, then="wait")
    plan.until_reply()
    plan.reply(plan.asked.requester, answer)
    course.troubles.append("asked")
    plan.work(plan.asked.promise.first * plan.share(0.3, 0.6))


def refused(course: Course) -> list[Step]:
    """The first who is asked does not agree."""
    plan = course.plan
    plan.until_decided()
    plan.add(Act.REFUSE, None, reason=plan.common("refusals"))
    return plan.steps


def _has_manager(course: Course) -> bool:
    """Whether the team could ask the line manager of who asks, and has no rule that asked before."""
    asked = course.plan.asked
    line = None if asked.for_whom or asked.is_case or asked.steps else asked.requester.line
    return line not in (None, course.owner.id)


def _ask_first(course: Course) -> None:
    """The team asks somebody to agree although no rule says so."""
    plan = course.plan
    plan.reply(course.owner, plan.common("approval_words"))
    plan.add(Act.ASK, course.owner, words=plan.asked.says(plan.asked.story.summary))
    plan.until_decided()
    plan.add(Act.APPROVE, None, left=0)
    _rest(course)


def _ordinary(course: Course) -> None:
    plan = course.plan
    courses: list[Callable[[Course], None]] = [_quick, _in_steps, _supplier, _scheduled]
    plan.dice.choices(courses, [_QUICK, _STEPS, _SUPPLIER, _SCHEDULED])[0](course)


def _quick(course: Course) -> None:
    """Solved with the first answer."""


def _in_steps(course: Course) -> None:
    plan = course.plan
    first_answer(course)
    if plan.chance(_NOTED * 2):
        plan.add(Act.NOTE, plan.dice.choice(course.handler_pool), body=plan.asked.says(plan.phrase("notes")))
    if plan.chance(_FOLLOWED) and not plan.asked.is_case:
        plan.add(Act.FOLLOW, plan.asked.requester, person=plan.asked.facts["person"])
    if plan.chance(0.2):
        plan.until_reply()
        plan.reply(plan.asked.requester, plan.common("thanks_meanwhile"))
        plan.work(plan.asked.promise.first * min(plan.share(0.25, 0.4), 0.9))
        return
    _rest(course)


def _supplier(course: Course) -> None:
    plan = course.plan
    plan.reply(course.owner, plan.common("waiting_words"))
    wait = plan.days(0.3, 1.6)
    plan.status(course.owner, "supplier", reason=plan.phrase("supplier"), until=plan.at + wait)
    plan.at += wait
    plan.work(timedelta(minutes=plan.dice.randrange(5, 120)))
    plan.status(course.owner, "progress")


def _scheduled(course: Course) -> None:
    plan = course.plan
    until = plan.at + plan.days(1, 4)
    plan.wait_until(course.owner, until)
    plan.at = until
    plan.work(plan.asked.promise.whole * min(plan.share(0.1, 0.5), 0.3))


def _rest(course: Course) -> None:
    """What is left of the promised time until the solution."""
    plan = course.plan
    share = plan.share(0.3, 0.75)
    if share > 1:
        course.troubles.append("slow")
    plan.work(plan.asked.promise.whole * min(share, 2.5))


def _solve(course: Course, text: str) -> None:
    course.plan.reply(course.owner, text, then="solve")


def _again(course: Course) -> None:
    """It was not solved after all."""
    plan = course.plan
    plan.until_reply()
    plan.reply(plan.asked.requester, plan.common("still_not"))
    course.troubles.append("again")
    plan.work(plan.asked.promise.first * plan.share(0.35, 0.5))
    _solve(course, plan.common("second_fix"))


def _afterwards(course: Course) -> None:
    """The requester's last word, or two weeks of silence; and perhaps a rating."""
    plan = course.plan
    solved = plan.at
    confirmed = plan.chance(_CONFIRMED)
    if confirmed:
        plan.until_reply()
        plan.add(Act.CONFIRM, plan.asked.requester, solved=True)
    if plan.chance(_RATED):
        plan.at += plan.days(0, 2)
        plan.until_reply()
        scores, comment = rating(plan, course.troubles)
        plan.add(Act.RATE, plan.asked.requester, scores=scores, comment=comment)
    if not confirmed:
        plan.at = max(plan.at, solved + SILENCE + plan.days(0, 0.04))
        plan.add(Act.CLOSE, None)


def solved_at(steps: Sequence[Step]) -> datetime:
    """When it is over for good: solved by the team or by the requester alone, or not approved."""
    solving = [step.at for step in steps if step.facts.get("then") == "solve"]
    return solving[-1] if solving else next(step.at for step in steps if step.act in (Act.CONFIRM, Act.REFUSE))


def cut_short(course: Course, steps: Sequence[Step], *, now: datetime) -> list[Step]:
    """The same beginning with a quicker end, so that it is solved before `now`; empty where that cannot be."""
    first = next((n for n, step in enumerate(steps) if step.act is Act.REPLY and step.by is course.owner), None)
    if first is None or steps[first].at >= now or any(step.act is Act.TRANSFER for step in steps):
        return []
    plan, answer = course.plan, steps[first]
    open_time = hours.elapsed(plan.hours, answer.at, now)
    plan.steps = [*steps[:first], replace(answer, facts={"body": plan.asked.says(plan.phrase("hello")), "then": ""})]
    plan.at = answer.at
    plan.work(open_time * plan.dice.uniform(0.2, 0.8))
    plan.reply(course.owner, plan.asked.story.fix, then="solve")
    return plan.steps if plan.steps[-1].at < now else []
