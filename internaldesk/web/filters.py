"""How instants, spans, sizes and written words look on a page; the only place besides core.hours that knows zones."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from flask_login import current_user
from markupsafe import Markup, escape

from internaldesk.core import answers, periods, wording
from internaldesk.core.mentions import pieces
from internaldesk.core.text import initials, safe_links
from internaldesk.web.desk import now

_KILO = 1024


def init(app: Flask) -> None:
    """Give templates the filters."""
    for name, function in {
        "when": when,
        "at": at,
        "clock": clock,
        "on": on,
        "iso": iso,
        "span": span,
        "size": size,
        "plural": plural,
        "written": written,
        "initials": initials,
        "money": money,
        "day": day,
    }.items():
        app.jinja_env.filters[name] = function


def zone() -> ZoneInfo:
    """The zone of the person reading, or the desk's own for visitors."""
    if current_user and current_user.is_authenticated:
        return ZoneInfo(current_user.actor.timezone)
    return ZoneInfo(current_app.config["DESK"].timezone)


def when(instant: datetime) -> str:
    """The long form: "today 11:18", "tomorrow 08:30", "Wed 25 Nov, 08:48", "Mon 3 Apr 2017, 12:30"."""
    place = zone()
    local, today = instant.astimezone(place), now().astimezone(place).date()
    near = wording.next_to(local.date(), today=today)
    return f"{near} {local:%H:%M}" if near else f"{wording.day(local.date(), today=today)}, {local:%H:%M}"


def at(instant: datetime) -> str:
    """The short form for tables: "09:42" today, "Wed 09:40" within a week, "25 Nov" beyond, another year with it."""
    place = zone()
    return wording.short(instant, zone=place, today=now().astimezone(place).date())


def clock(instant: datetime) -> str:
    """Hours and minutes only."""
    return f"{instant.astimezone(zone()):%H:%M}"


def on(instant: datetime) -> str:
    """The day only: "Wed 25 Nov 2026"."""
    return periods.day_words(instant.astimezone(zone()).date())


def iso(instant: datetime) -> str:
    """For `datetime` attributes; always with an offset."""
    return instant.astimezone(zone()).isoformat(timespec="seconds")


def span(length: timedelta | float) -> str:
    """A span of time in words, also of seconds: "34 min", "1 h 40", "3 days".

    >>> span(6000)
    '1 h 40'
    """
    return wording.span(length if isinstance(length, timedelta) else timedelta(seconds=max(length, 0)))


def size(count: int) -> str:
    """Bytes as people say them: "14 kB", "8.1 MB"."""
    if count < _KILO * _KILO:
        return f"{max(round(count / _KILO), 1)} kB"
    return f"{count / _KILO / _KILO:.1f} MB"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun.

    >>> plural(1, "request"), plural(2, "reply", "replies")
    ('1 request', '2 replies')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


def written(text: str, names: Collection[str] = ()) -> Markup:
    """What a person wrote: escaped, with its line breaks, web addresses made links and `names` behind an @ marked."""
    paragraphs = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(_lines(part, names)) for part in paragraphs)


def money(amount: str) -> str:
    """A sum of money in the desk's currency.

    >>> money("1250.00")
    'EUR 1,250.00'
    """
    return f"EUR {answers.money_in_words(amount)}"


def day(date_: date) -> str:
    """A day that no zone moves: "Wed 25 Nov 2026"."""
    return answers.day_in_words(date_.isoformat())


def _lines(paragraph: str, names: Collection[str]) -> Markup:
    return Markup("<br>").join(_linked(line, names) for line in paragraph.strip("\n").split("\n"))


def _linked(line: str, names: Collection[str]) -> Markup:
    link = Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>')
    pieces = (link.format(p.href, p.text) if p.href else _called(p.text, names) for p in safe_links(line))
    return Markup("").join(pieces)


def _called(text: str, names: Collection[str]) -> Markup:
    if not names or "@" not in text:
        return escape(text)
    name = Markup('<b class="called">{}</b>')
    return Markup("").join(name.format(part) if known else escape(part) for part, known in pieces(text, names))
