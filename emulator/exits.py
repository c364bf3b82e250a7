"""The one table of exit codes (blueprint §6)."""

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1  # a job did not run, or the command failed
    USAGE = 2  # wrong usage or configuration
    UNREACHABLE = 3  # store or target out of reach
    NOT_FOUND = 4  # a look-up found nothing
    BAD_MAIL = 5  # ran, but some mail or spool file was bad
    DIFFERENT = 6  # differences found
    TIMEOUT = 7  # time ran out with work left
    INTERRUPTED = 130


_FIRST = (
    Exit.INTERRUPTED,
    Exit.USAGE,
    Exit.UNREACHABLE,
    Exit.FAILED,
    Exit.TIMEOUT,
    Exit.BAD_MAIL,
    Exit.DIFFERENT,
)


def strongest(codes: Iterable[Exit]) -> Exit:
    """Which of several reasons decides."""
    found = set(codes)
    return next((code for code in _FIRST if code in found), Exit.OK)


class Problem(Exception):
    """What ends a command; the text is for whoever called it, one line."""

    code = Exit.FAILED


class UsageFault(Problem):
    """The command cannot do what was asked; the text says what to change. Ends with 2."""

    code = Exit.USAGE


class Unreachable(Problem):
    """A store or target that cannot be reached. Ends with 3."""

    code = Exit.UNREACHABLE


class NotFound(Problem):
    """A look-up found nothing; the text names what was looked for and what is near it. Ends with
    4."""

    code = Exit.NOT_FOUND


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """What broke a task group first."""
    first = errors.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first
