"""Writing a rule file: only where the settings allow it, whole or not at all, and never over somebody else's work."""

import trio
from msgspec import Struct

from flowalert.web.access.actor import Actor
from flowalert.web.draft import Draft, Unwritable
from flowalert.web.mistake import RequestRefused
from flowalert.web.room.rules.editor import (
    Lock,
    Typed,
    find_lock,
    make_checking,
    read_file,
    read_text,
)
from flowalert.web.room.rules.reloading import Reloaded, ask_for_reload
from flowalert.web.route import AnyDeed, Deed
from flowalert.web.rule_file import Book, compare, count_changes, find_file
from flowalert.web.site import Site
from flowalert.workbench.check import Remark

_REFUSALS = {
    Lock.BOX: (409, "this text is no file's", "copy it into one of the rule files"),
    Lock.DEMO: (403, "there are no settings here, and rules stay as they are", "start the service with flowalert run"),
    Lock.SETTING: (403, "the settings do not let the pages write rules", "set web: write_rules: true"),
}


class Saved(Struct, frozen=True, kw_only=True):
    """What was written, with its digest, and what became of the reload that followed."""

    file: str
    digest: str
    difference: str
    added: int
    removed: int
    reload: Reloaded


async def save_text(site: Site, actor: Actor, typed: Typed) -> Saved:
    """Put a text into the place of its file, and have it taken over.

    Raises RequestRefused: 403 where that is not allowed, 409 with the difference where the file is another than the one
    that was loaded, 422 for a text with errors.
    """
    lock = find_lock(site, typed.file)
    if lock in _REFUSALS:
        status, what, instead = _REFUSALS[lock]
        raise RequestRefused(status, what, instead=instead)
    text = read_text(typed)
    async with site.workshop.writing:
        book = await read_file(site, typed.file)
        difference = await trio.to_thread.run_sync(compare, book.text, text, typed.file)
        if book.digest != typed.digest:
            what = f"{typed.file} has changed on the disk since it was loaded"
            raise RequestRefused(409, what, instead="load it again, and change it then", detail=difference)
        if not difference:
            raise RequestRefused(409, f"{typed.file} says this already")
        await _refuse_errors(site, typed, book)
        added, removed = count_changes(difference)
        try:
            draft = await trio.to_thread.run_sync(lambda: Draft(find_file(site, typed.file), text))
            await _put(site, actor, typed, draft, (added, removed))
        except Unwritable as error:
            raise RequestRefused(409, str(error)) from None
    reload = await ask_for_reload(site, f"{actor.name} saved {typed.file}")
    return Saved(
        file=typed.file,
        digest=draft.digests[1],
        difference=difference,
        added=added,
        removed=removed,
        reload=reload,
    )


async def _put(site: Site, actor: Actor, typed: Typed, draft: Draft, lines: tuple[int, int]) -> None:
    """Write down who changes a file, and change it: a change that nobody knows of would be worse than the reverse."""
    added, removed = lines
    with trio.CancelScope(shield=True):
        try:
            if draft.digests[0] != typed.digest:
                raise Unwritable(f"{typed.file}: has changed in this moment")
            await site.clerk.note_rules_written(
                typed.file, digests=draft.digests, added=added, removed=removed, by=actor.name, now=site.now()
            )
            await trio.to_thread.run_sync(draft.put)
        finally:
            await trio.to_thread.run_sync(draft.discard)


async def _refuse_errors(site: Site, typed: Typed, book: Book) -> None:
    """Raise RequestRefused (422) for a text with errors, or one that brings some to other files.

    Errors that other files have anyway keep nobody from mending this one.
    """
    checked = await site.workshop.bench.check(await make_checking(site, typed))
    errors = [each for each in checked.problems if each.level == "error" and each.file == typed.file]
    if not checked.own_errors and checked.elsewhere:
        before = await site.workshop.bench.check(await make_checking(site, Typed(file=typed.file, text=book.text)))
        brought = checked.elsewhere - before.elsewhere
        errors = [each for each in checked.problems if (each.file, each.what) in brought]
    if errors:
        what, detail = "this text has errors, and would be refused", "\n\n".join(map(_show, errors))
        raise RequestRefused(422, what, instead="mend them first", detail=detail)


def _show(remark: Remark) -> str:
    place = f"{remark.file}:{remark.line}:{remark.column}: {remark.what}"
    return "\n".join(filter(None, (place, remark.excerpt, remark.carets, remark.instead)))


DEEDS: tuple[AnyDeed, ...] = (
    Deed(
        name="save",
        path="/editor/save",
        summary="Put a text into the place of its rule file, and have the service take it over.",
        question=Typed,
        answer=Saved,
        do=save_text,
        template="rules/saved.html",
    ),
)
