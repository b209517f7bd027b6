"""A trouble that lasts is said once, and then every so often."""

from hypothesis import given, strategies as st

from flowalert.feed.refrain import Refrain


def test_it_is_said_at_once_and_then_with_its_count() -> None:
    """In between it is only counted; another trouble is said by itself."""
    refrain = Refrain(every=60)
    assert refrain.find_due("refused", 0) == 1
    assert [refrain.find_due("refused", now) for now in (1, 20, 59)] == [None] * 3
    assert refrain.find_due("no answer", 30) == 1
    assert refrain.find_due("refused", 60) == 4
    assert refrain.find_due("refused", 61) is None


def test_after_its_end_it_is_news_again() -> None:
    """However soon."""
    refrain = Refrain(every=60)
    refrain.find_due("refused", 0)
    refrain.find_due("refused", 1)
    refrain.end()
    assert refrain.find_due("refused", 2) == 1


@given(pauses=st.lists(st.floats(0, 100), max_size=60))
def test_none_is_lost_from_the_count_and_none_said_too_soon(pauses: list[float]) -> None:
    """What was said adds up to what came, but for what has not been said yet."""
    refrain = Refrain(every=60)
    now, said, unsaid, last = 0.0, 0, 0, None
    for pause in pauses:
        now += pause
        times = refrain.find_due("refused", now)
        unsaid += 1
        if times is None:
            assert last is not None
            assert now - last < 60
        else:
            assert last is None or now - last >= 60
            assert times == unsaid
            said, unsaid, last = said + times, 0, now
    assert said + unsaid == len(pauses)
