"""`python -m tests.fuzz`: fuzzes every target for a time, guided by what of flowalert each input reaches.

Each target runs in a process of its own that may grow by no more than 200 MB, and no input may take ten seconds. What
is found is printed with the input, in base64; `--target NAME --input FILE` runs one input again.
"""

import argparse
import base64
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.catalogue import NAMES, load


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long in all (60)")
    parser.add_argument("--target", action="append", choices=NAMES, help="fuzz this one alone; may be repeated")
    parser.add_argument("--seed", type=int, default=1, help="of the fuzzer's chance (1); 0 is another one each time")
    parser.add_argument("--input", type=Path, help="run the target over this file once, and fuzz nothing")
    arguments = parser.parse_args()
    names = arguments.target or list(NAMES)
    if arguments.input:
        for name in names:
            load(name).run(arguments.input.read_bytes())
        return 0
    workers = min(os.cpu_count() or 1, len(names))
    each = arguments.seconds * workers / len(names)
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(lambda name: _fuzz(name, each, arguments.seed), names))
    return int(any(found))


def _fuzz(name: str, seconds: float, seed: int) -> bool:
    """Fuzz one target, and tell whether anything was found."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="flowalert-fuzz-") as folder:
        command = [sys.executable, "-m", "tests.fuzz.child", name, folder, f"{seconds:g}", str(seed)]
        child = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        inputs = sorted(Path(folder).glob("found-*"))
        runs = next((line for line in child.stderr.splitlines() if line.startswith("Done ")), "")
        print(f"{name:12} {runs.lower() or 'FAILED'} ({time.monotonic() - began:.0f} s)", flush=True)
        if child.returncode == 0:
            return False
        print(child.stdout[-8_000:], child.stderr[-8_000:], sep="\n")
        for each in inputs:
            print(
                f"{name} fails over this input, in base64:\n{base64.b64encode(each.read_bytes()).decode()}", flush=True
            )
        return True


if __name__ == "__main__":
    raise SystemExit(main())
