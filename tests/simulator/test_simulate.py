import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
import trio
from click.testing import CliRunner

from flowalert.cli.simulate import simulate

RUN = [sys.executable, "-c", "from flowalert.cli.simulate import simulate; simulate()"]
FORM = {"grant_type": "client_credentials", "appkey": "k", "appsecretkey": "s3cret", "scope": "oob"}


async def read_until(process: trio.Process, mark: str) -> str:
    assert process.stdout is not None
    text = ""
    while mark not in text:
        data = await process.stdout.receive_some()
        assert data, text
        text += data.decode()
    return text


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_command_runs_until_told(ending: signal.Signals) -> None:
    """The command prints what to put into the settings, serves, and ends cleanly with a summary."""
    command = [*RUN, "--port=0", "--token-port=0", "--appkey=k", "--appsecret=s3cret", "--fault=drop=0.1"]
    with trio.fail_after(20):
        process = await trio.lowlevel.open_process(command, stdout=subprocess.PIPE)
        try:
            text = await read_until(process, "Ctrl-C ends it.")
            assert re.search(r"feed:\n +domain: ws://127\.0\.0\.1:\d+/websocket\n +token_url: http://", text)
            assert "appkey: k\n" in text
            assert "s3cret" not in text
            url = re.search(r"token_url: (\S+)", text)
            assert url is not None
            async with httpx2.AsyncClient(trust_env=False) as http:
                assert (await http.post(url[1], data=FORM)).status_code == 200
            process.send_signal(ending)
            assert "connections, " in await read_until(process, "frames sent.")
            assert await process.wait() == 0
        finally:
            process.kill()
            await process.wait()
            assert process.stdout is not None
            await process.stdout.aclose()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--speed", "0"], "0.0 is not in the range x>0"),
        (["--start", "noon"], "'noon' is no time; write HH:MM"),
        (["--fault", "dorp=1"], "did you mean 'drop'"),
        (["--scenario", "bad.yaml"], "bad.yaml:2:5: unknown key 'att'; did you mean 'at'?"),
        (["--scenario", "latin.yaml"], "latin.yaml: byte 2 is no UTF-8; save the file as UTF-8"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1, ports 9443 and 8080"),
    ],
)
def test_wrong_options_are_told(
    options: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with an option is said, and nothing starts."""
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text("events:\n  - att: 10:15\n", encoding="utf-8")
    Path("latin.yaml").write_bytes(b"# \xe9\n")
    result = CliRunner().invoke(simulate, options)
    assert result.exit_code
    assert expected in " ".join(result.output.split())


def test_help_is_quick_to_import() -> None:
    """Importing the command brings in neither trio nor the simulator."""
    code = (
        "import sys, flowalert.cli.simulate; print({'trio', 'yaml', 'flowalert.simulator.server'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
