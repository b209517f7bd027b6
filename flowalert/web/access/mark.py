"""The mark of a browser in which somebody has logged in before.

A stranger who tries passwords makes everybody wait who might be that stranger. Whoever has this mark is not: so nobody
can keep a user out of the browser that they use every day.
"""

import hashlib
import hmac
import secrets

from flowalert.settings import User


def make_mark(user: User) -> str:
    """Return a new mark for a browser of this user; it is good for as long as the password is the same."""
    number = secrets.token_hex(8)
    return f"{number}.{_seal(user, number)}"


def read_mark(user: User, mark: str) -> str:
    """Return the number of a mark that this user's browser was given, empty for any other text."""
    number, _, seal = mark.partition(".")
    return number if hmac.compare_digest(_seal(user, number).encode(), seal.encode()) else ""


def _seal(user: User, number: str) -> str:
    return hmac.new(user.password.encode(), f"{user.name}:{number}".encode(), hashlib.sha256).hexdigest()
