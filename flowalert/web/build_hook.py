"""Brings the charts' library into the package while it is built; no other module imports this one.

The library is not kept with the code. The machine's own npm client fetches it, by that client's settings, and what it
fetches is taken if it is what was pinned here, to the byte. Where there is no npm, no way to a registry or another
text, the package is built without, and the pages draw plainer charts.
"""

import base64
import hashlib
import hmac
import io
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "uplot@1.6.32"
INTEGRITY = "sha512-KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw=="
# What is taken, by its path in the tarball, each under its own name.
FILES = ("package/dist/uPlot.iife.min.js", "package/dist/uPlot.min.css", "package/LICENSE")
FOLDER = Path(__file__).parent / "static" / "vendor"

# Says of which tarball the files beside it are.
_SEAL = "INTEGRITY"
_WITHIN = 90.0
# npm's own way is to try for minutes. Source: npm's `config` page.
_FETCH = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000")


class NotBrought(Exception):  # noqa: N818 - the build goes on
    """Raised where the library cannot be had; the text says why."""


class ChartHook(BuildHookInterface[Any]):
    """Fetches the library before wheels, editable or not, and source archives are made of the package."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's signature
        """Bring the library, if it can be had."""
        try:
            bring(FOLDER)
        except (NotBrought, OSError) as reason:
            self.app.display_warning(f"flowalert is built without {PACKAGE}, its charts will be plain: {reason}")


def bring(folder: Path) -> None:
    """Put the library's files into a folder, which has them all or does not exist; raises NotBrought.

    Nothing is fetched where the folder has them already.
    """
    if _is_there(folder):
        return
    # Of another version, or of a build that was broken off.
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="flowalert-build-") as scratch:
        tarball = _fetch(Path(scratch))
        found = integrity_of(tarball)
        if not hmac.compare_digest(found, INTEGRITY):
            raise NotBrought(f"what npm brought is {found}, and not {INTEGRITY}")
        _unpack(tarball, folder)


def integrity_of(tarball: bytes) -> str:
    """Return the digest of a tarball as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()


def _is_there(folder: Path) -> bool:
    try:
        return (folder / _SEAL).read_text(encoding="ascii") == INTEGRITY and all(
            (folder / Path(name).name).stat().st_size for name in FILES
        )
    except (OSError, UnicodeError):
        return False


def _fetch(scratch: Path) -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        raise NotBrought("there is no npm here")
    command = [npm, "pack", PACKAGE, "--ignore-scripts", "--loglevel=error", *_FETCH]
    try:
        # Its notes and its cache go to its own places; the tarball comes into the folder that it is started in.
        said = subprocess.run(  # noqa: S603 - the machine's own npm
            command,
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_WITHIN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotBrought(f"npm took more than {_WITHIN:g} s") from None
    except OSError as error:
        raise NotBrought(f"npm did not start: {error}") from None
    tarballs = list(scratch.glob("*.tgz"))
    if said.returncode or len(tarballs) != 1:
        words = said.stderr.decode(errors="replace").strip().splitlines()
        raise NotBrought(f"npm ended with {said.returncode}: {words[0] if words else 'it said nothing'}")
    return tarballs[0].read_bytes()


def _unpack(tarball: bytes, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there in one step, so that a build that is broken off leaves no half of it.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".vendor-", ignore_cleanup_errors=True) as made:
        with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
            for name in FILES:
                member = archive.extractfile(name)
                assert member is not None  # noqa: S101 - the pinned tarball has it
                (Path(made) / Path(name).name).write_bytes(member.read())
        (Path(made) / _SEAL).write_text(INTEGRITY, encoding="ascii")
        Path(made).chmod(0o755)
        Path(made).rename(folder)
