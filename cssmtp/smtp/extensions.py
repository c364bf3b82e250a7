"""What a target said it can do, in its answer to EHLO (RFC 5321 4.1.1.1, RFC 1870, RFC 2920)."""

from dataclasses import dataclass

from cssmtp.smtp.replies import Reply

_DIGITS = 18  # a longer SIZE is no limit that a mail could reach


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`esmtp` is False for a target that only knows HELO.

    `size` is the largest mail in bytes, 0 when SIZE came without a limit, None when it is absent.
    """

    esmtp: bool = False
    pipelining: bool = False
    starttls: bool = False
    eight_bit: bool = False
    size: int | None = None


def capabilities(reply: Reply) -> Capabilities:
    """From the lines behind the first one; odd spacing and the old `AUTH=` form do no harm."""
    words = [line.replace("=", " ").upper().split() for line in reply.lines[1:]]
    known = {word[0]: word[1:] for word in words if word}
    size = known.get("SIZE")
    return Capabilities(
        esmtp=True,
        pipelining="PIPELINING" in known,
        starttls="STARTTLS" in known,
        eight_bit="8BITMIME" in known,
        size=None if size is None else _number(size),
    )


def _number(words: list[str]) -> int:
    """The limit; 0, which is none, for what is no number or beyond every mail."""
    digits = words[0] if words else ""
    usable = digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS
    return int(digits) if usable else 0
