"""Mails delivered per second, beside `smtp-source`, both to `smtp-sink`, and how often the durable
checkpoint of W1 was brought to disk (blueprint §5)."""

from collections.abc import Iterator

from bench.figures import Row, median
from bench.ours import Run, run_ours
from bench.peers import cores, pinned, sink, source_rate
from bench.workloads import WORKLOADS, Workload, spool_file

CHECKPOINTED = "W1"
SYNCS_MUST, SYNCS_AIM = 10, 3  # per 1,000 mails


def delivery_rows(rounds: int, wanted: frozenset[str]) -> list[Row]:
    """A row for each workload that is wanted. Raises `BenchError`."""
    return [
        row for workload in WORKLOADS if workload.name in wanted for row in _rows(workload, rounds)
    ]


def _rows(workload: Workload, rounds: int) -> Iterator[Row]:
    """Ours and the reference take turns, each with a fresh sink."""
    reference: list[float] = []
    ours: list[Run] = []
    data = spool_file(workload)
    for _ in range(rounds):
        with sink() as target:
            reference.append(source_rate(workload, target))
        with sink() as target, pinned(cores()[1]):
            ours.append(run_ours(workload, data, target))
    yield Row(
        name=workload.name,
        unit="mails/s",
        reference=median(reference),
        must=workload.must,
        aim=workload.aim,
        ours=median(run.rate for run in ours),
        charset=ours[0].charset,
        loop=ours[0].loop,
    )
    if workload.name == CHECKPOINTED:
        syncs = median(run.syncs for run in ours)
        yield Row(
            name=f"{workload.name} checkpoint",
            unit="mails/sync",
            reference=1,
            must=1000 / SYNCS_MUST,
            aim=round(1000 / SYNCS_AIM),
            ours=workload.mails / syncs,
            loop=ours[0].loop,
            note=f"{1000 * syncs / workload.mails:.1f} syncs per 1,000 mails, of at most"
            f" {SYNCS_MUST}; aim {SYNCS_AIM}",
        )
