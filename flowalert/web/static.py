"""Styles and scripts, as they were installed."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
# Brought by the package's build, which may have had no way to it.
CHARTS = FOLDER / "vendor" / "uPlot.iife.min.js"


class _Static(StaticFiles):
    """Serves files; what is asked for by its digest never changes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_named = scope.get("query_string", b"").startswith(b"v=")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if is_named else "no-cache"
        return response


def open_static() -> StaticFiles:
    """Return what serves the files."""
    return _Static(directory=FOLDER)


@cache
def name_static(path: str) -> str:
    """Return the URL of a file, another one whenever the file is."""
    digest = hashlib.blake2b((FOLDER / path).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{path}?v={digest}"


def has_charts() -> bool:
    """Tell whether the build brought the charts' library."""
    return CHARTS.is_file()
