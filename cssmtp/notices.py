"""What a job's owner should know about a spool file and is no error: rules, and a closer look.

Names are those of spool-mail.md 14 where a setting decides, short ones of our own elsewhere.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable

from cssmtp.lines import Lines
from cssmtp.mail import Notice

PER_RULE = 100  # notices of one rule in one file; then a line says how many more there were
RULES = {
    "after_quit": "Records behind QUIT are not read; it has to be the last command.",
    "bare_crlf": "X'0D' or X'25' in text: a bare CR or LF is refused by many mail servers.",
    "blank-record": "A blank record outside a mail's text is skipped.",
    "blank_after_colon": "A blank beside the colon of MAIL FROM: or RCPT TO:; RFC 5321 has none.",
    "charset": "A declared charset is not the one that text above X'7F' leaves in.",
    "data-line-trunc": "A text line longer than 998 characters is cut (DataLineTrunc YES).",
    "eight-bit": "Text has bytes above X'7F'; a target without 8BITMIME may refuse or damage it.",
    "graphic_rule": "Text has bytes below X'40' that a spool file must not have; SUB is sent.",
    "incomplete": "A transaction ends before DATA: nothing is sent.",
    "joining-html": "X'4C' in column 80 inside a tag: the byte is taken as a joining byte.",
    "joining-last-record": "The last text record ends in a joining byte: a period or text is lost.",
    "leading-period": "A line begins with one period, which the next server takes away.",
    "mbcs-unbalanced": "SO and SI do not take turns in a record (MBCS Yes); it is read even so.",
    "mbcs-undefined": "Codes that the mixed page leaves undefined, and halves, leave as SUB.",
    "missing-period": "Commands stand in a mail's text: the period before them may be missing.",
    "missing_dot": "The file ends inside a mail's text: a period is supplied.",
    "overprint": "A text record has the carriage control '+': its line may stand twice.",
    "recipient-limit": "RCPT records above 2000 in a mail are ignored.",
    "sequence-numbers": "Digits in columns 73-80 look like sequence numbers.",
    "starttls-rejected": "STARTTLS was not accepted: the mails that follow do not ask for TLS.",
    "trailing-blanks": "Trailing blanks are removed, those of signature marks and soft breaks too.",
    "unmappable": "Characters that a target's Charset or MBCharset lacks leave as SUB.",
}
_NUMBERED = 80
_NO_LOSS = (b".", b"", b"\n", b"\x0b", b"\r")  # behind a first period; marks may end the line
_ENVELOPE = re.compile(rb"MAIL FROM:<", re.IGNORECASE)


def envelopes(text: list[bytes]) -> int:
    """How many of the lines begin an envelope."""
    return b"\n".join((b"", *text)).upper().count(b"\nMAIL FROM:<")


class Notices:
    """Keeps count, so that a rule that is broken everywhere does not fill the report."""

    def __init__(self, add: Callable[[Notice], None]) -> None:
        self._add = add
        self._count: Counter[str] = Counter()
        self._first_left_out: dict[str, int] = {}
        self._sequence_numbers = False

    def note(self, record: int, rule: str, text: str) -> None:
        """A notice of one of `RULES`, unless there were too many of it."""
        self._count[rule] += 1
        if self._count[rule] <= PER_RULE:
            self._add(Notice(record, rule, text))
        else:
            self._first_left_out.setdefault(rule, record)

    def finish(self) -> None:
        """Say what was left out."""
        for rule, record in self._first_left_out.items():
            self._add(Notice(record, rule, f"{self._count[rule] - PER_RULE} more of these"))

    def numbered(self, line: bytes, record: int) -> bool:
        """Whether a line carries what looks like a sequence number; said once a file."""
        if len(line) != _NUMBERED or not line[72:].isdigit():
            return False
        if not self._sequence_numbers:
            self._sequence_numbers = True
            self.note(record, "sequence-numbers", "columns 73-80 look like sequence numbers")
        return True

    def look(self, lines: Lines, ranges: Iterable[tuple[int, int]]) -> None:
        """A closer look at a block's text, the line ranges given, because `hints` say so."""
        hints = lines.hints
        swallowed, html = set(hints.swallowed), set(hints.html)
        for start, stop in ranges:
            last_number = -1
            for index, line in enumerate(lines.text[start:stop], start):
                if line[:1] in (b".", b"-", b"M", b"m"):
                    self._first_column(line, lines.record(index))
                if len(line) == _NUMBERED and line[72:].isdigit():
                    number = int(line[72:])
                    if 0 <= last_number < number:
                        self.numbered(line, lines.record(index))
                    last_number = number
                if index in swallowed:
                    text = "this text record ends in a joining byte: the period behind it is lost"
                    self.note(lines.record(index), "joining-last-record", text)
                elif index in html:
                    text = "the record ends in '<' in column 80 inside a tag: that byte is lost"
                    self.note(lines.record(index), "joining-html", text)
            self._overprints(lines, start, stop)

    def _first_column(self, line: bytes, record: int) -> None:
        if line == b"--":
            text = "the blank of a signature mark is lost"
            self.note(record, "trailing-blanks", text)
        elif line[:1] == b"." and line[1:2] not in _NO_LOSS:
            text = "the line begins with one period, which the next server takes away"
            self.note(record, "leading-period", text)
        elif _ENVELOPE.match(line):
            text = "a line of the text looks like MAIL FROM: is the period before it missing?"
            self.note(record, "missing-period", text)

    def _overprints(self, lines: Lines, start: int, stop: int) -> None:
        if lines.hints.overprints:
            first, behind = lines.record(start), lines.record(stop)
            for index in lines.hints.overprints:
                if first <= lines.first + index < behind:
                    text = "carriage control '+': the line may stand twice"
                    self.note(lines.first + index, "overprint", text)
