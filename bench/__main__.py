"""`python -m bench`: measure and print; with --strict fail when a must is missed."""

import argparse
import sys
from collections.abc import Iterable

from bench import codepages, memory, network, spool, terminal
from bench.delivery import delivery_rows
from bench.figures import document, missed, table
from bench.peers import BenchError, cores, program
from bench.readers import READERS, reader_rows
from bench.workloads import WORKLOADS

NAMES = [workload.name for workload in WORKLOADS] + [*network.NAMES, *READERS]


def main() -> int:
    """0; 1 when --strict and a must is missed; 2 when the benchmark cannot be run."""
    options = _parser().parse_args()
    if options.codepages:
        for name, figure in codepages.rows():
            print(f"{name:<40} {figure:8,.0f} MB/s")
        return 0
    wanted = frozenset(options.row or NAMES)
    if options.memory:
        return _memory(strict=options.strict)
    if options.spool or options.terminal:
        return _figures(spool.rows() if options.spool else terminal.rows(), strict=options.strict)
    try:
        program("smtp-sink")
        program("smtp-source")
        rows = delivery_rows(options.rounds, wanted)
        rows += network.network_rows(options.rounds, wanted)
        rows += reader_rows(options.rounds, wanted)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(document(rows, options.rounds))
    else:
        print(table(rows))
        pinning = "one core each" if cores()[0] is not None else "not pinned"
        print(f"median of {options.rounds}; client and sink: {pinning}; loopback")
    return 1 if options.strict and missed(rows) else 0


def _memory(*, strict: bool) -> int:
    missed_one = False
    for one in memory.rows():
        bound = (
            "" if one.must is None else f"  must {one.must:.0f}, aim {one.aim:.0f}: {one.verdict}"
        )
        print(f"{one.name:<38} {one.peak:6,.0f} MB {one.seconds:8.2f} s{bound}", flush=True)
        missed_one = missed_one or one.verdict == "missed"
    return int(strict and missed_one)


def _figures(rows: Iterable[spool.Figure], *, strict: bool) -> int:
    missed_one = False
    for row in rows:
        bound = "" if row.must is None else f"{row.must:8,.0f}  {row.verdict}"
        print(f"{row.name:<62} {row.value:10,.2f} {row.unit:<5}{bound}", flush=True)
        missed_one = missed_one or row.verdict == "missed"
    return int(strict and missed_one)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("row", nargs="*", type=_row, help=f"of {' '.join(NAMES)}; default all")
    parser.add_argument("--rounds", type=_rounds, default=3, help="the median of so many (3)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--codepages", action="store_true", help="the code pages instead")
    parser.add_argument("--memory", action="store_true", help="memory and time of commands")
    parser.add_argument("--spool", action="store_true", help="a million groups, a gibibyte of data")
    parser.add_argument("--terminal", action="store_true", help="the UI over a million groups")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a must is missed")
    return parser


def _row(text: str) -> str:
    if text not in NAMES:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {' '.join(NAMES)}")
    return text


def _rounds(text: str) -> int:
    rounds = int(text)
    if not 1 <= rounds <= 99:
        raise argparse.ArgumentTypeError("1 to 99")
    return rounds


if __name__ == "__main__":
    sys.exit(main())
