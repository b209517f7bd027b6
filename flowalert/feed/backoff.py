"""How long to wait before trying again."""


def backoff(attempt: int, jitter: float, *, first: float, cap: float) -> float:
    """Return the seconds to wait after the `attempt`-th failure in a row, from 0.

    It doubles from `first` up to `cap`; `jitter`, from 0 to 1, takes away up to half, so that clients which
    were cut off together do not come back together.
    """
    full = min(cap, first * 2.0 ** min(attempt, 60))
    return full * (1 - jitter / 2)
