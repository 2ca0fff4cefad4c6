"""One typed-in answer: from the characters a browser sent to a value that fits in JSON, and back to words."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

LINE_LIMIT = 200
TEXT_LIMIT = 10_000
ROW_LIMIT = 50
FILE_LIMIT = 5
COLUMNS = ("item", "quantity", "unit", "price")

_MOST = Decimal(1_000_000_000)
_DAY_FIRST = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})")
_PLAIN_NUMBER = re.compile(r"\d+(\.\d+)?|\.\d+", re.ASCII)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(\D|$))", re.ASCII)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class BadAnswer(ValueError):
    """What was typed cannot be used; the text is a sentence to show beside the field."""


def line(text: str) -> str:
    """One line, its white space tidied; refused above 200 characters.

    >>> line("  black   screen ")
    'black screen'
    """
    return _within(" ".join(printable(text).split()), LINE_LIMIT)


def text(typed: str) -> str:
    """Many lines with plain line ends; refused above 10,000 characters.

    >>> text("one\\r\\ntwo ")
    'one\\ntwo'
    """
    return _within(printable(typed).replace("\r\n", "\n").replace("\r", "\n").strip(), TEXT_LIMIT)


def day(text: str) -> str:
    """A date as ISO text; browsers send it so, people without a date picker type the day first.

    >>> day("2026-11-25"), day("25/11/2026")
    ('2026-11-25', '2026-11-25')
    """
    written = text.strip()
    turned = _DAY_FIRST.fullmatch(written)
    if turned:
        written = f"{turned[3]}-{int(turned[2]):02}-{int(turned[1]):02}"
    try:
        found = date.fromisoformat(written)
    except ValueError:
        raise BadAnswer("Give a date such as 25/11/2026.") from None
    if not 1900 <= found.year <= 2100:
        raise BadAnswer("Give a year between 1900 and 2100.")
    return found.isoformat()


def number(text: str) -> int | float:
    """A number from 0 up to a thousand million, with at most three decimals; whole ones stay whole.

    >>> number("12"), number("1,200"), number("2.5")
    (12, 1200, 2.5)
    """
    value = _decimal(text, places=3, example="12")
    return int(value) if value == value.to_integral_value() else float(value)


def money(text: str) -> str:
    """An amount as a decimal string with two places, without a currency: the desk works in one.

    >>> money("£1,250"), money("99.9")
    ('1250.00', '99.90')
    """
    return f"{_decimal(text.strip().lstrip('£€$'), places=2, example='125.50'):.2f}"


def key(text: str) -> int:
    """The id of a person or a file; whether it exists, and may be named, is checked where the rows are.

    >>> key(" 17 ")
    17
    """
    if not re.fullmatch(r"[1-9]\d{0,17}", text.strip(), re.ASCII):
        raise BadAnswer("Choose one from the list.")
    return int(text)


def rows(columns: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Order lines out of four parallel columns (item, quantity, unit, price each); empty lines are dropped.

    >>> rows([["toner", ""], ["2", ""], ["box", ""], ["", ""]])
    [{'item': 'toner', 'quantity': 2, 'unit': 'box', 'price': None}]
    """
    found: list[dict[str, Any]] = []
    for position, cells in enumerate(zip_longest(*columns, fillvalue=""), start=1):
        if not any(printable(cell).strip() for cell in cells):
            continue
        try:
            found.append(_row(*cells))
        except BadAnswer as wrong:
            raise BadAnswer(f"Line {position}: {wrong}") from None
    if len(found) > ROW_LIMIT:
        raise BadAnswer(f"At most {ROW_LIMIT} lines fit in one request, not {len(found)}. Send the rest as another.")
    return found


def day_in_words(iso: str) -> str:
    """
    >>> day_in_words("2026-11-25")
    'Wed 25 Nov 2026'
    """
    found = date.fromisoformat(iso)
    return f"{_DAYS[found.weekday()]} {found.day} {_MONTHS[found.month - 1]} {found.year}"


def money_in_words(amount: str) -> str:
    """
    >>> money_in_words("1250.00")
    '1,250.00'
    """
    return f"{Decimal(amount):,.2f}"


def rows_in_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """
    >>> rows_in_words([{"item": "toner", "quantity": 2, "unit": "box", "price": None}])
    '2 x toner (box)'
    >>> rows_in_words([{"item": "lamp", "quantity": 1, "unit": "", "price": "25.00"}] * 2)
    '1 x lamp at 25.00; 1 x lamp at 25.00'
    """
    return "; ".join(_row_in_words(row) for row in rows)


def printable(text: str) -> str:
    """The text without characters no keyboard writes; one of them (NUL) a database refuses."""
    return "".join(sign for sign in text if (sign >= " " and sign != "\x7f") or sign in "\n\r\t")


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise BadAnswer(f"Keep this to {limit:,} characters; it has {len(text):,}.")
    return text


def _decimal(text: str, *, places: int, example: str) -> Decimal:
    written = _THOUSANDS.sub("", text.strip())
    if not _PLAIN_NUMBER.fullmatch(written):
        raise BadAnswer(f"Give a number such as {example}.")
    value = Decimal(written)
    if value > _MOST:
        raise BadAnswer("This number is too large.")
    if value != round(value, places):
        raise BadAnswer(f"Give at most {places} places after the point.")
    return value


def _row(item: str, quantity: str, unit: str, price: str) -> dict[str, Any]:
    if not item.strip():
        raise BadAnswer("say what you need.")
    if not quantity.strip():
        raise BadAnswer("say how many.")
    count = number(quantity)
    if not count:
        raise BadAnswer("ask for more than 0.")
    return {"item": line(item), "quantity": count, "unit": line(unit), "price": money(price) if price.strip() else None}


def _row_in_words(row: Mapping[str, Any]) -> str:
    unit = f" ({row['unit']})" if row["unit"] else ""
    price = f" at {money_in_words(row['price'])}" if row["price"] else ""
    return f"{row['quantity']} x {row['item']}{unit}{price}"
