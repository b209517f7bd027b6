"""When a rule's condition is judged, from when on it can be true, and what missed updates do to it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from flowalert.engine.explanation.reader import Reader
from flowalert.engine.explanation.subject import name_members
from flowalert.language.condition import Mode
from flowalert.language.explanation import Item, sort_comparisons
from flowalert.language.function import FUNCTIONS
from flowalert.language.meaning import Sort
from flowalert.language.particle import attach
from flowalert.language.tree import Call, Name, Node, Number, children, walk_names
from flowalert.language.warm_up import find_warm_up
from flowalert.market.calendar import HOURS, SLOT
from flowalert.market.instant import clock


def explain_mode(reader: Reader) -> tuple[Item, ...]:
    """Say whether the rule is about what happens or about what lasts, and from what that follows."""
    rule = reader.rule
    event = rule.mode is Mode.EVENT
    what = reader.choose(
        "event: 조건이 참인 갱신마다 한 번의 일이고, 끝이 따로 없다"
        if event
        else "state: 조건이 참이 될 때 열리고 거짓이 되면 풀린다",
        "event: it happens at each update at which the condition holds, and has no end of its own"
        if event
        else "state: it opens when the condition becomes true and resolves when it becomes false",
    )
    comparisons = sort_comparisons(rule.condition.tree)
    if rule.mode is not rule.condition.mode:
        own = rule.condition.mode.value
        why = reader.choose(
            f"규칙이 스스로 정했다(mode: {rule.mode.value}). 조건대로라면 {own} 규칙이다",
            f"the rule itself says so (mode: {rule.mode.value}); by its condition it would be a {own}",
        )
        return what, why
    if event:
        why = reader.choose("모든 비교가 한 갱신만의 것이다", "every comparison is about one update alone")
        because = Item(why.text, _say_each(reader, comparisons.momentary))
        if not comparisons.time:
            return what, because
        when = reader.choose("시각은 언제인지를 말할 뿐이다", "the time of day only says when")
        return what, because, when
    if comparisons.lasting:
        why = reader.choose("이어지는 것을 비교한다", "it compares what lasts")
        return what, Item(why.text, _say_each(reader, comparisons.lasting))
    return what, reader.choose("시각만 비교한다", "it compares the time of day alone")


def _say_each(reader: Reader, nodes: Iterable[Node]) -> tuple[Item, ...]:
    return tuple(Item(reader.say(node)) for node in nodes)


def explain_judging(reader: Reader) -> tuple[Item, ...]:
    """Say at what the condition is judged: every update of a series, or a slot of several."""
    counts = {len(members) for members in reader.scopes}
    items = []
    if 1 in counts:
        items.append(
            reader.choose("그 계열의 갱신마다, 정정될 때도", "at every update of its series, at a correction too")
        )
    if counts - {1}:
        members = name_members(reader)
        items += [
            reader.choose(
                f"한 시각에 한 번: {attach(members, '이', '가')} 모두 그 시각을 발표했을 때, 또는 그 시각이 닫혔을 때",
                f"once a slot: when all of {members} have reported it, or when it is closed",
            ),
            reader.choose(
                "늦은 갱신과 정정은 그것만으로 판단하지 않고 다음 판단에 쓴다",
                "what comes late, and a correction, is used at the next judgement",
            ),
            reader.choose(
                "그 시각을 발표하지 않은 계열은 가진 값으로 보되, 한 갱신만의 것은 알 수 없다",
                "a series that has not reported it has the value it had, and what is about one update alone is unknown",
            ),
        ]
    return tuple(items)


def explain_warm_up(reader: Reader) -> tuple[Item, ...]:
    """Say what must have been seen of a session before the condition can be true, and when that is at the earliest."""
    rule = reader.rule
    wait = find_warm_up(rule.condition.tree, SLOT)
    if not wait:
        return (reader.choose("필요 없다. 첫 갱신부터 알 수 있다", "none: it is known from the first update on"),)
    earliest = clock(HOURS[rule.venue].opens + SLOT + wait)
    items = [
        reader.choose(
            f"이르면 {earliest}부터 참일 수 있다(30초마다 빠짐없이 올 때)",
            f"it can be true from {earliest} on, with an update every 30 s",
        )
    ]
    if rule.active is not None or any(name.name == "time" for name in walk_names(rule.condition.tree)):
        items.append(
            reader.choose(
                "규칙이 정한 시각이 그보다 늦으면 그때부터", "or from the time on that the rule names, if later"
            )
        )
    for node in _find_reaching(rule.condition.tree):
        length = reader.say_duration(find_warm_up(node, SLOT))
        said = reader.say(node)
        items.append(reader.choose(f"{said}: 첫 갱신부터 {length} 뒤", f"{said}: {length} after the first update"))
    return tuple(items)


def _find_reaching(node: Node) -> tuple[Node, ...]:
    """Return the largest calls that look back, each once."""
    if isinstance(node, Call) and node.function not in _TRANSPARENT:
        return (node,) if find_warm_up(node, SLOT) else ()
    return tuple(dict.fromkeys(each for child in children(node) for each in _find_reaching(child)))


# What is asked of the present reading, or of the latest two: what it is asked of may look further back.
_TRANSPARENT = {"abs", "crosses", "crosses_above", "crosses_below"}


def explain_gaps(reader: Reader) -> tuple[Item, ...]:
    """Say what updates that were missed do to the condition, and to an alert."""
    rule = reader.rule
    nodes = [rule.condition.tree, *(clause.node for clause in rule.clauses)]
    calls = tuple(dict.fromkeys(call for node in nodes for call in _walk_calls(node)))
    items = [item for call in calls if (item := _explain_gap(reader, call)) is not None]
    if not items:
        items.append(
            reader.choose(
                "다음 갱신이 모두 담고 있어 조건에는 영향이 없다",
                "the next update has it all: the condition is not touched",
            )
        )
    if rule.for_seconds or rule.keep_firing_for:
        items.append(reader.choose("기다리던 시간은 그동안 멈춘다", "times that are waited for stand still over it"))
    items.append(
        reader.choose(
            "피드가 끊긴 동안에는 열리지도 풀리지도 않는다", "while the feed is lost nothing opens and nothing resolves"
        )
    )
    return tuple(items)


def _walk_calls(node: Node) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
    for child in children(node):
        yield from _walk_calls(child)


def _explain_gap(reader: Reader, call: Call) -> Item | None:
    said = reader.say(call)
    match call:
        case Call("delta", (Name("msval" | "msvol"),)):
            effect = ("거래소가 직접 준 값이라 그대로다", "unharmed, for the exchange itself publishes it")
        case Call("delta" | "prev", (_,)):
            effect = ("그 갱신에서는 알 수 없다", "unknown at that update")
        case Call("streak"):
            effect = ("1부터 다시 센다", "counts from 1 again")
        case Call("abs" | "crosses" | "crosses_above" | "crosses_below"):
            return None
        case Call(function, (_, Number(_, meaning))):
            effect = _EFFECTS[meaning.sort](function)
        case _:
            raise AssertionError(f"{FUNCTIONS[call.function].usage} has no window")
    return reader.choose(f"{said}: {effect[0]}", f"{said}: {effect[1]}")


_SEEN = ("본 것만으로 센다", "goes by what was seen")


def _over_duration(function: str) -> tuple[str, str]:
    match function:
        case "delta":
            return (
                "기준 시점 바로 뒤가 비면 알 수 없다",
                "unknown where they were missed around the moment that it looks back to",
            )
        case "sum" | "count":
            return "구간을 벗어날 때까지 알 수 없다", "unknown until they lie before the window"
        case _:
            return _SEEN


def _over_updates(function: str) -> tuple[str, str]:
    if function in ("delta", "ema"):
        return "처음부터 다시 센다", "begins anew"
    return "구간을 벗어날 때까지 알 수 없다", "unknown until they lie before the window"


_EFFECTS: Mapping[Sort, Callable[[str], tuple[str, str]]] = {
    Sort.DURATION: _over_duration,
    Sort.UPDATES: _over_updates,
    Sort.SESSION: lambda _: _SEEN,
}
