"""Points that IBM's pages leave open, each a named setting with the recommended default.

The names are those of spool-mail.md 14, plus our own of blueprint §8; the page of departures
(`docs/reference/departures.md`) lists them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choices:
    """How this CSSMTP behaves where the manuals are silent."""

    pipelining: bool = True  # off: one command, one reply (RFC 5321), as IBM's pages imply
    leading_blanks_ignored: bool = False  # before a verb; spool-mail.md 2.2
    lf_is_separator: bool = True  # X'25' inside a command; with APAR PH24561


DEFAULT = Choices()
