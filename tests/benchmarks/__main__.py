"""`python -m tests.benchmarks [--json] [--quick]`: what flowalert costs, measured on this machine."""

import argparse
import json
import sys

from tests.benchmarks.measurement import FULL, QUICK, measure
from tests.benchmarks.report import name_numbers, write_report


def main() -> None:
    """Measure, and print a report, or with --json one object of name: number."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one object of name: number, and nothing else")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, for CI: under a minute instead of six")
    options = parser.parse_args()
    measurement = measure(QUICK if options.quick else FULL, _tell)
    if options.json:
        print(json.dumps({"quick": int(options.quick), **name_numbers(measurement)}, indent=2))
        return
    if options.quick:
        print(
            "Quick: smaller sizes and fewer rounds, so rougher figures than the full run's, and no million of rules.\n"
        )
    print(write_report(measurement))


def _tell(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
