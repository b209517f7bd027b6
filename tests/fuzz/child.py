"""The process that fuzzes one target: `python -m tests.fuzz.child NAME FOLDER SECONDS SEED`."""

import sys
from pathlib import Path

import atheris  # type: ignore[import-untyped] # it has no annotations

LONGEST = 16_384
SLOWEST = 10


def main(name: str, folder: str, seconds: str, seed: str) -> None:
    # What is instrumented has to be imported under this: so nothing of flowalert is imported above.
    with atheris.instrument_imports(include=["flowalert"], enable_loader_override=False):
        from tests.fuzz.catalogue import load  # noqa: PLC0415 - see above

        target = load(name)
    from tests.fuzz.limit import limit_memory  # noqa: PLC0415 - after what it is to leave out

    corpus = Path(folder) / "corpus"
    corpus.mkdir()
    for number, each in enumerate(target.seeds):
        target.run(each)
        (corpus / f"seed-{number}").write_bytes(each)
    arguments = [
        sys.argv[0],
        f"-artifact_prefix={folder}/found-",
        f"-max_total_time={max(1, round(float(seconds)))}",
        f"-max_len={LONGEST}",
        f"-timeout={SLOWEST}",
        f"-seed={seed}",
        "-rss_limit_mb=0",
        "-print_final_stats=0",
        str(corpus),
    ]
    atheris.Setup(arguments, target.run)
    limit_memory()
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
