"""A text of rules, checked as it is typed and tried on the present day; nothing here changes anything."""

import enum
from collections.abc import Sequence
from typing import Annotated

import trio
from msgspec import Meta, Struct

from flowalert.settings import Role
from flowalert.web.access.actor import Actor
from flowalert.web.bench import TRIED_FOR
from flowalert.web.mistake import RequestRefused, not_there
from flowalert.web.room.rules.outcome import Outcome, make_outcome
from flowalert.web.route import AnyDeed, AnyView, Deed, NoQuestion, View
from flowalert.web.rule_file import (
    MOST_TEXT,
    Book,
    clean,
    compare,
    count_changes,
    find_file,
    list_channels,
    list_files,
    read_book,
)
from flowalert.web.site import Site
from flowalert.workbench.check import Checked, Checking
from flowalert.workbench.trial import NotTried, Trying

# The name of a text that is no file's, in what is wrong with it.
BOX = "try.yaml"
_EXAMPLE = """\
rules:
  - name: my-rule
    sectors: [kospi]
    investors: [foreign]
    when: delta(msval, 5m) <= -300억
"""


class Lock(enum.Enum):
    """Why nothing can be saved."""

    NONE = "none"  # it can
    BOX = "box"  # the text is no file's
    DEMO = "demo"  # there are no settings, and rules stay as they are
    SETTING = "setting"  # `web: write_rules:` does not allow it


class EditorQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """Which file, the first where none is named, and at which line, from 1, to begin."""

    file: str = ""
    line: Annotated[int, Meta(ge=0, le=10_000_000)] = 0


class Editor(Struct, frozen=True, kw_only=True):
    """A text to edit: that of a file with its `digest`, or one of no file. `files` are all that there are."""

    file: str
    text: str
    digest: str
    line: int
    files: Sequence[str]
    lock: Lock


class Typed(Struct, frozen=True, kw_only=True):
    """What stands in the box: a text in the place of `file`, or of none; `line`, from 1, is that of the caret.

    `digest` is the file's as it was loaded.
    """

    text: str = ""
    file: str = ""
    line: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    digest: str = ""


class Preview(Struct, frozen=True, kw_only=True):
    """What saving a text would change in its file, as a unified diff with its numbers of lines.

    `is_stale` says that the file on the disk is another than the one that was loaded: it cannot be saved over.
    """

    file: str
    difference: str
    added: int
    removed: int
    is_stale: bool
    lock: Lock


async def look_at_editor(site: Site, asked: EditorQuestion) -> Editor:
    """Return the text of a file to edit."""
    files = await trio.to_thread.run_sync(list_files, site)
    if not files:
        raise not_there("there is no file of rules")
    file = asked.file or next(iter(files))
    book = await read_file(site, file)
    return Editor(
        file=file, text=book.text, digest=book.digest, line=asked.line, files=list(files), lock=find_lock(site, file)
    )


async def look_at_box(site: Site, _: NoQuestion) -> Editor:
    """Return a rule to begin with, that is no file's."""
    files = await trio.to_thread.run_sync(list_files, site)
    return Editor(file="", text=_EXAMPLE, digest="", line=2, files=list(files), lock=Lock.BOX)


async def check_text(site: Site, _: Actor, typed: Typed) -> Checked:
    """Check a text in the place of its file among all others; one of no file is checked alone."""
    return await site.workshop.bench.check(await make_checking(site, typed))


async def try_text(site: Site, _: Actor, typed: Typed) -> Outcome:
    """Try the rules of a text on the present day, and compare them with those of its file."""
    text = read_text(typed)
    before = (await read_file(site, typed.file)).text if typed.file else None
    tried = await site.workshop.bench.try_out(
        Trying(
            file=typed.file or BOX,
            text=text,
            store=str(site.workshop.store),
            seconds=TRIED_FOR,
            before=before,
            channels=list_channels(site),
        )
    )
    if isinstance(tried, NotTried):
        raise RequestRefused(422, tried.why)
    return make_outcome(tried)


async def preview_text(site: Site, _: Actor, typed: Typed) -> Preview:
    """Return what saving a text would change."""
    text = read_text(typed)
    book = await read_file(site, typed.file)
    difference = await trio.to_thread.run_sync(compare, book.text, text, typed.file)
    added, removed = count_changes(difference)
    return Preview(
        file=typed.file,
        difference=difference,
        added=added,
        removed=removed,
        is_stale=book.digest != typed.digest,
        lock=find_lock(site, typed.file),
    )


async def read_file(site: Site, file: str) -> Book:
    """Return what a rule file holds, by its name; raises RequestRefused."""
    return await trio.to_thread.run_sync(lambda: read_book(find_file(site, file)))


def read_text(typed: Typed) -> str:
    """Return the text that was typed, with line feeds alone; raises RequestRefused (413) for too much."""
    text = clean(typed.text)
    if len(text.encode()) > MOST_TEXT:
        raise RequestRefused(413, f"this is more than {MOST_TEXT >> 10} KB", instead="divide it into several files")
    return text


async def make_checking(site: Site, typed: Typed) -> Checking:
    """Return what is to be checked; raises RequestRefused for a file that there is not, and for too much text."""
    text = read_text(typed)
    files: tuple[str, ...] = ()
    if typed.file:
        known = await trio.to_thread.run_sync(list_files, site)
        if typed.file not in known:
            raise not_there(f"{typed.file[:200]!r} is no file of rules")
        files = tuple(known)
    return Checking(file=typed.file or BOX, text=text, files=files, channels=list_channels(site), line=typed.line)


def find_lock(site: Site, file: str) -> Lock:
    """Return why a text cannot be saved, or that it can."""
    if not file:
        return Lock.BOX
    if site.workshop.config is None:
        return Lock.DEMO
    return Lock.NONE if site.settings.writes_rules else Lock.SETTING


VIEWS: tuple[AnyView, ...] = (
    View(
        name="editor",
        path="/editor",
        summary="The text of a rule file, to edit.",
        question=EditorQuestion,
        answer=Editor,
        look=look_at_editor,
        template="rules/editor.html",
    ),
    View(
        name="try box",
        path="/editor/box",
        summary="A rule to begin with, to try what one likes.",
        question=NoQuestion,
        answer=Editor,
        look=look_at_box,
        template="rules/editor.html",
    ),
)

DEEDS: tuple[AnyDeed, ...] = (
    Deed(
        name="check",
        path="/editor/check",
        summary="Check a text of rules in the place of its file; nothing is changed.",
        question=Typed,
        answer=Checked,
        do=check_text,
        template="rules/editor.html",
        role=Role.VIEWER,
        takes_long=True,
    ),
    Deed(
        name="try",
        path="/editor/try",
        summary="Try a text of rules on the present day; nothing is changed.",
        question=Typed,
        answer=Outcome,
        do=try_text,
        template="rules/editor.html",
        role=Role.VIEWER,
        takes_long=True,
    ),
    Deed(
        name="preview",
        path="/editor/preview",
        summary="Show what saving a text would change; nothing is changed.",
        question=Typed,
        answer=Preview,
        do=preview_text,
        template="rules/editor.html",
        role=Role.VIEWER,
    ),
)
