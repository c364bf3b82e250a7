"""Mails delivered per second, beside `smtp-source`, both to `smtp-sink` (blueprint §5)."""

from bench.figures import Row, median
from bench.ours import Run, run_ours
from bench.peers import cores, pinned, sink, source_rate
from bench.workloads import WORKLOADS, Workload, spool_file


def delivery_rows(rounds: int, wanted: frozenset[str]) -> list[Row]:
    """A row for each workload that is wanted. Raises `BenchError`."""
    return [_row(workload, rounds) for workload in WORKLOADS if workload.name in wanted]


def _row(workload: Workload, rounds: int) -> Row:
    """Ours and the reference take turns, each with a fresh sink."""
    reference: list[float] = []
    ours: list[Run] = []
    data = spool_file(workload)
    for _ in range(rounds):
        with sink() as target:
            reference.append(source_rate(workload, target))
        with sink() as target, pinned(cores()[1]):
            ours.append(run_ours(workload, data, target))
    return Row(
        name=workload.name,
        unit="mails/s",
        reference=median(reference),
        must=workload.must,
        aim=workload.aim,
        ours=median(run.rate for run in ours),
        charset=ours[0].charset,
        loop=ours[0].loop,
    )
