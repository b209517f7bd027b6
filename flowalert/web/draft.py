"""Putting a text into the place of a rule file: the old or the new is there whole, whatever happens meanwhile."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from flowalert.web.rule_file import clean, digest


class Unwritable(Exception):  # noqa: N818 - what cannot be written is the file, and the program is right to
    """Raised where a file cannot be replaced; the text says why."""


class Draft:
    """A text that is on the disk beside the file that it is to replace, until it does or is discarded.

    The file is there whole at every moment, the old or the new: the text is written under another name and on the disk
    before it takes the file's. What a crash leaves behind, the next draft of the file takes away.
    """

    def __init__(self, path: Path, text: str) -> None:
        """Write the text beside the file; it blocks. Raises Unwritable, with nothing changed."""
        # What a link points to is replaced, and the link stays one.
        self._target = path.resolve()
        self._making = self._target.with_name(f".{self._target.name}.new")
        try:
            before = self._target.read_bytes()
            state = self._target.stat()
            _check_state(self._target, state)
            data = _dress(text, before)
            self.digests = digest(before), digest(data)
            self._making.unlink(missing_ok=True)
            _write(self._making, data, state)
        except OSError as error:
            self.discard()
            raise Unwritable(f"{self._target}: cannot be written ({error.strerror})") from None
        except Unwritable:
            self.discard()
            raise

    def put(self) -> None:
        """Let the text take the file's place; it blocks. Raises Unwritable where somebody else has written the file."""
        try:
            if digest(self._target.read_bytes()) != self.digests[0]:
                raise Unwritable(f"{self._target}: has changed in this moment")
            self._making.rename(self._target)
            _sync(self._target.parent)
        except OSError as error:
            raise Unwritable(f"{self._target}: cannot be written ({error.strerror})") from None

    def discard(self) -> None:
        """Take the text away, if it is still there; it blocks."""
        with suppress(OSError):
            self._making.unlink(missing_ok=True)


def _check_state(path: Path, state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise Unwritable(f"{path}: is no plain file")
    if state.st_nlink > 1:
        raise Unwritable(f"{path}: has several names (hard links), and only one of them would change")
    if not os.access(path, os.W_OK):
        # Whoever may write the folder could replace it all the same.
        raise Unwritable(f"{path}: the service may not write it; give its user the right to")


def _dress(text: str, before: bytes) -> bytes:
    """Return a text in the bytes of a file as it was: with its ends of lines, and its mark at the beginning."""
    text = clean(text)
    if before.count(b"\r\n") * 2 > before.count(b"\n"):
        text = text.replace("\n", "\r\n")
    mark = b"\xef\xbb\xbf"
    return (mark if before.startswith(mark) else b"") + text.encode()


def _write(path: Path, data: bytes, like: os.stat_result) -> None:
    """Write a new file with the mode and the owner of another, on the disk when this returns."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(os.dup(file), "wb") as stream:
            stream.write(data)
        made = os.fstat(file)
        if (made.st_uid, made.st_gid) != (like.st_uid, like.st_gid):
            try:
                os.fchown(file, like.st_uid, like.st_gid)
            except PermissionError:
                raise Unwritable(f"{path.parent}: the file belongs to another user or group than the service") from None
        os.fchmod(file, stat.S_IMODE(like.st_mode))
        os.fsync(file)
    finally:
        os.close(file)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
