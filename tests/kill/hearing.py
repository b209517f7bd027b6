"""What each target heard, held against what the store says of each delivery."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from flowalert.cli.setting import load_settings
from tests.kill.ear import Arrival
from tests.kill.house import House

# A rule's text says which transition it is about, between these.
_KEY = re.compile("«([^»]*)»")
_QUERY = """
    SELECT d.id, d.target, n.alert, d.state, d.uncertain, d.settled_at, w.body FROM deliveries d
    JOIN notices n ON n.id = d.notice JOIN wordings w ON w.id = n.wording ORDER BY d.id
"""


class Told(NamedTuple):
    """A delivery, as the store has it in the end."""

    id: int
    target: str
    alert: str
    state: str
    uncertain: int
    settled_at: int
    body: str

    @property
    def key(self) -> str:
        return find_keys(self.body)[0]


def find_keys(text: str) -> list[str]:
    """Return which transitions a text is about."""
    return _KEY.findall(text)


def check_hearing(house: House) -> int:
    """Check what each target heard of each delivery; return how many it heard of again."""
    path_of = {
        target.address.key: f"/{path}"
        for channel in load_settings(house.folder / "flowalert.yaml").channels.values()
        for target, path in zip(channel.targets, _paths(house, channel.name), strict=True)
    }
    by_path: dict[str, list[Told]] = defaultdict(list)
    for row in house.rows(_QUERY):
        told = Told(*row)
        assert told.state == "sent", told
        by_path[path_of[told.target]].append(told)
    _check_uncertain(house, [told for all_told in by_path.values() for told in all_told])
    return sum(_check_target(house, path, told) for path, told in by_path.items())


def _paths(house: House, channel: str) -> Sequence[str]:
    text = (house.folder / "flowalert.yaml").read_text(encoding="utf-8").partition(f"  {channel}:\n")[2]
    return re.findall(r"127\.0\.0\.1:\d+/(\w+)", text.partition("\n")[0])


def _check_uncertain(house: House, told: Sequence[Told]) -> None:
    """A delivery counts as perhaps out as often as one of its sends was on its way at a kill."""
    cut_off = Counter(id_ for id_, _ in set().union(*(life.cut_off for life in house.lives)))
    assert {each.id: each.uncertain for each in told if each.uncertain} == cut_off


def _check_target(house: House, path: str, told: Sequence[Told]) -> int:
    arrivals = [each for each in house.ears.arrivals if each.target == path]
    by_id = {each.id: each for each in told}
    heard: dict[int, list[int]] = defaultdict(list)
    order: list[Told] = []
    said_by = _find_said(house, told)
    for number, arrival in enumerate(arrivals):
        said = said_by(arrival)
        if arrival.taken:
            order += said
            for each in said:
                heard[each.id].append(number)
    # Of an alert that changed while it waited, a message tells the last.
    owed = {
        max(each.id for each in of_alert)
        for _, batch in groupby(sorted(told, key=_settled_at), key=_settled_at)
        for of_alert in _by_alert(list(batch)).values()
    }
    assert not owed - set(heard), "lost"
    again = 0
    for id_, numbers in heard.items():
        assert len(numbers) <= 1 + by_id[id_].uncertain, by_id[id_]
        for number in numbers[:-1]:
            assert _was_cut_off(house, arrivals, number, id_), (by_id[id_], arrivals[number])
        again += len(numbers) - 1
    # In the order of their making; in a table, those of each alert.
    for ordered in _by_alert(order).values() if path == "/table" else [order]:
        for before, after in pairwise(ordered):
            assert before.id <= after.id, (before, after)
    return again


def _find_said(house: House, told: Sequence[Told]) -> Callable[[Arrival], Sequence[Told]]:
    """Return what finds the deliveries that a message tells of: of the same text on several days, the latest."""
    by_key: dict[str, list[Told]] = defaultdict(list)
    for each in told:
        by_key[each.key].append(each)
    made = [life.made for life in house.lives]
    for several in by_key.values():
        lives = [bisect_left(made, each.id) for each in several]
        assert len(set(lives)) == len(lives), f"which of them a message tells of cannot be told: {several}"

    def find(arrival: Arrival) -> Sequence[Told]:
        keys = find_keys(arrival.text)
        assert keys, arrival
        found = [[each for each in by_key[key] if each.id <= made[arrival.life]] for key in keys]
        assert all(found), f"invented: {arrival}"
        return [several[-1] for several in found]

    return find


def _settled_at(told: Told) -> int:
    return told.settled_at


def _was_cut_off(house: House, arrivals: Sequence[Arrival], number: int, id_: int) -> bool:
    """Tell whether an arrival is of the send that was on its way when its life was killed: the last of that life."""
    life = arrivals[number].life
    is_first = number == 0 or arrivals[number - 1].life < life
    is_last = number + 1 == len(arrivals) or arrivals[number + 1].life > life
    # What the dead had sent may be read only when the next one lives.
    senders = [house.lives[life - before] for before, fits in ((0, is_last), (1, is_first and life > 0)) if fits]
    return any(each.killed and id_ in {cut for cut, _ in each.cut_off} for each in senders)


def _by_alert(told: Sequence[Told]) -> Mapping[str, Sequence[Told]]:
    by_alert: dict[str, list[Told]] = defaultdict(list)
    for each in told:
        by_alert[each.alert].append(each)
    return by_alert
