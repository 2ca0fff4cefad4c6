"""What each figure of service quality means, in two sentences; page, files and print all say these and no others."""

from internaldesk.core.chapters import Chapter, Definition
from internaldesk.core.definitions_beside import CHAIN, MIRROR, SIMPLICITY, TRAINING
from internaldesk.core.figures import LEAST_CASES
from internaldesk.core.rating import HIGHEST, LEAST_ANSWERS, LOW, SATISFIED
from internaldesk.core.tally import REOPEN

_DAYS = REOPEN.days

READING = Chapter(
    "Reading the figures",
    (
        Definition(
            "small",
            "Small numbers",
            f"Under {LEAST_CASES} cases there is no percentage, and under {LEAST_ANSWERS} answers no rate: the "
            "counts stand instead, as “7 of 9”. A rate of three people is a rumour, and may give one of them away.",
        ),
        Definition(
            "left-out",
            "Left out",
            "Confidential cases count only for the people named for them, in every figure, list and file. Where "
            "you may count a request and not read it, its list says how many more there are.",
        ),
        Definition(
            "normal",
            "Normal variation",
            "The band within which weeks differ by chance, from the differences between neighbouring weeks. Only "
            "what lies outside it, or a long run on one side, is a signal.",
        ),
        Definition(
            "change",
            "Better or worse",
            "Compared with the period before, and only where the 95 % intervals of both share no value; a time "
            "must also differ by a tenth. Otherwise the page says “No real change” or “Too few to compare”.",
        ),
        Definition(
            "in-force",
            "By whom",
            "Each promise counts for the team, type and priority in force when it was decided, so renaming a team or "
            "changing a promise later changes no figure of the past. Everything else counts under the priority the "
            "request has now.",
        ),
    ),
)

OVERVIEW = (
    Chapter(
        "Promises",
        (
            Definition(
                "on-time",
                "On time",
                "Promises kept out of promises kept and missed, floored to one decimal, so that 99.96 % never reads "
                "100 %. Each counts in the period in which it was decided: kept when it was fulfilled, missed at the "
                "instant it ran out, whoever fulfils it later.",
            ),
            Definition(
                "first-reply",
                "First reply",
                "The first public words of a person who handles the request, counted in working time from filing. "
                "Automatic replies, notes and changes of status are none; a request solved without words counts as "
                "answered then.",
            ),
            Definition(
                "half",
                "Half within",
                "The working time within which half of the cases were done, by nearest rank: the smallest time with "
                "at least half of all at or below it. Only finished cases have a time; what is still late is counted "
                "apart, with its age.",
            ),
            Definition(
                "nine-in-ten",
                "Nine in ten within",
                "The working time within which nine of ten cases were done, by nearest rank like the half. It tells "
                "how long the unlucky wait, which an average hides.",
            ),
            Definition(
                "late",
                "Late now",
                "Promises that have run out and are not fulfilled yet, however long ago. They are missed already, in "
                "the period in which they ran out, and no later answer undoes that.",
            ),
            Definition(
                "retargeted",
                "Retargeted",
                "Missed only because the promise became shorter on the way, as when a request became more urgent. "
                "These are counted apart, neither kept nor missed, like those that waited for somebody to approve.",
            ),
            Definition(
                "waived",
                "Waived",
                "Missed, but a lead or an administrator has written down why nobody is held to it. The miss stays on "
                "the request and is counted apart, neither kept nor missed.",
            ),
        ),
    ),
    Chapter(
        "Solutions",
        (
            Definition(
                "solved",
                "Solved",
                f"Solved by a person and not opened again within {_DAYS} days. A request closed because it was not "
                "approved, withdrawn or merged was not solved.",
            ),
            Definition(
                "reopened",
                "Reopened",
                f"Opened again within {_DAYS} days, out of those solved at least {_DAYS} days ago. Younger ones still "
                "have their days to come back and are left out.",
            ),
            Definition(
                "solution-time",
                "Solution time",
                "Working time from filing to the solution, without waits for the requester and for approvals. A "
                "request opened again goes on with the time it had used.",
            ),
            Definition(
                "lead-time",
                "Lead time",
                "Days on the wall from filing to the solution, with all nights, weekends and waits in them. It is what "
                "the requester lived through, and no promise is measured by it.",
            ),
            Definition(
                "automatic",
                "Automatic",
                "What a machine did: receipts, reminders, closing after silence. It keeps no promise, is no reply and "
                "no solution.",
            ),
            Definition(
                "open",
                "Open",
                "Filed and neither solved nor closed at the end of the week, or now, by age since filing. A request "
                "that waits for its requester is open, because somebody still owes work on it.",
            ),
        ),
    ),
    Chapter(
        "Satisfaction",
        (
            Definition(
                "satisfied",
                "Satisfied",
                f"Answers of {SATISFIED} or {HIGHEST} out of {HIGHEST} overall, of all answers; overall is the mean of "
                "the questions answered, halves rounded up. An answer counts in the period in which it was given.",
            ),
            Definition(
                "margin",
                "Margin (±)",
                "Half the width of the 95 % interval of Wilson: asked again, 19 times in 20 the share would lie in it. "
                "Teams are compared only where their intervals share no value.",
            ),
            Definition(
                "answer-rate",
                "Answer rate",
                "Those who answered, out of all who were asked in the period. Where it is low, the satisfied are known "
                "less well than the margin says.",
            ),
            Definition(
                "low",
                "Low answer",
                f"An answer of 1 to {LOW} overall. It opens a follow-up for whoever leads the team, not for the person "
                "who helped.",
            ),
        ),
    ),
    READING,
)
CHAPTERS = (*OVERVIEW[:-1], CHAIN, SIMPLICITY, TRAINING, MIRROR, READING)
ALL = tuple(found for chapter in CHAPTERS for found in chapter.definitions)


def of(chapter: Chapter, *slugs: str) -> tuple[Definition, ...]:
    """What the page and the file of one chapter say: its own figures, and those of other chapters they are told with.

    >>> [found.term for found in of(READING, "low")][-1]
    'Low answer'
    """
    known = {found.slug: found for found in ALL}
    return (*chapter.definitions, *(known[slug] for slug in slugs))
