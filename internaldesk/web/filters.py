"""How instants, spans, sizes and written words look on a page; the only place besides core.hours that knows zones."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from flask_login import current_user
from markupsafe import Markup, escape

from internaldesk.core import answers, wording
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
    """The long form with the day in words: "today 11:18", "tomorrow 08:30", "Wed 25 Nov, 08:48"."""
    local = instant.astimezone(zone())
    days = (local.date() - now().astimezone(zone()).date()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    return f"{near} {local:%H:%M}" if near else f"{_day(local)}, {local:%H:%M}"


def at(instant: datetime) -> str:
    """The short form for tables: "09:42" today, "Wed 09:40" within a week, "25 Nov" beyond."""
    place = zone()
    return wording.short(instant, zone=place, today=now().astimezone(place).date())


def clock(instant: datetime) -> str:
    """Hours and minutes only."""
    return f"{instant.astimezone(zone()):%H:%M}"


def on(instant: datetime) -> str:
    """The day only: "Wed 25 Nov 2026"."""
    local = instant.astimezone(zone())
    return f"{_day(local)} {local.year}"


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


def written(text: str) -> Markup:
    """What a person wrote: escaped, with its line breaks and with web addresses made links."""
    paragraphs = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(_lines(part)) for part in paragraphs)


def money(amount: str) -> str:
    """A sum of money in the desk's currency.

    >>> money("1250.00")
    'EUR 1,250.00'
    """
    return f"EUR {answers.money_in_words(amount)}"


def day(date_: date) -> str:
    """A day that no zone moves: "Wed 25 Nov 2026"."""
    return answers.day_in_words(date_.isoformat())


def _lines(paragraph: str) -> Markup:
    return Markup("<br>").join(_linked(line) for line in paragraph.strip("\n").split("\n"))


def _linked(line: str) -> Markup:
    link = Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>')
    pieces = (link.format(p.href, p.text) if p.href else escape(p.text) for p in safe_links(line))
    return Markup("").join(pieces)


def _day(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b}"
