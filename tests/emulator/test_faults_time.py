"""Faults that take time, on a clock that jumps: delays, slow lines, greylisting."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from emulator.sandbox.fault_files import load
from emulator.sandbox.faults import Rule
from emulator.sandbox.misbehave import Throttle
from emulator.sandbox.mta import Sandbox, SandboxSettings
from tests.emulator.jumping_loop import JumpingLoop
from tests.emulator.misbehaving import LONG, SAMPLES, USUAL, WHOLE, misbehaving, rules
from tests.emulator.sandbox_client import ENVELOPE, GREETING, LOOPS, codes, converse


def jumping(
    faults: tuple[Rule, ...], test: Callable[[Sandbox], Awaitable[None]], idle: float = 300
) -> float:
    """Run `test` in a loop whose time jumps; how much time went by."""

    async def work() -> float:
        loop = asyncio.get_running_loop()
        async with Sandbox(SandboxSettings(faults=faults, idle_seconds=idle)) as sandbox:
            begin = loop.time()
            await test(sandbox)
            return loop.time() - begin

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(work())


async def usual(sandbox: Sandbox) -> None:
    assert codes(await converse(sandbox.addresses[0], WHOLE)) == USUAL
    assert sandbox.count == 1


@pytest.mark.parametrize("point", ["connect", "ehlo", "rcpt", "text", "period", "reply, to: data"])
def test_a_delay_takes_its_time_and_the_mail_arrives(point: str) -> None:
    """Longer than an idle connection may live."""
    assert jumping(rules(f"- {{when: {{point: {point}}}, do: {{delay: 900}}}}"), usual) == 900


def test_delays_of_several_rules_add_up() -> None:
    text = "- {when: {point: mail}, do: {delay: 10}}\n- {when: {sender: a@*}, do: {delay: 5}}\n"
    assert jumping(rules(text), usual) == 15


def test_a_reply_at_ten_bytes_a_second() -> None:
    reply = "250 " + "x" * 94  # 100 bytes with its line end
    text = f'- {{when: {{point: mail}}, do: {{slow: 10, reply: "{reply}"}}}}'
    assert jumping(rules(text), usual) == pytest.approx(10)


class Wire:
    """A transport that says whether it is being read from."""

    reading = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str) -> None:
        return None


def test_what_is_read_slowly_comes_in_time_and_the_client_waits_meanwhile() -> None:
    async def work() -> None:
        loop, wire = asyncio.get_running_loop(), Wire()
        arrived: list[tuple[float, int]] = []
        throttle = Throttle(wire, lambda data: arrived.append((loop.time(), len(data))), 1000)
        throttle.take(b"x" * 250)
        assert not wire.reading
        await asyncio.sleep(0.35)
        assert wire.reading
        throttle.take(b"y" * 5000)
        await asyncio.sleep(0.15)
        throttle.end()
        assert wire.reading
        assert [(round(when, 3), size) for when, size in arrived] == [
            (0.1, 100), (0.2, 100), (0.3, 50), (0.45, 100), (0.5, 4900),
        ]  # fmt: skip

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(work())


@pytest.mark.parametrize("loop", LOOPS)
def test_a_text_that_is_read_slowly_arrives_whole(loop: str) -> None:
    async def test(sandbox: Sandbox) -> None:
        begin = asyncio.get_running_loop().time()
        reader, writer = await asyncio.open_connection(*sandbox.addresses[0])
        writer.write(GREETING + ENVELOPE)
        await reader.readuntil(b"354 End data with <CR><LF>.<CR><LF>\r\n")
        writer.write(LONG * 3000 + b".\r\nQUIT\r\n")
        assert codes(await reader.read()) == ["250", "221"]
        writer.close()
        assert sandbox.mails[0].content == LONG * 3000
        assert asyncio.get_running_loop().time() - begin > 0.1

    misbehaving(rules("- do: {slow: 2M}"), test, loop)


def test_greylisting_lets_the_mail_in_after_its_time() -> None:
    async def test(sandbox: Sandbox) -> None:
        for pause, code in ((0, "451"), (299, "451"), (2, "250")):
            await asyncio.sleep(pause)
            answer = await converse(sandbox.addresses[0], GREETING + ENVELOPE)
            assert codes(answer)[3] == code

    jumping(load(SAMPLES / "greylisting.yaml"), test)
