"""What became of each rule in the newest session."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace

from flowalert.engine.hindsight.tally import Tally
from flowalert.engine.transition import Identity, Kind, Reason, Scope, Transition, transition_id
from flowalert.feed.outlet import Received
from flowalert.market.instant import DAY
from flowalert.market.venue import Venue
from flowalert.store import Standing, Store, open_store
from tests.store.sample import DESK, MONDAY, NINE, NOW, notice, transition, update

SCOPE = Scope(Venue.KRX, "001", "0017")


def of(rule: str, episode: str, n: int = 1, kind: Kind = Kind.FIRING, **given: Any) -> Transition:
    """Return a transition of a rule's alert, on Monday unless `at` says else."""
    alert = Identity(rule, SCOPE).alert_id(episode)
    whole: Mapping[str, Any] = {"at": MONDAY + NINE + n, **given}
    return replace(
        transition(kind, n), id=transition_id(alert, kind, n), alert=alert, rule=rule, opened_at=whole["at"], **whole
    )


async def begin(store: Store, *days: int) -> None:
    """Let a session begin on each of the days, counted from Monday."""
    await store.commit([Received(NOW, update(MONDAY + NINE + day * DAY)) for day in days], [], [], now=NOW)


async def test_each_rule_has_its_counts_of_the_newest_session(tmp_path: Path) -> None:
    """What was told, what was held back and what is open; the day before, and what resolves, count nowhere."""
    async with open_store(tmp_path / "flow.db") as store:
        await begin(store, 0, 1)
        tuesday = MONDAY + NINE + DAY
        await store.commit(
            [],
            [
                of("sellers", "monday"),
                of("sellers", "monday", 2, Kind.RESOLVED),
                of("sellers", "a", at=tuesday),
                of("sellers", "a", 2, at=tuesday + 1, reason=Reason.REPEATED),
                of("sellers", "a", 3, at=tuesday + 2, told=False),
                of("buyers", "b", kind=Kind.FIRED, at=tuesday, told=False),
                of("quick", "c", at=tuesday),
                of("quick", "c", 2, Kind.RESOLVED, at=tuesday + 9),
            ],
            [],
            now=NOW,
        )
        assert await store.standings(since=NOW) == {
            "sellers": Standing(fired=2, told=2, held_back=1, open=1),
            "buyers": Standing(fired=1, held_back=1),
            "quick": Standing(fired=1, told=1),
        }


async def test_what_was_given_up_counts_from_a_moment_on(tmp_path: Path) -> None:
    """As deliveries, of whatever day their alert is."""
    async with open_store(tmp_path / "flow.db") as store:
        first, second = of("sellers", "a"), of("sellers", "b")
        await begin(store, 0, 1)
        await store.commit([], [first, second], [notice(first, DESK), notice(second, DESK)], now=NOW)
        await store._database.write(
            lambda connection: list(
                connection.execute("UPDATE deliveries SET state = 'dead', settled_at = id * 1000 WHERE id <= 2")
            )
        )
        since = NOW.fromtimestamp(2, NOW.tzinfo)
        assert (await store.standings(since=since))["sellers"] == Standing(open=2, dead=1)


async def test_the_alerts_of_a_rule_are_those_that_changed_in_the_newest_session(tmp_path: Path) -> None:
    """Newest first, and no more than asked for."""
    async with open_store(tmp_path / "flow.db") as store:
        await begin(store, 0, 1)
        tuesday = MONDAY + NINE + DAY
        await store.commit(
            [],
            [of("sellers", "old"), of("buyers", "b", at=tuesday)]
            + [of("sellers", f"{number}", at=tuesday + number) for number in range(3)],
            [],
            now=NOW,
        )
        found = await store.todays_alerts("sellers", limit=2)
        assert [alert.last.at - tuesday for alert in found] == [2, 1]
        assert len(await store.todays_alerts("sellers", limit=9)) == 3


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(
    made=st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.integers(0, 1),
            st.sampled_from(Kind),
            st.sampled_from(Reason),
            st.booleans(),
        ),
        max_size=12,
    )
)
async def test_the_store_counts_as_a_backtest_does(
    tmp_path_factory: Any, made: list[tuple[str, int, Kind, Reason, bool]]
) -> None:
    """So a rule's page and a backtest of the day say the same."""
    transitions = [
        of(rule, f"{number}", kind=kind, reason=reason, told=told, at=MONDAY + NINE + day * DAY + number)
        for number, (rule, day, kind, reason, told) in enumerate(made)
    ]
    tally = Tally()
    tally.take(each for each in transitions)
    async with open_store(tmp_path_factory.mktemp("store") / "flow.db") as store:
        await begin(store, 0, 1)
        await store.commit([], transitions, [], now=NOW)
        counted = await store.standings(since=NOW)
    for rule in ("a", "b"):
        count, found = tally.on(rule, MONDAY // DAY + 1), counted.get(rule, Standing())
        assert (found.fired, found.told, found.held_back) == (count.fired, count.told, count.held)
