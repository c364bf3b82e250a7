"""The start options of CSSMTP, `S CSSMTP,OPT='-p name -f'` (cssmtp-operations.md 1.2). Pure."""

import re
from dataclasses import dataclass

from cssmtp import messages
from jes.errors import CommandRejected

_STACK = re.compile(r"[A-Z$#@][A-Z0-9$#@]{0,7}")


@dataclass(frozen=True, slots=True)
class StartOptions:
    """`stack` is the TCP/IP job name of `-p`; `cold` (`-f`) throws the checkpoint away first."""

    stack: str | None = None
    cold: bool = False


NO_OPTIONS = StartOptions()


def start_options(text: str) -> StartOptions:
    """The options of a text; nothing is none. Raises `CommandRejected` for anything else."""
    stack, cold = None, False
    words = iter(text.split())
    for word in words:
        if word.upper() == "-F":
            cold = True
        elif word.upper()[:2] == "-P":
            stack = (word[2:] or next(words, "")).upper()
            if not _STACK.fullmatch(stack):
                raise _wrong(word, "EXPECTED THE NAME OF A TCP/IP STACK BEHIND IT")
        else:
            raise _wrong(word, "EXPECTED -f OR -p name")
    return StartOptions(stack, cold)


def _wrong(word: str, reason: str) -> CommandRejected:
    return CommandRejected(messages.START_OPTION, option=word[:24], reason=reason)
