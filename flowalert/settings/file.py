"""Files that are read for the settings, and what keeps one from being read."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from flowalert.rules.loader import Loaded, load_rules
from flowalert.rules.problem import Problem


def read_text(path: Path) -> str | Problem:
    """Return a file's text, or what keeps it from being read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Problem(str(path), line, 1, "this is no UTF-8 text", "save the file as UTF-8")
    except ValueError:
        return Problem(str(path), 1, 1, "the file's name has a character that no file has", "take it out")
    except OSError as error:
        return Problem(str(path), 1, 1, f"the file cannot be read: {error.strerror}", "look at its name and its rights")


def load_rule_files(files: tuple[Path, ...], channels: tuple[str, ...] | None) -> Loaded:
    """Load rule files from disk, each named as it was given."""
    texts: list[tuple[str, str]] = []
    unread: list[Problem] = []
    for file in files:
        text = read_text(file)
        if isinstance(text, Problem):
            unread.append(text)
        else:
            texts.append((str(file), text))
    loaded = load_rules(texts, channels)
    return Loaded(loaded.rulebook, (*unread, *loaded.problems))


def list_files(folder: Path, patterns: Iterable[str]) -> tuple[Path, ...]:
    """Return the files of all patterns, each once, in the patterns' order."""
    return tuple(dict.fromkeys(file for pattern in patterns for file in find_files(folder, pattern)))


def find_files(folder: Path, pattern: str) -> Sequence[Path]:
    """Return the files of a pattern, relative to a folder, in order; of a folder's name those in it."""
    base = Path(pattern)
    if base.is_absolute():
        found = Path(base.anchor).glob(str(base.relative_to(base.anchor)))
    elif (folder / base).is_dir():
        found = (folder / base).glob("*.yaml")
    else:
        found = folder.glob(pattern)
    return sorted(each for each in found if each.is_file())
