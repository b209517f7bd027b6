"""Silences in the store: made, listed, ended, each with a trace of who did it."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flowalert.engine.matcher import parse_matcher
from flowalert.engine.recurrence import parse_times
from flowalert.engine.silence import Silence
from flowalert.market.moment import from_ms, to_ms
from flowalert.market.venue import Venue
from flowalert.store import Action, Clerk, NotEnded, open_clerk, open_reader, open_store
from tests.store.sample import NOW

HOUR = dt.timedelta(hours=1)
MATCHER = parse_matcher('sector=kospi,severity<critical,team="a,b"')
NIGHT = parse_times("22:00-07:00", Venue.KRX, frozenset(range(5)))


@pytest.fixture
async def clerk(tmp_path: Path) -> AsyncIterator[Clerk]:
    """Whoever changes something, while a service holds the store."""
    async with open_store(tmp_path / "flow.db"), open_clerk(tmp_path / "flow.db") as opened:
        yield opened


async def add(clerk: Clerk, ends_at: dt.datetime | None = NOW + HOUR) -> Silence:
    return await clerk.add_silence(MATCHER, starts_at=NOW, ends_at=ends_at, by="kim", reason="maintenance", now=NOW)


async def test_a_silence_is_read_as_it_was_made(clerk: Clerk, tmp_path: Path) -> None:
    """Also a recurring one, which only a hand ends, and by another process."""
    plain = await add(clerk)
    recurring = await clerk.add_silence(
        MATCHER, starts_at=NOW + HOUR, ends_at=None, times=NIGHT, by="lee", reason="nobody is there", now=NOW
    )
    assert plain == Silence(
        id=1,
        matcher=MATCHER,
        created_at=NOW,
        starts_at=NOW,
        ends_at=NOW + HOUR,
        by="kim",
        reason="maintenance",
    )
    assert (recurring.id, recurring.ends_at, recurring.times) == (2, None, NIGHT)
    async with open_reader(tmp_path / "flow.db") as reader:
        assert await reader.silences() == [plain, recurring]


async def test_its_moments_are_those_of_the_file(clerk: Clerk) -> None:
    """What is finer than a millisecond is not kept, nor returned."""
    fine = NOW.replace(microsecond=123_456)
    made = await clerk.add_silence(MATCHER, starts_at=fine, ends_at=None, by="kim", reason="", now=fine)
    assert made.starts_at == made.created_at == from_ms(to_ms(fine)) == NOW
    assert await clerk.silences() == [made]


async def test_what_is_over_is_left_out_when_a_moment_is_named(clerk: Clerk) -> None:
    """By its end, or by a hand; what is to come is not over."""
    await add(clerk)
    await add(clerk, NOW + 2 * HOUR)
    await add(clerk, NOW + 3 * HOUR)
    await clerk.end_silences([3], by="lee", now=NOW)
    assert [each.id for each in await clerk.silences(now=NOW - HOUR)] == [1, 2]
    assert [each.id for each in await clerk.silences(now=NOW + HOUR)] == [2]
    assert [each.id for each in await clerk.silences()] == [1, 2, 3]


async def test_silences_are_ended_all_or_none(clerk: Clerk) -> None:
    """One that is not there or is over keeps the others as they are."""
    first, second = await add(clerk), await add(clerk, None)
    done = await clerk.end_silences([2, 1, 9], by="lee", now=NOW + HOUR)
    assert done == NotEnded(("silence 1 has ended before", "there is no silence 9"))
    assert await clerk.silences() == [first, second]
    ended = await clerk.end_silences([2, 2], by="lee", now=NOW + HOUR)
    assert isinstance(ended, tuple)
    assert [(each.id, each.ended_at) for each in ended] == [(2, NOW + HOUR)]
    assert await clerk.end_silences([2], by="lee", now=NOW + HOUR) == NotEnded(("silence 2 has ended before",))


async def test_who_made_and_ended_a_silence_is_known(clerk: Clerk) -> None:
    """In the order of it; what was not done has no row."""
    await add(clerk)
    await clerk.end_silences([9], by="lee", now=NOW)
    await clerk.end_silences([1], by="lee", now=NOW + HOUR / 2)
    made, ended = await clerk.audit(limit=10)
    assert (made.who, made.at, made.action, made.subject) == ("kim", NOW, Action.SILENCED, "1")
    assert made.detail == {
        "matcher": 'sector=kospi,severity<critical,label.team="a,b"',
        "starts_at": "2026-11-23T00:51:00.123000Z",
        "ends_at": "2026-11-23T01:51:00.123000Z",
        "times": [],
        "reason": "maintenance",
    }
    assert (ended.who, ended.at, ended.action, ended.subject) == ("lee", NOW + HOUR / 2, Action.UNSILENCED, "1")
