"""What a low answer leads to: for each of the four questions another remedy, in words for whoever leads the team."""

from collections.abc import Mapping
from typing import NamedTuple

from internaldesk.core.rating import LOW, QUESTIONS, Scored


class Remedy(NamedTuple):
    """What can be done about low answers to one question: where it leads, and the steps to choose from."""

    slug: str
    title: str
    leads_to: str
    steps: tuple[str, ...]


REMEDIES: Mapping[str, Remedy] = {
    found.slug: found
    for found in (
        Remedy(
            "attitude",
            "Attitude",
            "Coaching",
            (
                "Read the conversation together with whoever wrote it, before you judge it alone.",
                "Choose one theme: greeting by name, saying sorry without excuses, saying no and what is possible.",
                "Call the requester back yourself, and say what changes.",
                "Where several answers name the same hour or the same week, look at the load first: tired people write "
                "short.",
            ),
        ),
        Remedy(
            "responsiveness",
            "Responsiveness",
            "Staffing and targets",
            (
                "Compare the weekday and the hour with the opening hours and who was there.",
                "Look at where the time went on the request: waiting for somebody, for approval, or in the queue.",
                "If the promise was kept and still felt slow, the promise is too long for this kind: change it.",
                "If it was missed, see whether this kind comes in faster than the team can take it.",
            ),
        ),
        Remedy(
            "clarity",
            "Clarity",
            "Articles and canned replies",
            (
                "Find the sentence that was not understood, and write it again for somebody who does something else.",
                "Where a macro was used, mend the macro: it will be sent again tomorrow.",
                "Where the same thing was explained before, write it down once, and link it.",
                "Say first what happens next and when, and only then why.",
            ),
        ),
        Remedy(
            "simplicity",
            "Simplicity",
            "The form itself",
            (
                "Open the form as the requester sees it, and take out each question nobody needed for the answer.",
                "Fill in what the desk knows already: place, device, manager.",
                "Look for requests of this kind that were handed on: the catalogue may lead people to the wrong form.",
                "Count the approvals: each one that was always granted can go.",
            ),
        ),
    )
}


def remedies_for(scores: Scored) -> tuple[Remedy, ...]:
    """What low answers lead to: those of the questions answered low, else of the lowest one.

    >>> from internaldesk.core.rating import Scores
    >>> [remedy.slug for remedy in remedies_for(Scores(attitude=5, clarity=2, simplicity=1))]
    ['clarity', 'simplicity']
    >>> [remedy.slug for remedy in remedies_for(Scores(attitude=5, clarity=3))]
    ['clarity']
    """
    answered = {question.slug: score for question in QUESTIONS if (score := getattr(scores, question.slug)) is not None}
    most = max(LOW, min(answered.values(), default=LOW))
    return tuple(REMEDIES[slug] for slug, score in answered.items() if score <= most)
