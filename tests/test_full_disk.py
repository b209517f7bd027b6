"""A service whose disk is full: nobody is told what is not on it, and nothing that came is lost once there is room."""

import json
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import trio

from flowalert.store import open_reader
from tests.delivery.http_recorder import Recorder, open_recorder
from tests.feed.exchange import Client, data_frame, open_exchange
from tests.program import PATIENCE, start_program, stop
from tests.test_service import VENDOR_RULE, in_thread, issue_token, messages, posts, token_url_of, write


@dataclass(frozen=True)
class Scene:
    """A service that has told of its first frame, and whose disk is full since."""

    folder: Path
    process: "Popen[str]"
    client: Client
    hook: Recorder

    @property
    def log(self) -> str:
        return (self.folder / "err.txt").read_text(encoding="utf-8")

    def limit(self, size: int) -> None:
        """Let no file of the service grow beyond a size: to it that is a disk without room."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    async def send(self, number: int) -> None:
        """Send the n-th frame, which fires."""
        tjjtime = f"{9 + number // 120:02}{number // 2 % 60:02}{30 * (number % 2):02}00"
        await self.client.send(data_frame(tjjtime=tjjtime, msvol=str(-5139 + 123 * number)))


@asynccontextmanager
async def full_disk(folder: Path) -> AsyncIterator[Scene]:
    clients: list[Client] = []
    with posts() as hook, open_recorder(issue_token) as tokens:
        async with open_exchange() as exchange:

            async def answer(client: Client, request: dict[str, object]) -> None:
                await client.answer(request)
                if dict(request["body"])["tr_cd"] == "BM_":  # type: ignore[call-overload] # of the wire
                    clients.append(client)

            exchange.answer = answer
            write(folder, VENDOR_RULE, ws_url=exchange.url, token_url=token_url_of(tokens), hook=hook)
            with start_program("run", folder=folder) as process:
                await in_thread(lambda: clients, "the registration")
                scene = Scene(folder, process, clients[0], hook)
                await scene.send(0)
                await in_thread(lambda: '"state": "sent"' in scene.log, "the first message")
                scene.limit((folder / "flowalert.db-wal").stat().st_size)
                yield scene


async def test_a_service_waits_for_room(tmp_path: Path) -> None:
    """It says so once, tells nobody, takes what comes meanwhile, and goes on when there is room: all is told, once."""
    async with full_disk(tmp_path) as scene:
        for number in (1, 2, 3):
            await scene.send(number)
        await in_thread(lambda: "the store cannot be written; trying again" in scene.log, "the error")
        with trio.move_on_after(1.0):
            await trio.sleep_forever()
        assert len(messages(scene.hook)) == 1
        scene.limit(resource.RLIM_INFINITY)
        await in_thread(lambda: len(messages(scene.hook)) == 4, "the messages")
        assert await trio.to_thread.run_sync(stop, scene.process) == 0
        (said,) = [line for line in scene.log.splitlines() if "trying again" in line]
        assert "no room to write: the disk is full" in json.loads(said)["why"]
    async with open_reader(tmp_path / "flowalert.db") as reader:
        assert (await reader.summary()).updates == 4


async def test_a_service_that_is_stopped_meanwhile_says_what_it_could_not_write(tmp_path: Path) -> None:
    """It ends with the store's exit code, the remedy and a count; nobody was told of what is not there."""
    async with full_disk(tmp_path) as scene:
        for number in (1, 2, 3):
            await scene.send(number)
        await in_thread(lambda: "trying again" in scene.log, "the error")
        scene.process.terminate()
        with trio.fail_after(PATIENCE):
            code = await trio.to_thread.run_sync(scene.process.wait, abandon_on_cancel=True)
        assert code == 4
        assert "flowalert.db: no room to write: the disk is full or a limit is reached; free some on" in scene.log
        (lost,) = [json.loads(line) for line in scene.log.splitlines() if "not in the journal" in line]
        assert lost["entries"] >= 3  # and the slots that they closed
        assert len(messages(scene.hook)) == 1
    async with open_reader(tmp_path / "flowalert.db") as reader:
        assert (await reader.summary()).updates == 1
