"""SUSPEND, RESUME and REFRESH on a CSSMTP that works (cssmtp-operations.md 2.2)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from cssmtp.config.statements import Header, Options, Report, ReportTo, RetryLimit, Timeout
from cssmtp.operation import Mode
from cssmtp.operator.refresh import refreshed
from cssmtp.task import Cssmtp
from tests.cssmtp.a_subject import CONFIG, FIRST, SECOND
from tests.cssmtp.fake_spool import a_target
from tests.cssmtp.sending import turn
from tests.cssmtp.test_task_targets import Bell, Spool, Watcher, a_spool, a_task
from tests.peers.model import ModelPeer

SECONDS = 20


async def until(so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(SECONDS):
        while not so():
            await turn()


async def turns() -> None:
    """Give everything that could happen the time to."""
    for _ in range(200):
        await turn()


class Working:
    """A CSSMTP with a target; `first` mails of the spool file that it has in hand are read."""

    def __init__(self, task: Cssmtp, watcher: Watcher, spool: Spool, bell: Bell) -> None:
        self.task, self.watcher, self.spool, self.bell = task, watcher, spool, bell

    @property
    def states(self) -> list[str]:
        return [str(one.state) for one in self.task.snapshot().tasks]

    def resume(self) -> None:
        self.task.operation.resume()
        self.bell.ring()


def working(
    story: Callable[[Working], Awaitable[None]], *, files: int = 1, mails: int = 1
) -> Working:
    """Tell a story of a CSSMTP; it works until nothing is left."""

    async def main() -> Working:
        async with ModelPeer() as peer:
            bell, spool = Bell(), a_spool(files, mails=mails)
            task, watcher = a_task([a_target(peer.address)], spool, bell)
            one = Working(task, watcher, spool, bell)
            running = asyncio.create_task(serve(task, bell))
            await story(one)
            task.stop()
            bell.ring()
            async with asyncio.timeout(SECONDS):
                await running
        return one

    return asyncio.run(main())


async def serve(task: Cssmtp, bell: Bell) -> None:
    """As a system does it: work, then wait for the next ring."""
    while not task.stopping:
        ring = bell.next
        await task.run_until_idle()
        if not task.stopping:
            await ring.wait()


@pytest.mark.parametrize("mode", Mode)
def test_a_suspended_cssmtp_takes_no_file_until_it_is_resumed(mode: Mode) -> None:
    async def story(one: Working) -> None:
        one.task.operation.suspend(mode)
        one.bell.ring()
        await turns()
        assert not one.watcher.works
        one.resume()
        await until(lambda: len(one.spool.done) == 2)

    working(story, files=2)


def test_delay_finishes_the_file_in_work() -> None:
    async def story(one: Working) -> None:
        await until(lambda: bool(one.watcher.works))
        one.task.operation.suspend(Mode.DELAY)
        await until(lambda: len(one.spool.done) == len(one.watcher.works))

    working(story, files=1, mails=50)


def test_immediate_stops_at_the_next_mail_and_keeps_the_file_while_queued_mail_flows() -> None:
    async def story(one: Working) -> None:
        await until(lambda: bool(one.watcher.works))
        work = one.watcher.works[0]
        await until(lambda: work.done > 0)
        one.task.operation.suspend(Mode.IMMEDIATE)
        await until(lambda: not work.on_way)
        done = work.done
        await turns()
        assert 0 < done == work.done < 1000
        assert one.states[0] == "SUSPENDED"
        assert one.task.snapshot().suspended is Mode.IMMEDIATE
        assert one.spool.done == []
        one.resume()
        await until(lambda: len(one.spool.done) == 1)
        assert work.sent == 1000

    working(story, mails=1000)


def test_a_stop_of_a_suspended_cssmtp_finishes_what_is_in_hand_and_takes_nothing_new() -> None:
    async def story(one: Working) -> None:
        await until(lambda: bool(one.watcher.works))
        one.task.operation.suspend(Mode.IMMEDIATE)
        await turns()

    one = working(story, files=9, mails=400)
    assert [work.sent for work in one.watcher.works] == [400] * len(one.watcher.works)
    assert len(one.spool.done) == len(one.watcher.works) < 9


def test_a_refresh_counts_for_files_taken_from_then_on() -> None:
    async def story(one: Working) -> None:
        config = one.task.config
        one.task.operation.suspend(Mode.IMMEDIATE)
        one.spool.ready, later = one.spool.ready[:1], one.spool.ready[1:]
        one.resume()
        await until(lambda: bool(one.watcher.works))
        one.task.configure(replace(config, header=Header(date=False), jes_syntax_err_limit=1))
        one.spool.ready += later
        one.bell.ring()
        await until(lambda: len(one.spool.done) == 2)
        first, second = one.watcher.works
        assert first.rules is not None
        assert second.rules is not None
        assert first.rules.headers.add_date
        assert not second.rules.headers.add_date
        assert second.rules.limits.syntax_errors == 1
        assert first.rules.headers.stamps is second.rules.headers.stamps, "an id would come twice"

    working(story, files=2, mails=300)


# --- which statements may change -----------------------------------------------------------------


def test_a_statement_that_cannot_change_keeps_its_value_and_is_named() -> None:
    """cssmtp-operations.md 2.2: ExtWrtName, ChkPointSizeLimit, TestMode."""
    read = replace(
        CONFIG,
        ext_wrt_name="OTHER",  # type: ignore[arg-type]
        chk_point_size_limit=70_000,
        options=Options(test_mode=True, null_trnc=True, at_sign="§"),
        log_level=255,
    )
    found = refreshed(CONFIG, read)
    assert found.kept == ("ChkPointSizeLimit", "ExtWrtName", "Options TestMode", "Options AtSign")
    assert found.changed == ("LogLevel", "Options")
    assert found.config == replace(CONFIG, log_level=255, options=Options(null_trnc=True))


def test_a_changed_order_is_a_change() -> None:
    """cssmtp-operations.md 2.2."""
    turned = replace(CONFIG, target_servers=(SECOND, FIRST))
    assert refreshed(CONFIG, turned).changed == ("TargetServer",)
    people = replace(CONFIG, mail_administrators=CONFIG.mail_administrators[::-1])
    assert refreshed(CONFIG, people).changed == ("MailAdministrator",)


@pytest.mark.parametrize(
    "change",
    [
        {"timeout": Timeout(any_cmd=30)}, {"report": Report(ReportTo.ADMIN)},
        {"retry_limit": RetryLimit(1, 1)}, {"header": Header(date=False)},
    ],
)  # fmt: skip
def test_what_may_change_does(change: dict[str, object]) -> None:
    read = replace(CONFIG, **change)  # type: ignore[arg-type]
    assert refreshed(CONFIG, read).config == read
    assert refreshed(CONFIG, CONFIG).changed == refreshed(CONFIG, CONFIG).kept == ()
