"""The API's description against the API: what it allows is answered as it says, and what it does not is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import trio
from starlette.routing import Route

from flowalert.settings import Role
from flowalert.web import app
from flowalert.web.route import API, AnyView, NoQuestion, View
from flowalert.web.routes import DEEDS, VIEWS
from flowalert.web.site import Site
from tests.web.people import TOKENS, bearer
from tests.web.walk import PROBES, walk

# Examples for each operation and phase: some 20 s for two dozen operations on a busy machine.
EXAMPLES = 15
WITHIN = 300.0
# A string of the right type can still be no rule, no matcher, no sector: that is refused, and no fault.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)


async def describe(walked: Any) -> Any:
    return (await walked.ask("GET", f"{API}/openapi.json", headers=bearer(Role.VIEWER))).json()


async def test_every_route_of_the_api_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else; whatever it refers to is there."""
    monkeypatch.setattr("flowalert.web.routes.DEEDS", (*DEEDS, *PROBES))
    async with walk(tmp_path, monkeypatch) as walked:
        document = await describe(walked)
        routes = [each for each in app.make_routes(walked.site).routes if isinstance(each, Route)]
    made = {(route.path, method.lower()) for route in routes for method in route.methods or () if method != "HEAD"}
    of_the_api = {each for each in made if each[0].startswith(API) or each[0] == "/metrics"}
    assert {(path, method) for path, methods in document["paths"].items() for method in methods} == of_the_api
    text = json.dumps(document)
    for part in text.split('"#/')[1:]:
        found = document
        for step in part.partition('"')[0].split("/"):
            found = found[step]
    assert document["components"]["schemas"]["Piece"]


async def test_the_api_is_as_it_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By schemathesis, which asks what the description allows and what it does not."""
    monkeypatch.setattr("flowalert.web.routes.DEEDS", (*DEEDS, *PROBES))
    async with walk(tmp_path, monkeypatch) as walked:
        await walked.house.publish(100)
        done = await run_schemathesis(walked.house.url, tmp_path, "--exclude-path", f"{API}/stream")
    assert done.returncode == 0, done.stdout.decode()[-20_000:]


async def test_an_answer_that_is_not_as_described_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps the test above from finding nothing because it looks at nothing."""

    async def lie(_: Site, __: NoQuestion) -> Any:
        return "no number"

    liar: AnyView = View(name="liar", path="/liar", summary="", question=NoQuestion, answer=int, look=lie)
    monkeypatch.setattr("flowalert.web.routes.VIEWS", (*VIEWS, liar))
    monkeypatch.setattr(app, "VIEWS", (*VIEWS, liar))
    async with walk(tmp_path, monkeypatch) as walked:
        done = await run_schemathesis(walked.house.url, tmp_path, "--include-path", f"{API}/liar")
    assert done.returncode == 1
    assert b"schema" in done.stdout


async def run_schemathesis(url: str, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Ask the API as an operator's program; the news go on for ever, and are asked elsewhere."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}{API}/openapi.json"),
        *("--header", f"Authorization: Bearer {TOKENS[Role.OPERATOR]}"),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES)),
        *("--seed", "1", "--no-color", "--warnings", "off", "--suppress-health-check", "all"),
        *arguments,
    ]
    environ = {**os.environ, "NO_PROXY": "127.0.0.1"}
    with trio.fail_after(WITHIN):
        done: subprocess.CompletedProcess[bytes] = await trio.run_process(
            command, capture_stdout=True, capture_stderr=True, check=False, env=environ, cwd=folder
        )
    return done
