"""What becomes of a rule's alerts: how they open, rise and resolve, and when the rule is at work at all."""

from collections.abc import Iterator

from flowalert.engine.explanation.reader import Reader
from flowalert.language.condition import Mode
from flowalert.language.explanation import Item
from flowalert.language.tongue import Tongue
from flowalert.market.instant import DAY, date_of, hour
from flowalert.rules.active import EVERY_DAY, Active
from flowalert.rules.rulebook import Expiry
from flowalert.rules.severity import Severity

_DAYS = (
    ("월", "Monday"), ("화", "Tuesday"), ("수", "Wednesday"), ("목", "Thursday"), ("금", "Friday"), ("토", "Saturday"),
    ("일", "Sunday"),
)  # fmt: skip


def explain_life(reader: Reader) -> tuple[Item, ...]:
    """Say how an alert opens and resolves."""
    if reader.rule.mode is Mode.EVENT:
        return (
            reader.choose(
                "조건이 참인 갱신마다 일어나고 그 자리에서 끝난다. 풀림은 알리지 않는다",
                "it fires at each update at which the condition is true, and is over at once: there is no resolve",
            ),
        )
    return (
        _explain_opening(reader),
        _explain_resolving(reader),
        *_explain_recovering(reader),
        reader.choose(
            "알 수 없는 동안에는 열리지도 풀리지도 않는다",
            "while the condition is unknown it neither opens nor resolves",
        ),
        reader.choose("세션이 끝나면 열린 경보는 풀린다", "when the session ends, what is open resolves"),
    )


def _explain_opening(reader: Reader) -> Item:
    rule = reader.rule
    if rule.for_seconds:
        length = reader.say_duration(rule.for_seconds)
        return reader.choose(
            f"조건이 {length} 동안 이어지면 열린다. 한 번이라도 거짓이면 처음부터 다시 기다린다",
            f"it fires when the condition has held for {length}; one update that says no ends the wait",
        )
    if rule.for_updates:
        return reader.choose(
            f"조건이 {rule.for_updates}회 이어지면 열린다. 한 번이라도 거짓이면 처음부터 다시 센다",
            f"it fires when the condition has held for {rule.for_updates} updates; one that says no ends the wait",
        )
    return reader.choose("조건이 참이 되면 바로 열린다", "it fires as soon as the condition becomes true")


def _explain_resolving(reader: Reader) -> Item:
    clause = reader.rule.resolve_when
    if clause is None:
        return reader.choose("조건이 거짓이 되면 풀린다", "it resolves when the condition is false")
    korean = "조건이 거짓이고 다음도 참이라야 풀린다(resolve_when)"
    english = "it resolves when the condition is false and this is true as well (resolve_when)"
    return Item(reader.tongue.choose(korean, english), (reader.explain(clause.node),))


def _explain_recovering(reader: Reader) -> Iterator[Item]:
    if reader.rule.keep_firing_for:
        length = reader.say_duration(reader.rule.keep_firing_for)
        yield reader.choose(
            f"그러고도 {length} 동안 그대로라야 한다. 그사이 다시 참이 되면 말없이 이어진다(keep_firing_for)",
            f"but only if that stays so for {length}; true again within, it goes on without a word (keep_firing_for)",
        )


def explain_severity(reader: Reader) -> tuple[Item, ...]:
    """Say how much an alert matters, and what makes it matter more."""
    rule = reader.rule
    items = [Item(_name_severity(rule.severity, reader.tongue))]
    for level in rule.levels:
        name = _name_severity(level.severity, reader.tongue)
        korean, english = f"다음도 참이면 {name}", f"{name}, if this is true as well"
        items.append(Item(reader.tongue.choose(korean, english), (reader.explain(level.clause.node),)))
    if rule.levels and rule.mode is Mode.STATE:
        items.append(
            reader.choose(
                "이어지는 동안 올라가면 다시 알린다(cooldown을 지나친다). 내려가지는 않는다",
                "a rise while it lasts is told, through a cooldown too; it does not fall",
            )
        )
    return tuple(items)


def _name_severity(severity: Severity, tongue: Tongue) -> str:
    return tongue.choose(f"{severity.korean}({severity.slug})", severity.slug)


def explain_term(reader: Reader) -> tuple[Item, ...]:
    """Say when the rule is at work, and when it is over for good; nothing where it always is."""
    rule = reader.rule
    items: list[Item] = []
    if rule.active is not None:
        items += _explain_active(reader, rule.active)
    if rule.expires is not None:
        items.append(_explain_expiry(reader, rule.expires))
    return tuple(items)


def _explain_active(reader: Reader, active: Active) -> Iterator[Item]:
    tongue = reader.tongue
    parts: list[str] = []
    if active.weekdays != EVERY_DAY:
        parts.append(_say_days(active.weekdays, tongue))
    if active.hours:
        parts.append(", ".join(f"{hour(begin)}–{hour(end)}" for begin, end in active.hours))
    if not active.holidays:
        parts.append(tongue.choose("거래일만", "trading days alone"))
    times = "; ".join(parts) or tongue.choose("언제나", "at any time")
    yield reader.choose(f"감시 시간: {times}", f"active: {times}")
    if reader.rule.mode is Mode.EVENT:
        yield reader.choose("그 밖에는 울리지 않는다", "outside it does not fire")
    else:
        yield reader.choose(
            "그 밖에는 조건을 거짓으로 본다: 열린 경보는 바로 풀리고, 시간이 시작될 때 참이면 열린다",
            "outside, the condition counts as false: what is open resolves, and what holds opens as the time begins",
        )


def _say_days(weekdays: frozenset[int], tongue: Tongue) -> str:
    """Say days of the week, those in a row as one stretch."""
    stretches: list[list[int]] = []
    for day in sorted(weekdays):
        if stretches and stretches[-1][-1] == day - 1:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    said = []
    for days in stretches:
        first, last = tongue.choose(*_DAYS[days[0]]), tongue.choose(*_DAYS[days[-1]])
        said.append(first if len(days) == 1 else f"{first}–{last}")
    return ", ".join(said) or tongue.choose("어느 요일도 아님", "no day of the week")


def _explain_expiry(reader: Reader, expiry: Expiry) -> Item:
    if expiry.last_day is not None:
        date = date_of(expiry.last_day * DAY).isoformat()
        return reader.choose(f"{date}까지만 쓰인다", f"it expires: {date} is its last session")
    if expiry.fires is not None:
        return reader.choose(
            f"모든 단위를 합해 {expiry.fires}번 울리면 더 쓰이지 않는다",
            f"it expires after {expiry.fires} firing{'s' * (expiry.fires != 1)}, over all that it watches",
        )
    return reader.choose("처음 맞는 세션에만 쓰인다", "it expires with the first session that it sees")
