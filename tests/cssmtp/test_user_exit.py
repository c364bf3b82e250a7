"""What a user exit is asked, and when its process ends; without one (cssmtp-operations.md 7)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from cssmtp.choices import DEFAULT
from cssmtp.codes import SingleByte
from cssmtp.config.statements import UserExit
from cssmtp.exitcalls import Action
from cssmtp.headers import HeaderMaker, Stamps
from cssmtp.lines import LineReader
from cssmtp.rules import Rules
from cssmtp.spoolmail import SpoolMailParser
from cssmtp.userexit import Asked, UserExits, Verdicts, exit_for
from jes.records import Recfm
from tests.builders import CODE, LIMITS, blocks_of, ebcdic
from tests.cssmtp.fake_spool import a_spool_file
from tests.cssmtp.test_rehearsal import CONFIG, NOW

VB = Recfm("VB")
RULES = Rules(
    CONFIG, SingleByte(CODE, DEFAULT), LIMITS, HeaderMaker("h", "C", Stamps(lambda: NOW)), b""
)


class Deaf:
    """An exit that accepts everything."""

    def __init__(self, log: list[str], asked: list[Asked]) -> None:
        self._log, self._asked = log, asked
        log.append("begun")

    async def ask(
        self, version: int, job: tuple[str, str, str] | None, calls: Sequence[Asked]
    ) -> Verdicts:
        """Nothing but 0."""
        self._log.append(f"asked {version}")
        self._asked += calls
        return Verdicts()

    async def close(self) -> None:
        """Noted."""
        self._log.append("closed")


def judged(parts: Sequence[tuple[UserExit, Sequence[str]]]) -> tuple[list[str], list[Asked]]:
    """A file in parts, under a version each: what its exits went through, and were asked."""
    log: list[str] = []
    asked: list[Asked] = []
    exits = UserExits(job="C", start=lambda: Deaf(log, asked), tell=log.append)

    async def run() -> None:
        exits.set_exit_level(parts[0][0])
        parser, first = SpoolMailParser(CODE, LIMITS, DEFAULT), 1
        async with exit_for(exits, a_spool_file(), RULES) as found:
            assert found is not None
            found.listen(parser)
            for level, lines in parts:
                exits.set_exit_level(level)
                (cut,) = blocks_of([ebcdic(line) for line in lines], VB, 200)
                block = replace(cut, first=first)
                reader = LineReader(VB, 200, CODE)
                await found.judged(parser.feed(reader.lines(block)))
                first = block.next
        await exits.close()

    asyncio.run(run())
    return log, asked


GOOD = ["HELO A", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "", "x", "."]


def test_what_is_refused_anyway_is_not_asked_about() -> None:
    """Unknown commands, and those out of sequence (7.2)."""
    lines = ["DATA", "HELO A", "NONSENSE", "RCPT TO:<c@d.example>", "DATA", *GOOD[1:]]
    _, asked = judged([(UserExit.VERSION3, lines)])
    assert [action for action, _ in asked] == [
        Action.FILE, Action.HELO, Action.MAIL, Action.RCPT, Action.DATA, Action.RECORD, Action.END,
    ]  # fmt: skip


def test_an_exit_of_another_version_takes_over_in_the_middle_of_a_file() -> None:
    """The one before it has its termination call."""
    parts = [(UserExit.VERSION3, GOOD), (UserExit.VERSION4, GOOD[1:])]
    log, _ = judged(parts)
    assert log == ["begun", "asked 3", "closed", "begun", "asked 4", "closed"]


def test_an_exit_is_used_again_for_the_same_version() -> None:
    log, _ = judged([(UserExit.VERSION3, GOOD), (UserExit.VERSION3, GOOD[1:])])
    assert log == ["begun", "asked 3", "asked 3", "closed"]
