"""Expressions in Korean, as a reader of an alert would say them."""

from flowalert.language.meaning import Sort
from flowalert.language.template import show_duration
from flowalert.language.tree import Call, Name, Node, Number, spell

_FIELDS = {
    "msvol": "순매수량",
    "msval": "순매수",
    "msvolume": "매수량",
    "mdvolume": "매도량",
    "msvalue": "매수 대금",
    "mdvalue": "매도 대금",
    "p_msvol": "순매수량 변화",
    "p_msval": "순매수 변화",
    "time": "시각",
}


def say(node: Node) -> str:
    """Say what an expression is: `순매수 5분 변화` for `delta(msval, 5m)`; arithmetic stays as it is spelled."""
    match node:
        case Name(name):
            return _FIELDS.get(name, name)
        case Call("delta", (of,)):
            return f"{say(of)} 변화"
        case Call("delta", (of, Number(count, meaning))):
            window = f"{count}회" if meaning.sort is Sort.UPDATES else show_duration(int(count))
            return f"{say(of)} {window} 변화"
        case Call("abs", (of,)):
            return f"{say(of)} 크기"
        case _:
            return spell(node)
