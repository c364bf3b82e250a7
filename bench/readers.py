"""How fast records are read, beside one `bytes.translate` over the same buffer (blueprint §5)."""

import time
from collections.abc import Callable
from dataclasses import replace

from bench.figures import Row, median
from bench.ours import readers
from bench.workloads import PAGE, WORKLOADS, spool_file, variable_file

# Mails of 1 KiB show what finding mails costs, mails of 100 KiB what reading records costs.
SMALL, LARGE = WORKLOADS[0], replace(WORKLOADS[1], mails=200)
READERS = {
    "FB80": ("FB80", SMALL, 0.25, 0.5, spool_file),
    "VB": ("VB", SMALL, 0.15, 0.3, variable_file),
    "FB80L": ("FB80", LARGE, 0.25, 0.5, spool_file),
    "VBL": ("VB", LARGE, 0.15, 0.3, variable_file),
}
TABLE = bytes(range(256)).decode(PAGE).encode("latin-1")


def reader_rows(rounds: int, wanted: frozenset[str]) -> list[Row]:
    """A row for each reader; ours and the reference take turns."""
    ours = readers()
    rows = []
    for name, (reader, workload, must, aim, make) in READERS.items():
        if name not in wanted:
            continue
        buffer, read = make(workload), ours[reader]
        read(buffer)  # once untimed: V records are cut into blocks, as they lie on a spool
        turns = [(rate(translated, buffer), rate(read, buffer)) for _ in range(rounds)]
        rows.append(
            Row(
                name=f"read {reader}, mails of {workload.body // 1024} KiB",
                unit="MB/s",
                reference=median(reference for reference, _ in turns),
                must=must,
                aim=aim,
                ours=median(found for _, found in turns),
                charset="IBM-1047",
                loop="none",
            )
        )
    return rows


def translated(buffer: bytes) -> bytes:
    """The reference."""
    return buffer.translate(TABLE)


def rate(read: Callable[[bytes], object], buffer: bytes) -> float:
    """MB of `buffer` per second of this process's own time in one call."""
    began = time.process_time()
    read(buffer)
    return len(buffer) / 1e6 / (time.process_time() - began)
