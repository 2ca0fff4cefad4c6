"""Small files that co-workers attach: a few lines of text, or a picture of a screen."""

import struct
import zlib

from internaldesk.demo.asking import Asked
from internaldesk.demo.play import Files

_EVERY = 60
_WIDTH, _HEIGHT = 240, 150
_TITLE_BAR, _MARGIN = 16, 12


def of(asked: Asked, number: int) -> Files:
    """What is attached to the request with this number in the story: mostly nothing."""
    if number % _EVERY != 1 or asked.is_case:
        return ()
    if number // _EVERY % 2:
        return [("notes.txt", _lines(asked).encode())]
    return [("screen.png", picture(number))]


def picture(number: int) -> bytes:
    """A picture of a window with a few lines in it, as PNG; the number shifts its colours."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y, number) for x in range(_WIDTH)) for y in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _lines(asked: Asked) -> str:
    story = asked.story
    return f"{asked.says(story.summary)}\n\n{asked.says(story.details)}\n\nWritten down {asked.at:%d %b %Y}.\n"


def _pixel(x: int, y: int, number: int) -> bytes:
    if y < _TITLE_BAR:
        return bytes((40, 70 + number % 90, 120))
    in_line = (y - _TITLE_BAR) % 14 in (6, 7, 8) and _MARGIN < x < _WIDTH - _MARGIN - (y * 37 + number) % 90
    return b"\x46\x50\x5a" if in_line else b"\xf4\xf6\xf8"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
