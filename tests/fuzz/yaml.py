"""YAML that is made to cost more than it is long, for all that reads YAML."""

from collections.abc import Sequence

_MEGABYTE = 1_000_000


def bombs_of(list_key: str, text_key: str) -> Sequence[bytes]:
    """Return bombs for a file that has lists under the one key, and a text under the other in each item."""
    doubling = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    item = f"{list_key}:\n  - {text_key}: "
    unknown = "  - {" + ", ".join(f"key{n}: 1" for n in range(400)) + "}\n"
    texts = [
        f"{list_key}:\n" + unknown * 200,
        "[" * _MEGABYTE,
        "{a: " * 300_000,
        "- " * 500_000,
        "? " * 500_000,
        "a0: &a0 [x]\n" + doubling,
        f"{list_key}:\n" + "  - &a {}\n" + "  - *a\n" * 100_000,
        f"{list_key}: &a [" + "[" * 20 + "x" + "]" * 20 + "]\nb: [" + "*a," * 100_000 + "]\n",
        "&a " * 300_000,
        "!" * _MEGABYTE,
        "# " + "x" * _MEGABYTE,
        "x" * _MEGABYTE,
        '"' + "\\n" * 500_000,
        f'{item}"5{" " * _MEGABYTE}!"\n',
        f'{item}"1/a{" " * _MEGABYTE}b"\n',
        f"{item}'{'9' * _MEGABYTE}updates'\n",
        f"{item}'1{'조' * 300_000}'\n",
        f"{item}'{'${' * 500_000}'\n",
        f"{item}'{'${x}' * 250_000}'\n",
        f"{item}'{'{{' * 500_000}'\n",
        f"{item}|\n" + "      x\n" * 120_000,
    ]
    return [text.encode() for text in texts]


def each_key(list_key: str, good: dict[str, str], bomb: Sequence[str]) -> Sequence[bytes]:
    """Return a file for each key and each bomb: one item, in which that key's value is that bomb."""
    return [
        f"{list_key}:\n  - {_write({**good, key: each})}".encode()
        for n, key in enumerate(good)
        # Together they take a minute; a third of them still has each key and each value.
        for each in bomb[n % 3 :: 3]
    ]


def _write(item: dict[str, str]) -> str:
    return "\n    ".join(f"{name}: {value}" for name, value in item.items())


LONG_VALUES = (
    f'"5{" " * 99_000}!"',
    f'"1/a{" " * 99_000}b"',
    f"'{'9' * 99_000}updates'",
    f"'{'9' * 5_000}'",
    f"'1{'조' * 99_000}'",
    f"'{'k' * 99_000}'",
    f"'{'(' * 99_000}'",
    f"'{'{{ 1 }}' * 14_000}'",
    f"'{'${x}' * 24_000}'",
    f"'{'${' * 49_000}'",
    '"\\0"',
    '"a**b"',
    "''",
    "9999999d",
    f"'{'=' * 99_000}'",
    "[" + "kospi, " * 100_000 + "]",
)
