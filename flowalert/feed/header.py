"""The first line of an archive: what it is, in which version, and who wrote it."""

import msgspec
from msgspec import Struct

from flowalert import __version__

# A version has two numbers. The second grows with what an older reader can leave out, the first with what it cannot.
MAJOR, MINOR = 1, 0
RECORDING = "flowalert recording"
FRAMES = "flowalert frames"


class ArchiveRefused(Exception):  # noqa: N818 - the file was refused, nothing broke
    """The file cannot be read or made; the message names it and says what was found and what to do."""


class Header(Struct, frozen=True):
    """`format` is RECORDING or FRAMES, `version` the two numbers as they were read."""

    format: str
    version: tuple[int, int]

    @property
    def is_newer(self) -> bool:
        """Whether the file may hold what this version does not know."""
        return self.version[1] > MINOR


class _Line(Struct, frozen=True):
    format: str
    version: str
    made_by: str = ""


_decode = msgspec.json.Decoder(_Line).decode


def encode_header(form: str) -> bytes:
    """Return the first line of an archive of a format."""
    line = _Line(form, f"{MAJOR}.{MINOR}", f"flowalert {__version__}")
    return msgspec.json.encode(line) + b"\n"


def read_header(line: bytes, name: str) -> Header:
    """Return what a first line says; raises ArchiveRefused for what this version cannot read."""
    try:
        read = _decode(line)
        major, minor = (int(each) for each in read.version.split("."))
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise ArchiveRefused(
            f"{name}: its first line is no header of a recording; name a file that flowalert wrote"
        ) from None
    if read.format not in (RECORDING, FRAMES):
        raise ArchiveRefused(f"{name}: a file of the format {read.format[:40]!r}; expected {RECORDING!r} or {FRAMES!r}")
    if major != MAJOR:
        raise ArchiveRefused(
            f"{name}: {read.format}, version {read.version[:20]}, written by {read.made_by[:40] or 'another program'}; "
            f"this flowalert reads version {MAJOR}: use one that is {'newer' if major > MAJOR else 'older'}"
        )
    return Header(read.format, (major, minor))
