"""The rule files as the pages write them, and the process in which rules are tried."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import msgspec
import pytest
import trio
from hypothesis import HealthCheck, given, settings, strategies as st

from flowalert.feed.outlet import Received
from flowalert.store import open_store
from flowalert.web.bench import Bench
from flowalert.web.draft import Draft, Unwritable
from flowalert.web.mistake import RequestRefused
from flowalert.web.rule_file import compare, count_changes, read_book
from flowalert.workbench.check import Checked, Checking, check
from flowalert.workbench.trial import NotTried, Tried, Trying
from tests.feed.running import until
from tests.store.sample import NOW, update
from tests.web.house import PATIENCE, RULES, open_house

OLD, NEW = "old: " + "o" * 50_000 + "\n", "new: " + "n" * 80_000 + "\n"
RULE = "rules: [{name: a, sectors: [kospi], investors: [foreign], when: msval > 1}]\n"
WRITER = """
import os, sys
from pathlib import Path
from flowalert.web.draft import Draft
file, texts = Path(sys.argv[1]), ["a" * 50_000, "b" * 80_000]
for _ in range(20):
    if not (writer := os.fork()):
        for number in range(10**9):
            Draft(file, texts[number % 2]).put()
    print(writer, flush=True)
    os.waitpid(writer, 0)
"""


def put(path: Path, text: str) -> None:
    draft = Draft(path, text)
    try:
        draft.put()
    finally:
        draft.discard()


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_killed_writer_leaves_the_old_or_the_new_text_whole(tmp_path: Path) -> None:
    """Whenever it dies; and the next one is not hindered by what it left."""
    file = tmp_path / "a.yaml"
    file.write_text("a" * 50_000, encoding="utf-8")
    with subprocess.Popen((sys.executable, "-c", WRITER, str(file)), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        random = Random(1)
        for _ in range(20):
            writer = int(process.stdout.readline())
            # At whatever it happens to be doing: no moment is better than another.
            time.sleep(random.uniform(0, 0.02))
            os.kill(writer, signal.SIGKILL)
            assert file.read_text(encoding="utf-8") in ("a" * 50_000, "b" * 80_000)
    put(file, "whole\n")
    assert (file.read_text(encoding="utf-8"), names_in(tmp_path)) == ("whole\n", ["a.yaml"])


CALLS = ("os.open", "os.fsync", "os.fchmod", "os.fdopen", "pathlib.Path.rename", "pathlib.Path.stat")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(name=st.sampled_from(CALLS), nth=st.integers(0, 3), error=st.sampled_from([28, 5, 13, 30]))
def test_a_disk_that_fails_leaves_the_old_or_the_new_text_whole(
    tmp_path_factory: pytest.TempPathFactory, name: str, nth: int, error: int
) -> None:
    """Whichever call it fails at; where it said so, it is in words, and nothing is left behind."""
    folder = tmp_path_factory.mktemp("rules")
    file = folder / "a.yaml"
    file.write_text(OLD, encoding="utf-8")
    module, _, attribute = name.rpartition(".")
    holder = os if module == "os" else Path
    real, calls = getattr(holder, attribute), iter(range(100))

    def fail(*args: object, **kwargs: object) -> object:
        if next(calls) == nth:
            raise OSError(error, os.strerror(error))
        return real(*args, **kwargs)

    words = ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holder, attribute, fail)
        try:
            put(file, NEW)
        except Unwritable as refused:
            words = str(refused)
    assert file.read_text(encoding="utf-8") in (OLD, NEW)
    if not words:
        assert file.read_text(encoding="utf-8") == NEW
    else:
        assert os.strerror(error) in words
        assert str(file) in words
    assert names_in(folder) == ["a.yaml"]


def test_what_a_file_is_stays_with_it(tmp_path: Path) -> None:
    """Its mode, its ends of lines, its mark at the beginning; a link stays a link, and what it points to changes."""
    file, link = tmp_path / "real.yaml", tmp_path / "linked" / "a.yaml"
    link.parent.mkdir()
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    file.chmod(0o604)
    link.symlink_to("../real.yaml")
    put(link, "a: 1\nb: 3\n")
    assert (link.is_symlink(), file.is_symlink()) == (True, False)
    assert file.read_bytes() == b"\xef\xbb\xbfa: 1\r\nb: 3\r\n"
    assert file.stat().st_mode & 0o777 == 0o604
    assert read_book(link).text == "a: 1\nb: 3\n"
    assert (names_in(tmp_path), names_in(link.parent)) == (["linked", "real.yaml"], ["a.yaml"])


def test_a_file_is_read_as_a_text_box_has_it(tmp_path: Path) -> None:
    """With line feeds alone; what is no text, and what is too large for a box, is refused in words."""
    file = tmp_path / "a.yaml"
    file.write_bytes("\ufeffa: 가\r\nb: 1\rc: 2\n".encode())
    assert read_book(file).text == "a: 가\nb: 1\nc: 2\n"
    for data, status, words in ((b"\xff", 422, "no UTF-8"), (b"#" * (1 << 20), 422, "512 KB"), (None, 404, "No such")):
        file.unlink()
        if data is not None:
            file.write_bytes(data)
        with pytest.raises(RequestRefused, match=words) as refused:
            read_book(file)
        assert refused.value.status == status
        file.touch()


def test_what_cannot_be_replaced_properly_is_refused_in_words(tmp_path: Path) -> None:
    """A file of several names, a link to nothing, a folder."""
    file, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    file.write_text(OLD, encoding="utf-8")
    os.link(file, other)
    with pytest.raises(Unwritable, match="several names"):
        Draft(file, NEW)
    other.unlink()
    other.symlink_to("nowhere.yaml")
    with pytest.raises(Unwritable, match="cannot be written"):
        Draft(other, NEW)
    with pytest.raises(Unwritable, match="cannot be written"):
        Draft(tmp_path, NEW)
    assert file.read_text(encoding="utf-8") == OLD
    assert names_in(tmp_path) == ["a.yaml", "b.yaml"]


def test_what_somebody_else_writes_between_is_not_lost(tmp_path: Path) -> None:
    """The draft is given up."""
    file = tmp_path / "a.yaml"
    file.write_text(OLD, encoding="utf-8")
    draft = Draft(file, NEW)
    file.write_text("theirs\n", encoding="utf-8")
    with pytest.raises(Unwritable, match="has changed"):
        draft.put()
    draft.discard()
    assert (file.read_text(encoding="utf-8"), names_in(tmp_path)) == ("theirs\n", ["a.yaml"])


@given(before=st.lists(st.sampled_from("ab+-@"), max_size=12), after=st.lists(st.sampled_from("ab+-@"), max_size=12))
def test_a_difference_counts_what_it_shows(before: list[str], after: list[str]) -> None:
    """Lines that look like a diff's own too; nothing differs exactly where the texts are the same."""
    old, new = "".join(f"{each}\n" for each in before), "".join(f"{each}\n" for each in after)
    difference = compare(old, new, "a.yaml")
    added, removed = count_changes(difference)
    assert (difference == "") == (old == new)
    assert added - removed == len(after) - len(before)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def wait_for_number(file: Path) -> int:
    return int(await until(lambda: file.read_text() if file.exists() else "", PATIENCE))


def endless(file: Path) -> tuple[str, ...]:
    """Return a command that says its number and then works for ever."""
    work = f"import os, pathlib\npathlib.Path({str(file)!r}).write_text(str(os.getpid()))\nwhile True: pass"
    return (sys.executable, "-c", work)


def trying(store: Path, text: str = RULE, seconds: int = 60) -> Trying:
    return Trying(file="a.yaml", text=text, store=str(store), seconds=seconds)


async def test_who_does_not_wait_any_more_has_nothing_running(tmp_path: Path) -> None:
    """The process ends with the request, and the next one has its turn at once."""
    bench = Bench(endless(tmp_path / "number"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(bench.try_out, trying(tmp_path))
        process = await wait_for_number(tmp_path / "number")
        nursery.cancel_scope.cancel()
    assert not alive(process)
    with pytest.raises(RequestRefused, match="took longer"):
        await bench.try_out(trying(tmp_path, seconds=0))


async def test_a_browser_that_leaves_ends_what_it_asked_for(tmp_path: Path) -> None:
    """Over a socket, as a page that is closed does it."""
    async with open_house(tmp_path) as house:
        bench = house.workshop.bench
        bench._command = endless(tmp_path / "number")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(house.post, "/editor/try", {"text": RULES})
            process = await wait_for_number(tmp_path / "number")
            assert alive(process)
            nursery.cancel_scope.cancel()
        await until(lambda: not alive(process), PATIENCE)


async def test_one_is_tried_at_a_time(tmp_path: Path) -> None:
    """The second begins when the first has ended."""
    bench = Bench(endless(tmp_path / "number"))
    ended: list[str] = []

    async def ask(name: str, seconds: int) -> None:
        with pytest.raises(RequestRefused):
            await bench.try_out(trying(tmp_path, seconds=seconds))
        ended.append(name)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, "first", 1)
        first = await wait_for_number(tmp_path / "number")
        (tmp_path / "number").unlink()
        nursery.start_soon(ask, "second", 1)
        second = await wait_for_number(tmp_path / "number")
        assert ended == ["first"]
        assert not alive(first)
    assert (ended, alive(second)) == (["first", "second"], False)


async def test_what_is_kept_is_not_done_again(tmp_path: Path) -> None:
    """For what has the same key; another is tried anew."""
    counter = tmp_path / "count"
    answer = msgspec.json.encode(NotTried("it is a test")).decode()
    work = f"open({str(counter)!r}, 'a').write('x'); print({answer!r})"
    bench = Bench((sys.executable, "-c", work))
    for key in ("one", "one", "two", None, None):
        assert await bench.try_out(trying(tmp_path), key) == NotTried("it is a test")
    assert counter.read_text() == "xxxx"


async def test_a_process_that_fails_is_told_in_words(tmp_path: Path) -> None:
    """Whatever it was; its trace goes nowhere near a reader."""
    bench = Bench((sys.executable, "-c", "raise SystemExit('secret')"))
    with pytest.raises(RequestRefused, match="has failed") as refused:
        await bench.try_out(trying(tmp_path))
    assert (refused.value.status, "secret" in str(refused.value)) == (503, False)


async def test_the_process_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the service's environment has of them stays with it; where no process can be started, that is said."""
    monkeypatch.setenv("LS_APPSECRET", "secret")
    work = "import os, sys, json; print(json.dumps({'type': 'not tried', 'why': str('LS_APPSECRET' in os.environ)}))"
    assert await Bench((sys.executable, "-c", work)).try_out(trying(tmp_path)) == NotTried("False")
    with pytest.raises(RequestRefused, match="No such file"):
        await Bench((str(tmp_path / "nothing"),)).try_out(trying(tmp_path))


async def test_a_check_is_the_same_in_its_own_process(tmp_path: Path) -> None:
    """What is large is checked there, and the answer is the one of a thread."""
    (tmp_path / "other.yaml").write_text("#" * 100_000 + "\n" + RULE, encoding="utf-8")
    order = Checking(file="a.yaml", text=RULE.replace("msval", "msvall"), files=(str(tmp_path / "other.yaml"),))
    expected = check(order)
    assert expected.errors
    found: Checked = await Bench().check(order)
    assert found == expected


async def test_the_newest_session_alone_is_tried(tmp_path: Path) -> None:
    """Of a store that a service holds; without one, it says so."""
    day = 86_400
    async with open_store(tmp_path / "flow.db") as store:
        monday, tuesday = update(value=5), update(update().at + day, value=7)
        await store.commit([Received(NOW, monday), Received(NOW, tuesday)], [], [], now=NOW)
        found = await Bench().try_out(trying(tmp_path / "flow.db"))
    assert isinstance(found, Tried)
    assert [(each.value, each.at) for each in found.alerts] == [(7, tuesday.at)]
    assert (found.first_at, found.updates) == (tuesday.at, 1)
    missing = await Bench().try_out(trying(tmp_path / "nothing.db"))
    assert isinstance(missing, NotTried)
    assert "no such store" in missing.why


async def test_files_that_a_reload_brings_can_be_edited(tmp_path: Path) -> None:
    """The pages ask the service where its rules are by now, and which channels there are."""
    async with open_house(tmp_path) as house:
        (tmp_path / "more.yaml").write_text(RULE, encoding="utf-8")
        more = str(tmp_path / "more.yaml")
        assert (await house.get("/api/v1/editor", params={"file": more})).status_code == 404
        house.service.note_patterns(("rules/*.yaml", "more.yaml"))
        loaded = await house.json("/editor", params={"file": more})
        assert loaded["files"] == [str(tmp_path / "rules" / "rules.yaml"), more]
        text = RULE.replace("when", "notify: [phone], when")
        body = {"file": more, "text": text, "digest": loaded["digest"]}
        assert "phone" in (await house.post("/editor/check", body)).json()["problems"][0]["what"]
        channels = dict(house.service.plan.channels)
        house.service.deliver_anew({**channels, "phone": channels["desk"]}, ())
        assert (await house.post("/editor/check", body)).json()["problems"] == []
