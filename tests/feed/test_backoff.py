"""How long to wait before trying again."""

from hypothesis import given, strategies as st

from flowalert.feed.backoff import backoff


@given(st.integers(0, 10**9), st.floats(0, 1), st.floats(0.01, 10), st.floats(10, 1000))
def test_it_is_never_above_the_cap_nor_below_half_of_the_first(
    attempt: int, jitter: float, first: float, cap: float
) -> None:
    """However many failures in a row, the wait has its bounds."""
    assert first / 2 <= backoff(attempt, jitter, first=first, cap=cap) <= cap


def test_it_doubles_up_to_the_cap() -> None:
    """Without jitter the waits are powers of two of the first."""
    assert [backoff(n, 0, first=0.5, cap=3) for n in range(5)] == [0.5, 1, 2, 3, 3]
    assert backoff(2, 1, first=0.5, cap=3) == 1
