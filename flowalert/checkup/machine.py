"""What the service needs of Python and of the machine."""

import platform
import re
import resource
from collections.abc import Iterator
from importlib import metadata

from flowalert.checkup.finding import Finding, fail, warn, well

# Descriptors of the store, the log, the loop and a library's own, with room; and those of a connection or a target.
_OWN_FILES = 64
_EACH = 2
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)((?:[<>=!~]=?[0-9.]+,?)*)$")
_BOUND = re.compile(r"(>=|<)([0-9.]+)")


def check_files(users: int) -> Finding:
    """Say whether so many connections and targets may be open at once."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _OWN_FILES + _EACH * users
    if soft != resource.RLIM_INFINITY and soft < needed:
        remedy = f"raise it to {2 * needed}: LimitNOFILE= in the unit, or ulimit -n"
        return fail("open files", f"{soft} are allowed, and some {needed} needed", remedy)
    return well("open files", f"{soft if soft != resource.RLIM_INFINITY else 'any number'} are allowed")


def check_packages() -> Iterator[Finding]:
    """Yield what Python runs, and each package that is missing or of a version that flowalert is not made for."""
    try:
        wanted = metadata.requires("flowalert") or []
        own = metadata.version("flowalert")
    except metadata.PackageNotFoundError:
        yield warn("packages", "flowalert is not installed, but run from a folder", "pip install it, or use uv run")
        return
    known = []
    for requirement in wanted:
        match = _REQUIREMENT.match(requirement.replace(" ", ""))
        if match is None:
            continue  # of an extra, which nobody needs to have
        name, bounds = match.groups()
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield fail("packages", f"{name} is missing", f"pip install '{name}{bounds}'")
            continue
        known.append(f"{name} {version}")
        if not _fits(version, bounds):
            words = f"{name} is {version}, and flowalert made for {bounds}"
            yield warn("packages", words, f"pip install '{name}{bounds}'")
    shown = ", ".join(each for each in known if each.split()[0] in ("trio", "trio-websocket", "apprise", "apsw"))
    yield well("packages", f"flowalert {own}, Python {platform.python_version()}, {shown}")


def _fits(version: str, bounds: str) -> bool:
    has = _parse(version)
    return all(has >= _parse(at) if sign == ">=" else has < _parse(at) for sign, at in _BOUND.findall(bounds))


def _parse(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0]))
