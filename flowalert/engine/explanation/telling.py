"""Who is told of a rule's alerts, how often, and in what words."""

from collections.abc import Iterator

from flowalert.engine.explanation.reader import Reader
from flowalert.engine.telling import FLAPPING_AFTER, FLAPPING_WITHIN
from flowalert.language.condition import Mode
from flowalert.language.explanation import Item
from flowalert.language.template import Template
from flowalert.rules.rulebook import Limit


def explain_telling(reader: Reader) -> tuple[Item, ...]:
    """Say what is told of an alert, and what is held back."""
    rule = reader.rule
    items: list[Item] = []
    if rule.cooldown:
        items += _explain_cooldown(reader)
    else:
        items.append(reader.choose("울릴 때마다 알린다", "each firing is told"))
    if rule.repeat:
        length = reader.say_duration(rule.repeat)
        items.append(
            reader.choose(f"이어지는 동안 {length}마다 다시 알린다", f"while it fires it is told again every {length}")
        )
    if rule.limit is not None:
        items.append(_explain_limit(reader, rule.limit))
    if rule.mode is Mode.STATE:
        within = reader.say_duration(FLAPPING_WITHIN)
        times = FLAPPING_AFTER + 1
        items.append(
            reader.choose(
                f"{within} 안에 {times}번째로 열리면 되풀이된다고 한 번 알리고, "
                f"{within} 동안 잠잠해질 때까지 열림을 알리지 않는다",
                f"one that opens for the {times}th time within {within} is told as flapping, "
                f"and no more until it has been calm for {within}",
            )
        )
    return tuple(items)


def _explain_cooldown(reader: Reader) -> Iterator[Item]:
    length = reader.say_duration(reader.rule.cooldown)
    yield reader.choose(
        f"한 번 알린 뒤 {length} 동안은 알리지 않고, 몇 번이었는지 다음에 함께 알린다(cooldown)",
        f"after one is told the next {length} are quiet, and what is held back is counted in the next (cooldown)",
    )
    yield reader.choose(
        "심각도가 오르거나 부호가 바뀌면 그래도 알린다", "a rise in severity and a change of sign are told all the same"
    )
    if reader.rule.mode is Mode.STATE:
        yield reader.choose(
            "그동안 열려 아직 이어지면 시간이 지난 뒤 알린다",
            "what opened within and still fires is told when it is over",
        )


def _explain_limit(reader: Reader, limit: Limit) -> Item:
    if limit.seconds is None:
        return reader.choose(
            f"단위마다 한 세션에 {limit.count}번까지만 알린다",
            f"at most {limit.count} in a session are told at each scope",
        )
    length = reader.say_duration(limit.seconds)
    return reader.choose(
        f"단위마다 {length}에 {limit.count}번까지만 알린다",
        f"at most {limit.count} in {length} are told at each scope",
    )


def explain_channels(reader: Reader) -> tuple[Item, ...]:
    """Say which channels are told."""
    rule = reader.rule
    if reader.channels is not None:
        names = ", ".join(reader.channels)
        who = reader.choose(names or "없다: 설정에 채널이 없다", names or "nobody: the settings have no channels")
    elif rule.notify:
        who = reader.choose(", ".join(rule.notify), ", ".join(rule.notify))
    else:
        who = reader.choose(
            "설정의 채널 default, 없으면 모든 채널", "the settings' channel default if there is one, else all of them"
        )
    items = [who]
    if rule.labels:
        labels = ", ".join(f"{key}={value}" for key, value in rule.labels)
        items.append(reader.choose(f"라벨: {labels}", f"labels: {labels}"))
    return tuple(items)


def explain_texts(reader: Reader) -> tuple[Item, ...]:
    """Say whose the texts are, and which figures they need."""
    rule = reader.rule
    return (
        _explain_text(reader, rule.title, "제목", "title"),
        _explain_text(reader, rule.message, "본문", "message"),
    )


def _explain_text(reader: Reader, text: Template | None, korean: str, english: str) -> Item:
    if text is None:
        return reader.choose(f"{korean}: flowalert가 쓴다", f"{english}: flowalert writes it")
    needs = [reader.say(node) for node in text.expressions]
    own = reader.tongue.choose(f"{korean}: 규칙의 것", f"{english}: the rule's own")
    if not needs:
        return Item(own)
    return Item(own + reader.tongue.choose(". 여기에 드는 값: ", "; it shows ") + ", ".join(needs))
