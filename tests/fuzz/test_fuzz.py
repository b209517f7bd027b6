"""Whatever comes from outside is read, or refused in words: no reader crashes, hangs or fills the memory."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.fuzz.catalogue import NAMES, load
from tests.fuzz.target import Target

ROOT = Path(__file__).parents[2]


@st.composite
def bent(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed with bytes taken out, put in and flipped, or any bytes."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 9))] = draw(st.binary(max_size=9) | st.sampled_from(_PIECES))
    return bytes(data)


_PIECES = [
    b"1e999", b"9" * 400, b"NaN", b"[" * 50, b'{"a":' * 50, b"\0", b"\xff", b"\xed\xa0\x80", "\u202e".encode(),
    b"\\u0000", b"\\ud800", b"&a ", b"*a", b"<<: ", b"{{", b"}}", b"${", b"\n", b"\x1e", b'"', b"'", b"!!", b"- ",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_input_is_taken(name: str) -> None:
    """Good input that was bent, and any bytes at all, end in a value or in the reader's own refusal."""
    target: Target = load(name)

    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(data=bent(list(target.seeds)) | st.binary(max_size=300))
    def take(data: bytes) -> None:
        target.run(data)

    take()


@pytest.mark.parametrize("name", NAMES)
def test_no_bomb_goes_off(name: str) -> None:
    """What is made to hang a reader or to fill the memory does neither: ten seconds of a processor, 200 MB."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.detonation", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-4_000:]


def test_the_limits_are_kept() -> None:
    """A reader that takes more memory or time than it may is found out, or the tests above would tell nothing."""
    script = (
        "from tests.fuzz.detonation import set_off\n"
        "def grow(data): return bytearray(300_000_000)\n"
        "def hang(data):\n"
        "    while True: pass\n"
        "print(set_off(grow, b'') != 0, set_off(hang, b'', seconds=1) != 0, set_off(len, b'') == 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3


def test_the_fuzzer_finds_what_is_there() -> None:
    """A short run over the quickest target ends by itself and says how many inputs it took."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--seconds", "1", "--target", "answer"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "answer" in done.stdout
    assert "runs" in done.stdout
