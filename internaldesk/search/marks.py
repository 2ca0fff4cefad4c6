"""Mark the words that were looked for in what was found."""

import re

from markupsafe import Markup, escape

from internaldesk.core.text import alike, words

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_TOO_SHORT = 3


def marked(text: str, asked: str) -> Markup:
    """The text, escaped, with every word that was meant between <mark> tags.

    >>> print(marked("VPN <drops>", "vnp"))
    <mark>VPN</mark> &lt;drops&gt;
    """
    looked_for = words(asked)
    wanted = [word for word in looked_for if len(word) >= _TOO_SHORT] or list(looked_for)
    pieces, end = Markup(), 0
    for match in _WORD.finditer(text):
        pieces += escape(text[end : match.start()])
        pieces += Markup("<mark>{}</mark>").format(match[0]) if _meant(match[0], wanted) else escape(match[0])
        end = match.end()
    return pieces + escape(text[end:])


def _meant(word: str, wanted: list[str]) -> bool:
    return any(alike(asked, own) for own in words(word) for asked in wanted)
