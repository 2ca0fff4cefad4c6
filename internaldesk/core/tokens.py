"""Secret tokens: what the tables keep of them."""

import hashlib


def digest(token: str) -> str:
    """The SHA-256 of a token in hexadecimal: who reads the table cannot use what it names.

    >>> len(digest("anything"))
    64
    """
    return hashlib.sha256(token.encode()).hexdigest()
