"""What a rule watches, and what its alerts are about."""

from flowalert.engine.explanation.reader import Reader
from flowalert.language.explanation import Item
from flowalert.language.tongue import Tongue
from flowalert.language.wording import say_investor, say_sector
from flowalert.market.series import name_place


def explain_subject(reader: Reader) -> tuple[Item, ...]:
    """Say which series a rule reads: its own, those that it names, and what that asks of the exchange."""
    rule = reader.rule
    items = [reader.choose(f"거래소: {rule.venue.korean}({rule.venue.value})", f"venue: {rule.venue.value}")]
    if rule.sectors:
        sectors = reader.say_sectors(rule.sectors)
        items.append(reader.choose(f"업종: {sectors}", f"sectors: {sectors}"))
    if rule.investors is None:
        items.append(
            reader.choose(
                "투자자: 전체. 새로 생기는 코드도 본다. 소계를 겹쳐 세는 9999는 뺀다",
                "investors: all, codes that are new too; not 9999, which counts the subtotals twice",
            )
        )
    elif rule.investors:
        investors = reader.say_investors(rule.investors)
        items.append(reader.choose(f"투자자: {investors}", f"investors: {investors}"))
    named = [each for each in rule.references if each != (None, None)]
    if named:
        parts = tuple(Item(_name_reference(sector, investor, reader)) for sector, investor in named)
        items.append(
            Item(reader.tongue.choose("조건이 스스로 이름을 댄 것", "named by the conditions themselves"), parts)
        )
    count = len({each for members in reader.scopes for each in members})
    places = [name_place(rule.venue, code) for code in rule.places]
    items.append(
        reader.choose(
            f"모두 {count}개 계열, 등록 {len(places)}건: {', '.join(places)}",
            f"{count} series in all, by {len(places)} registration{'s' * (len(places) != 1)}: {', '.join(places)}",
        )
    )
    return tuple(items)


def explain_scope(reader: Reader) -> tuple[Item, ...]:
    """Say what one alert is about, by what the conditions leave open."""
    rule = reader.rule
    count = len(reader.scopes)
    match bool(rule.sectors), rule.investors != ():
        case True, True:
            korean, english = "업종과 투자자마다 하나", "one for each sector and investor"
        case True, False:
            korean, english = "업종마다 하나", "one for each sector"
        case False, True:
            korean, english = "투자자마다 하나", "one for each investor"
        case _:
            korean, english = (
                "하나뿐. 조건이 업종과 투자자의 이름을 모두 댄다",
                "one alone, for the conditions name sector and investor",
            )
    if count > 1:
        korean, english = f"{korean}: 함께 {count}개까지", f"{english}: up to {count} at a time"
    return (reader.choose(korean, english),)


def name_subject(reader: Reader) -> str:
    """Name a rule's own sectors and investors in a few words; empty where its condition names its own."""
    rule = reader.rule
    sectors = _shorten([say_sector(code, reader.tongue) for code in rule.sectors], reader.tongue)
    if rule.investors is None:
        investors = reader.tongue.choose("모든 투자자", "every investor")
    else:
        investors = _shorten([say_investor(code, reader.tongue) for code in rule.investors], reader.tongue)
    return " ".join(each for each in (sectors, investors) if each)


def name_members(reader: Reader) -> str:
    """Name the series that are judged together."""
    *others, last = [_name_reference(*each, reader) for each in reader.rule.references]
    return reader.tongue.choose(", ".join((*others, last)), f"{', '.join(others)} and {last}")


def _name_reference(sector: str | None, investor: str | None, reader: Reader) -> str:
    tongue = reader.tongue
    sector, investor = sector or reader.only_sector, investor or reader.only_investor
    if sector is None and investor is None:
        return tongue.choose("규칙의 업종과 투자자", "the rule's investor in its sector")
    if sector is None and investor is not None:
        named = say_investor(investor, tongue)
        return tongue.choose(f"규칙의 업종의 {named}", f"{named} in the rule's sector")
    place = say_sector(sector or "", tongue)
    if investor is None:
        return tongue.choose(f"{place}에서 규칙의 투자자", f"the rule's investor in {place}")
    named = say_investor(investor, tongue)
    return tongue.choose(f"{place} {named}", f"{named} in {place}")


def _shorten(names: list[str], tongue: Tongue) -> str:
    if len(names) <= 3:
        return "·".join(names) if tongue is Tongue.KOREAN else ", ".join(names)
    return tongue.choose(f"{names[0]} 등 {len(names)}개", f"{names[0]} and {len(names) - 1} more")
