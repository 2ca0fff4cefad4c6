"""The main job in steps, told by what people read and press; each step says what must be true after it."""

import re

from tests.journeys.visitor import Visitor

SUMMARY = "The scanner reads nothing"
BROKEN = {
    "summary": SUMMARY,
    "details": "Since this morning it only blinks.",
    "device": "LDS-1904",
    "can_work": "partly",
    "affected": "one",
}
QUESTION = "Which light blinks, the green or the red one?"
ANSWER = "The red one."
SOLUTION = "The battery was loose. It reads again."
SCORES = {"attitude": 5, "responsiveness": 4, "clarity": 5, "simplicity": 4}


def file(ada: Visitor) -> int:
    """Ada files that something is broken; she gets a number and a promise."""
    sent = ada.sends("/catalogue/it/broken", "/catalogue/it/broken", **BROKEN)
    found = re.fullmatch(r"/requests/R-(\d+)/filed", sent.location)
    assert sent.status == 303
    assert found, sent.location
    receipt = ada.reads(sent.location)
    assert SUMMARY in receipt
    assert "First reply by" in receipt
    return int(found[1])


def take(ben: Visitor, number: int) -> None:
    """Ben takes what is due next and is told why it is this one."""
    sent = ben.sends("/queue/due-next", "/queue/next")
    assert (sent.status, sent.location) == (303, f"/requests/R-{number}")
    page = ben.reads(sent.location)
    assert "Most urgent in IT" in page
    assert "The clock" not in page


def ask(ben: Visitor, number: int) -> None:
    """Ben asks back; the clock waits for Ada, and both pages say so."""
    where = f"/requests/R-{number}"
    sent = ben.sends(where, f"{where}/messages", "then=wait", body=QUESTION, go="stay")
    assert sent.status == 303
    page = ben.reads(where)
    assert "Waiting: Ada" in page
    assert "sla--paused" in page


def answer(ada: Visitor, number: int) -> None:
    """Ada sees that it is her turn, and answers."""
    where = f"/requests/R-{number}"
    page = ada.reads(where)
    assert "It is your turn." in page
    assert QUESTION in page
    assert SUMMARY in ada.reads("/requests")
    sent = ada.sends(where, f"{where}/messages", body=ANSWER)
    assert sent.status == 303
    page = ada.reads(where)
    assert ANSWER in page
    assert "It is your turn." not in page


def solve(ben: Visitor, number: int) -> None:
    """Ben reads the answer and solves it."""
    where = f"/requests/R-{number}"
    page = ben.reads(where)
    assert ANSWER in page
    assert "sla--paused" not in page
    sent = ben.sends(where, f"{where}/messages", "then=solve", body=SOLUTION, go="list")
    assert sent.status == 303
    assert SUMMARY not in ben.reads("/queue/due-next")


def rate(ada: Visitor, number: int) -> str:
    """Ada says how it went, in the app; gives the way to her rating that needs no session."""
    where = f"/requests/R-{number}"
    page = ada.reads(where)
    assert "Solved, is it?" in page
    link = re.search(r'href="(/rate/[^"]+)"', page)
    assert link
    form = ada.fills(link[1], link[1], **SCORES, comment="Quick and kind.")
    sent = ada.posts(f"{where}/rating", form)
    assert sent.status == 303
    assert "Thank you, your rating is stored." in ada.reads(sent.location)
    return link[1]


def rate_again(stranger: Visitor, link: str) -> None:
    """Whoever holds the link changes the rating without signing in."""
    assert chosen(stranger.reads(link)) == {name: str(score) for name, score in SCORES.items()}
    sent = stranger.sends(link, link, clarity=2)
    assert sent.status == 303
    assert chosen(stranger.reads(link))["clarity"] == "2"


def chosen(page: str) -> dict[str, str]:
    """The scores that are marked on a rating page."""
    return dict(re.findall(r'<input type="radio" name="(\w+)" value="(\d)"[^>]* checked', page))
