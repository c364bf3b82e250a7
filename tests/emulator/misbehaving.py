"""A sandbox that misbehaves, for tests of faults."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from emulator.sandbox.fault_parser import parse
from emulator.sandbox.faults import Rule
from emulator.sandbox.mta import Sandbox, SandboxSettings
from tests.emulator.sandbox_client import ENVELOPE, GREETING, run

SAMPLES = Path(__file__).parents[2] / "samples" / "faults"
TEXT = b"hello\r\n.\r\n"
WHOLE = GREETING + ENVELOPE + TEXT + b"QUIT\r\n"
USUAL = ["220", "250", "250", "250", "354", "250", "221"]
LONG = b"x" * 70 + b"\r\n"


def rules(text: str) -> tuple[Rule, ...]:
    found, findings = parse(text)
    assert not findings, findings
    return found


def misbehaving(
    faults: tuple[Rule, ...], test: Callable[[Sandbox], Awaitable[None]], loop: str = "asyncio"
) -> None:
    """Run `test` against a sandbox with these faults."""

    async def work() -> None:
        async with Sandbox(SandboxSettings(faults=faults)) as sandbox:
            await test(sandbox)

    run(work(), loop)


async def until(holds: Callable[[], bool]) -> None:
    """Turn the event loop until it does."""
    while not holds():  # noqa: ASYNC110 nobody sets an event
        await asyncio.sleep(0)
