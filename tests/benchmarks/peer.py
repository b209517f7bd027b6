"""The peers: each takes the rules as texts, compiles them once where it can, and judges decoded values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Values: TypeAlias = Mapping[str, int | str]
# From decoded values to the answer of each rule, in the order of the rules.
Judge: TypeAlias = Callable[[Values], list[bool]]


def make_rule_engine(texts: Sequence[str]) -> Judge:
    """Parse each rule; its values are looked up in the mapping itself."""
    from rule_engine import Rule  # type: ignore[import-untyped]  # noqa: PLC0415 - loaded only here; it has no types

    matches = [Rule(text).matches for text in texts]
    return lambda values: [matched(values) for matched in matches]


def make_cel_rust(texts: Sequence[str]) -> Judge:
    """Compile each rule; one context is made for a frame and serves all of them."""
    import cel  # noqa: PLC0415 - a peer is loaded only where it is measured

    execute = [cel.compile(text).execute for text in texts]

    def judge(values: Values) -> list[bool]:
        context = cel.Context(dict(values))
        return [run(context) for run in execute]

    return judge


def make_cel_python(texts: Sequence[str]) -> Judge:
    """Compile each rule; the values are made CEL's own once for a frame."""
    import celpy  # noqa: PLC0415 - a peer is loaded only where it is measured
    from celpy.adapter import json_to_cel  # noqa: PLC0415 - the same

    environment = celpy.Environment()
    evaluate = [environment.program(environment.compile(text)).evaluate for text in texts]

    def judge(values: Values) -> list[bool]:
        activation = {name: json_to_cel(value) for name, value in values.items()}
        return [bool(run(activation)) for run in evaluate]

    return judge


def make_simpleeval(texts: Sequence[str]) -> Judge:
    """Parse each rule once, as its documents advise, and evaluate the trees."""
    from simpleeval import SimpleEval  # type: ignore[import-untyped]  # noqa: PLC0415 - loaded only here; no types

    evaluator = SimpleEval()
    trees = [(text, evaluator.parse(text)) for text in texts]

    def judge(values: Values) -> list[bool]:
        evaluator.names = values
        return [evaluator.eval(text, previously_parsed=tree) for text, tree in trees]

    return judge


def make_python_eval(texts: Sequence[str]) -> Judge:
    """Compile each rule to Python's own code: not a peer, for it runs whatever a rule says, but a measure."""
    codes = [compile(text, "<rule>", "eval") for text in texts]

    def judge(values: Values) -> list[bool]:
        names: dict[str, Any] = {"__builtins__": {}, **values}
        return [eval(code, names) for code in codes]

    return judge


PEERS: Mapping[str, Callable[[Sequence[str]], Judge]] = {
    "rule_engine": make_rule_engine,
    "cel_rust": make_cel_rust,
    "cel_python": make_cel_python,
    "simpleeval": make_simpleeval,
}
CEL = frozenset({"cel_rust", "cel_python"})
