"""The plug point: what of ours is measured. Nothing else in this package knows the product.

`run_ours` delivers a workload; `readers` are functions that read spool data. A figure that is not
here yet is shown as not measured.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.peers import Address
from bench.workloads import Workload


class NotMeasured(Exception):
    """There is nothing of ours to measure for a row; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of ours gave: mails per second, target charset, event loop."""

    rate: float
    charset: str
    loop: str


def run_ours(workload: Workload, spool_file: bytes, target: Address) -> Run:
    """Deliver `spool_file` (FB 80, IBM-1047) to `target` over ten connections.

    The clock runs from a filled spool to the last mail's durable checkpoint; filling the spool is
    not counted. Called on the client's core. Raises `NotMeasured`.
    """
    raise NotMeasured("delivery is not wired to the benchmark yet")


def readers() -> Mapping[str, Callable[[bytes], object]]:
    """What reads spool data, by row name: FB80 and VB.

    Each frames, strips, translates and finds commands. It is called with the whole buffer of W1:
    FB 80 records side by side, or V records behind their RDW.
    """
    return {}
