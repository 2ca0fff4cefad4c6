"""What the figures of the pages beside the overview mean; `core.definitions` has them in its list with all others."""

from internaldesk.core.chapters import Chapter, Definition
from internaldesk.core.daily_effort import AGAIN
from internaldesk.core.figures import LEAST_CASES
from internaldesk.core.mirror import LEAST_VOICES
from internaldesk.core.rating import HIGHEST, LEAST_ANSWERS, LOW
from internaldesk.core.simplicity import MOSTLY_LEFT, NEARLY_ALWAYS
from internaldesk.core.tally import REOPEN
from internaldesk.core.training import ENOUGH, WEEKS

CHAIN = Chapter(
    "Who waits for whom",
    (
        Definition(
            "blocked",
            "Customer-hours",
            "The time in which somebody outside waited for a request, from filing until it was solved or closed, by "
            "the day on which it passed, in working hours of its promise and in hours on the wall; all waits count, "
            "because the customer waits through them. A day of an open request counts when it is over, and for the "
            "team that has the request now.",
        ),
        Definition(
            "waiting",
            "Waiting now",
            "Requests open at this moment for which somebody outside waits, whatever the period. Their hours of today "
            "are not among the customer-hours yet.",
        ),
        Definition(
            "hands",
            "Whose hands",
            "The working time from filing or reopening to the solution, by whom the request lay with: us, a team that "
            "had it before, the requester, approvers, a supplier, or nobody until an agreed date. It counts in the "
            "period of the solution; the times are averages, because parts of an average add up to the whole.",
        ),
        Definition(
            "asker",
            "Department and team",
            "Requests count for the department the requester was in when they filed them, and for the team that has "
            "them; first replies and ratings for the team that gave or got them. Those of back-office people count "
            "like any other.",
        ),
        Definition(
            "blank",
            "Blank scores",
            f"The mean of the answers to a question, blank under {LEAST_ANSWERS} raters. Where one blank could be "
            "worked out from the other scores of the team, the next smallest is blank, too.",
        ),
    ),
)

SIMPLICITY = Chapter(
    "How simple it is",
    (
        Definition(
            "questions",
            "Questions",
            "What the form of a type asks as it is now, and how many of these questions need no answer. Something "
            "depends on a question where another question, a rule or a text of the desk names it; whether anybody "
            "reads the answers, the desk does not know.",
        ),
        Definition(
            "left-empty",
            "Left empty",
            "Answers left out, of questions that were asked and need none, where the requester filled in the form. "
            f"Above {int(100 * MOSTLY_LEFT)} % of at least {LEAST_CASES} a question is proposed for dropping, if "
            "nothing the desk knows depends on it.",
        ),
        Definition(
            "asked-back",
            "Asked back",
            "Requests filed in the period that had to wait for their requester, because something was missing, out of "
            "all filed. One that waited twice counts once, and waits until an agreed date are none.",
        ),
        Definition(
            "handed-on",
            "Handed on",
            "Requests filed in the period that were passed to another team, out of all filed. They count for the type "
            "they are of now, however often they were passed.",
        ),
        Definition(
            "granted",
            "Approvals granted",
            "Approvals given out of those decided in the period; what was withdrawn was not decided. From "
            f"{int(100 * NEARLY_ALWAYS)} % of at least {LEAST_CASES} on the page asks whether the step decides "
            "anything.",
        ),
        Definition(
            "easy",
            "Easy, of 5",
            f"The mean of the answers from 1 to {HIGHEST} to how easy it was, counted in the period in which they were "
            f"given. It is blank under {LEAST_ANSWERS} answers.",
        ),
    ),
)

TRAINING = Chapter(
    "What teams could train",
    (
        Definition(
            "signs",
            "Signs",
            "Low answers about clarity and attitude, requests handed on for expertise, opened again and asked again, "
            f"by team and topic and never by person. One request may show several; below {ENOUGH} together nothing is "
            "said, because anybody has a bad day.",
        ),
        Definition(
            "low-about",
            "Low answers about one question",
            f"Answers of 1 to {LOW} to that question alone, whatever the others say. They count only where at least "
            f"{LEAST_ANSWERS} answered it in the period, because fewer might give one of them away.",
        ),
        Definition(
            "expertise",
            "Handed on for expertise",
            "Each time a team passed a request on because others know it better, on the day it did so. It counts for "
            "the team that passed it on, because that is where there is something to learn.",
        ),
        Definition(
            "asked-again",
            "Asked again",
            f"Filed within {AGAIN.days} days after the same person filed a request of the same type, on the day of the "
            "later one. Requests the desk files by itself, as steps of others or by a plan, are none.",
        ),
        Definition(
            "before-after",
            "Before and after a training",
            f"The {WEEKS} whole weeks before the week of the training, beside the {WEEKS} whole weeks after it; its "
            f"own week is in neither. The second stands {REOPEN.days} days after it is over, when all its solutions "
            "have had their days to come back.",
        ),
        Definition(
            "out-of",
            "Out of",
            "Low answers of all answers about clarity, requests opened again of those solved, asked again of those "
            "filed, and handed on of those filed or handed on. Better or worse is said only from "
            f"{LEAST_CASES} cases on each side, and where the 95 % intervals of both share no value.",
        ),
    ),
)

MIRROR = Chapter(
    "Own view and others\u2019 view",
    (
        Definition(
            "own-view",
            "Own view",
            "The mean of what members of a team answered about it to the four questions, in a quarter that is over. "
            "Only sums are kept, so that nobody\u2019s answer is stored, and it is blank under "
            f"{LEAST_VOICES} members.",
        ),
        Definition(
            "others-view",
            "Others\u2019 view",
            "The mean of what co-workers answered in their ratings in the same quarter, confidential cases left out "
            f"for everybody. It is blank under {LEAST_ANSWERS} people, however many answers one of them gave.",
        ),
        Definition(
            "gap",
            "Gap",
            "Both means as they are shown differ by half a step of the scale or more. Nearer ones count as the same.",
        ),
    ),
)
