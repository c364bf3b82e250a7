"""How fast records are read, beside one `bytes.translate` over the same buffer (blueprint §5)."""

import time
from collections.abc import Callable

from bench.figures import Row, median
from bench.ours import readers
from bench.workloads import PAGE, WORKLOADS, spool_file, variable_file

READERS = {"FB80": (0.25, 0.5, spool_file), "VB": (0.15, 0.3, variable_file)}
TABLE = bytes(range(256)).decode(PAGE).encode("latin-1")


def reader_rows(rounds: int, wanted: frozenset[str]) -> list[Row]:
    """A row for each reader; without one of ours, the reference alone."""
    ours = readers()
    rows = []
    for name, (must, aim, make) in READERS.items():
        if name not in wanted:
            continue
        buffer = make(WORKLOADS[0])
        reference = median([rate(translated, buffer) for _ in range(rounds)])
        read = ours.get(name)
        row = Row(name=f"read {name}", unit="MB/s", reference=reference, must=must, aim=aim)
        if read is None:
            row.note = "the reader is not wired to the benchmark yet"
        else:
            row.ours = median([rate(read, buffer) for _ in range(rounds)])
            row.charset, row.loop = "IBM-1047", "none"
        rows.append(row)
    return rows


def translated(buffer: bytes) -> bytes:
    """The reference."""
    return buffer.translate(TABLE)


def rate(read: Callable[[bytes], object], buffer: bytes) -> float:
    """MB of `buffer` per second in one call."""
    began = time.perf_counter()
    read(buffer)
    return len(buffer) / 1e6 / (time.perf_counter() - began)
