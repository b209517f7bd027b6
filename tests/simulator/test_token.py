import datetime as dt

import pytest

from flowalert.market.instant import KST
from flowalert.simulator.token import Issued, Refusal, TokenBook, TokenPolicy


class Wall:
    """A wall clock that stands still until it is moved on."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 23, 9, 30, tzinfo=KST)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_by(self, **stretch: float) -> None:
        self.now += dt.timedelta(**stretch)


def issue(book: TokenBook, appkey: str = "k") -> Issued:
    issued = book.issue(appkey, "s")
    assert isinstance(issued, Issued)
    return issued


def test_token_ends_at_seven() -> None:
    """A token is good until 07:00 of the day after, and `expires_in` says how long that is."""
    wall = Wall()
    book = TokenBook(TokenPolicy(), wall)
    issued = issue(book)
    assert issued.expires_in == 21.5 * 3600
    wall.pass_by(seconds=issued.expires_in - 1)
    assert book.check(issued.token) is None
    wall.pass_by(seconds=1)
    assert book.check(issued.token) is Refusal.EXPIRED


def test_tokens_look_like_the_vendors() -> None:
    """Tokens are three parts of base64 that begin like the vendor's example, and no two are the same."""
    book = TokenBook(TokenPolicy(), Wall())
    first, second = issue(book).token, issue(book).token
    assert first.startswith("eyJ0eXAi")
    assert len(first.split(".")) == 3
    assert first != second


def test_bad_tokens_are_told_apart() -> None:
    """What was never a token, what was not issued here, and what has ended have three codes."""
    book = TokenBook(TokenPolicy(), Wall())
    elsewhere = issue(TokenBook(TokenPolicy(), Wall())).token
    assert book.check("nonsense") is Refusal.INVALID
    assert book.check(elsewhere) is Refusal.UNKNOWN
    token = issue(book).token
    book.expire()
    assert book.check(token) is Refusal.EXPIRED


@pytest.mark.parametrize(
    ("appkey", "appsecret", "refusal"),
    [
        ("", "s", Refusal.WRONG_KEY),
        ("k", "", Refusal.WRONG_SECRET),
        ("other", "s", Refusal.WRONG_KEY),
        ("k", "other", Refusal.WRONG_SECRET),
    ],
)
def test_wrong_key_and_secret(appkey: str, appsecret: str, refusal: Refusal) -> None:
    """Where key and secret are set, no others do; and nothing never does."""
    assert TokenBook(TokenPolicy("k", "s"), Wall()).issue(appkey, appsecret) is refusal


def test_too_many_requests() -> None:
    """Beyond the limit nothing is issued until the window has passed."""
    wall = Wall()
    book = TokenBook(TokenPolicy(limit=2, limit_every=10), wall)
    issue(book)
    wall.pass_by(seconds=6)
    issue(book)
    assert book.issue("k", "s") is Refusal.TOO_MANY
    wall.pass_by(seconds=4)
    issue(book)
    assert book.issue("k", "s") is Refusal.TOO_MANY


def test_new_token_may_end_the_old() -> None:
    """With `is_single` a new token ends the same key's old ones, and nobody else's."""
    book = TokenBook(TokenPolicy(is_single=True), Wall())
    old, other, new = issue(book).token, issue(book, "somebody").token, issue(book).token
    assert [book.check(each) for each in (old, other, new)] == [Refusal.EXPIRED, None, None]
    book = TokenBook(TokenPolicy(), Wall())
    old = issue(book).token
    issue(book)
    assert book.check(old) is None


def test_revoke() -> None:
    """A revoked token is unknown from then on; a wrong secret revokes nothing."""
    book = TokenBook(TokenPolicy("k", "s"), Wall())
    token = issue(book).token
    assert book.revoke("k", "wrong", token) is Refusal.WRONG_SECRET
    assert book.check(token) is None
    assert book.revoke("k", "s", token) is None
    assert book.check(token) is Refusal.UNKNOWN
    assert book.revoke("k", "s", token) is Refusal.UNKNOWN


def test_lifetime_can_be_set() -> None:
    """A lifetime of one's own takes the place of 07:00."""
    assert issue(TokenBook(TokenPolicy(lifetime=90), Wall())).expires_in == 90
