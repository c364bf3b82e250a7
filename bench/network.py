"""W1 inside TLS and W1 to a target that is far away, each beside W1 to the same sink (`bench.sink`)
in clear and without delay. Ours and the reference are both CSSMTP here.

Inside TLS without a second EHLO no extension is known, so mails go in lock step; W1tlsehlo says
EHLO again (`TLSEhlo Yes`) and uses PIPELINING.
"""

import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from bench.figures import Row, median
from bench.ours import CONNECTIONS, Run, run_ours
from bench.peers import STOP_SECONDS, Address, cores, pinned
from bench.workloads import WORKLOADS, spool_file
from cssmtp.smtp.wire import Policy

DELAY = 0.020  # seconds on the way to the target
FAR_CONNECTIONS = 500  # ConnectLimit: a connection carries one mail each 20 ms
NAMES = ("W1tls", "W1tlsehlo", "W1delay")


def network_rows(rounds: int, wanted: frozenset[str]) -> list[Row]:
    """A row for each name that is wanted; both sides take turns."""
    with tempfile.TemporaryDirectory() as folder:
        authority = trustme.CA()
        pem = Path(folder) / "sink.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority.configure_trust(context)
        found = []
        for name, tls_ehlo in (("W1tls", False), ("W1tlsehlo", True)):
            if name in wanted:
                found.append(_tls(name, pem, context, rounds, tls_ehlo=tls_ehlo))
        if "W1delay" in wanted:
            found.append(_delay(pem, rounds))
        return found


def _tls(name: str, pem: Path, context: ssl.SSLContext, rounds: int, *, tls_ehlo: bool) -> Row:
    turns = [(_run(pem), _run(pem, context=context, tls_ehlo=tls_ehlo)) for _ in range(rounds)]
    return _row(name, turns, None)


def _delay(pem: Path, rounds: int) -> Row:
    turns = [
        (_run(pem, connections=FAR_CONNECTIONS),
         _run(pem, connections=FAR_CONNECTIONS, delay=DELAY))
        for _ in range(rounds)
    ]  # fmt: skip
    return _row("W1delay", turns, 0.8)


def _row(name: str, turns: list[tuple[Run, Run]], must: float | None) -> Row:
    return Row(
        name=name,
        unit="mails/s",
        reference=median(reference.rate for reference, _ in turns),
        must=must,
        aim=must,
        ours=median(ours.rate for _, ours in turns),
        charset=turns[0][0].charset,
        loop=turns[0][0].loop,
        note="the reference is CSSMTP itself, in clear and without delay",
    )


def _run(
    pem: Path,
    *,
    connections: int = CONNECTIONS,
    delay: float = 0.0,
    context: ssl.SSLContext | None = None,
    tls_ehlo: bool = False,
) -> Run:
    workload = WORKLOADS[0]
    data = spool_file(workload)
    policy = None if context is None else Policy("127.0.0.1", context)
    with _sink(pem, delay) as target, pinned(cores()[1]):
        return run_ours(
            workload, data, target, connections=connections, policy=policy, tls_ehlo=tls_ehlo
        )


@contextmanager
def _sink(pem: Path, delay: float) -> Iterator[Address]:
    command = [sys.executable, "-m", "bench.sink", str(pem), str(delay)]
    with pinned(cores()[0]):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield "127.0.0.1", int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        assert process.stdout is not None
        process.stdout.close()
