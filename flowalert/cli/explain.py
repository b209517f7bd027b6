"""`flowalert explain`: rules in words, Korean or English."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowalert.cli.argument import TROUBLE, load_rulebook, pick_rules, sort_paths
from flowalert.cli.setting import load_settings

if TYPE_CHECKING:
    from flowalert.engine.explanation import Page
    from flowalert.language.explanation import Item
    from flowalert.language.tongue import Tongue
    from flowalert.rules.rulebook import Rule, Rulebook

_FILES = {".yaml", ".yml"}


@click.command()
@click.argument("words", nargs=-1, metavar="[RULE]... [FILES]...")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Take the rules that a settings file names.")
@click.option("--lang", type=click.Choice(["ko", "en"]), help="Korean or English; by LANG when left out.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(words: tuple[str, ...], config: Path | None, lang: str | None, form: str) -> None:
    """Explain each RULE in words; without one, list the rules, a line for each.

    What ends in .yaml, and a folder, are rule files; without any, those of ./rules. It says which series a rule reads,
    its condition, whether it is an event or a state and why, when it is judged and from when on it can be true, what
    missed updates do to it, how its alerts open and resolve, and who is told. Nothing is sent or changed.

    Exit codes: 0 done, 2 wrong usage, an unknown rule, or rules with errors.
    """
    from flowalert.cli.tongue import find_tongue
    from flowalert.language.tongue import Tongue

    names = [word for word in words if not _is_path(word)]
    files = [Path(word) for word in words if _is_path(word)]
    if config is not None and files:
        raise click.UsageError("name rule files or settings (-c), not both; the settings name their own rules")
    rulebook, channels = _load(files) if config is None else _load_configured(config)
    tongue = Tongue(lang) if lang is not None else find_tongue(os.environ)
    _check_names(rulebook, names)
    rules = pick_rules(rulebook, names).rules
    if names:
        _print_pages(rules, tongue, channels, form)
    else:
        _print_list(rules, tongue, form)


def _is_path(word: str) -> bool:
    return Path(word).suffix in _FILES or "/" in word or Path(word).is_dir()


def _load(files: Sequence[Path]) -> "tuple[Rulebook, None]":
    if not files and not Path("rules").is_dir():
        raise click.UsageError("there is no folder rules here; name the files of rules, or settings with -c")
    return load_rulebook(sort_paths(files or [Path("rules")]).rules), None


def _load_configured(config: Path) -> "tuple[Rulebook, Sequence[str]]":
    settings = load_settings(config, TROUBLE)
    return settings.loaded.rulebook, tuple(settings.channels)


def _check_names(rulebook: "Rulebook", names: Iterable[str]) -> None:
    for name in names:
        if name in rulebook.disabled:
            raise click.UsageError(f"the rule {name!r} is switched off; take out its enabled: false")


def _print_pages(rules: "Sequence[Rule]", tongue: "Tongue", channels: Sequence[str] | None, form: str) -> None:
    from flowalert.delivery.routing import route
    from flowalert.engine.explanation import explain as explain_rule

    pages = [explain_rule(rule, tongue, None if channels is None else route(rule.notify, channels)) for rule in rules]
    if form == "json":
        click.echo(json.dumps({"rules": [asdict(page) for page in pages]}, ensure_ascii=False, indent=2))
        return
    color = False if os.environ.get("NO_COLOR") else None
    for number, page in enumerate(pages):
        if number:
            click.echo()
        for line in _write_page(page):
            click.echo(line, color=color)


def _write_page(page: "Page") -> Iterator[str]:
    summary = f"  {page.summary}" if page.summary else ""
    yield f"{click.style(page.rule, bold=True)}{summary}  {click.style(page.where, dim=True)}"
    yield f"  {click.style(page.condition, fg='cyan')}"
    for section in page.sections:
        yield ""
        yield click.style(section.title, bold=True)
        yield from _write_items(section.items, "  ")


def _write_items(items: "Sequence[Item]", indent: str) -> Iterator[str]:
    for item in items:
        yield f"{indent}- {item.text}"
        yield from _write_items(item.parts, indent + "  ")


def _print_list(rules: "Sequence[Rule]", tongue: "Tongue", form: str) -> None:
    from flowalert.engine.explanation import sum_up

    if form == "json":
        listed = [
            {"rule": rule.name, "summary": rule.summary, "where": rule.where, "mode": rule.mode.value, "says": says}
            for rule in rules
            for says in [sum_up(rule, tongue)]
        ]
        click.echo(json.dumps({"rules": listed}, ensure_ascii=False, indent=2))
        return
    color = False if os.environ.get("NO_COLOR") else None
    widest = max(len(rule.name) for rule in rules)
    for rule in rules:
        click.echo(f"{click.style(rule.name.ljust(widest), bold=True)}  {sum_up(rule, tongue)}", color=color)
