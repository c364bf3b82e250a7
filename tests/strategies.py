"""Hypothesis strategies: spool files as hostile as they come (spool-mail.md 2-7)."""

from dataclasses import dataclass

from hypothesis import strategies as st

from cssmtp.choices import (
    AfterQuit,
    BareCrlf,
    BlankAfterColon,
    CarriageControl,
    Choices,
    GraphicRule,
    LeadingBlanks,
    MailParameters,
    MissingDot,
    SyntaxErrorLimit,
)
from cssmtp.spoolmail import Limits
from tests.builders import CODE, ebcdic

RECFMS = ("F", "FB", "FBA", "FBM", "V", "VB", "VBA", "VBM", "U")
COMMANDS = (
    "HELO PLEX1", "EHLO PLEX1", "HELO", "helo a b", "STARTTLS", "MAIL FROM:<a@b.example>",
    "mail from: <x@y.example>", "MAIL FROM:<>", "MAIL FROM:<a@b.example> SIZE=5", "MAIL FROM:a@b",
    "RCPT TO:<c@d.example>", "rcpt to :<e@f.example>", "RCPT TO:<nobody>", "RCPT TO:<c@d.example",
    "RCPT TO:<§x@d.example>", "RCPT TO:<a b@c>", 'RCPT TO:<"q \\" r"@c>', "RCPT TO:", "RCPT",
    "RCPT TO:<@r.example:u@d.example>", "DATA", "data", "DATA NOW", "RSET", "QUIT", "NOOP",
    "VERB ON", " HELO PLEX1", "DATA␊", "DATA␀␀", "HELO␀PLEX1", "RCPT TO:<a@b>¶RCPT TO:<c@d>",
    "", " ", "␀␀␀", "MAIL FROM:<ü@b.example>", "HELO " + "h" * 300, "RCPT TO:<" + "l" * 65 + "@c>",
)  # fmt: skip
TEXT = (
    ".", "..", "...", ".X", "..X", ".¶", "¶.", "a¶.¶b", "¶", "a¶b", "Subject: s", "Date: today",
    "message-id: <m@x>", "From: §a", "Subject: § s", " folded §", "\tfolded", "", "  ", "--", "-- ",
    "text with § and ü", "MAIL FROM:<in@text.example>", "␍␊.␍␊", ".␍", "␊.␊", "a␊.", "␀", "\x03",
    "not a field", "x" * 998, "y" * 999, "z" * 500 + "¶" + "z" * 600, "A: b¶C: d", "A: b¶¶body",
    "." + " " * 30, "body    " + "12345678", "tr><td>x", "\xff\x9f",
)  # fmt: skip
_START = ("HELO PLEX1", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA")


def _joined(line: bytes) -> bytes:
    """The line filled to 80 bytes with a joining byte at its end."""
    return line[:79].ljust(79, b"\x40") + (b"\x4c" if len(line) % 2 else b"\x15")


def records() -> st.SearchStrategy[list[bytes]]:
    """Records of a file: commands and text in any order, joined, padded, damaged."""
    known = st.sampled_from([ebcdic(line) for line in (*COMMANDS, *TEXT)])
    one = st.one_of(
        known,
        known,
        known,
        known.map(_joined),
        known.map(lambda r: r.ljust(80, b"\x40")),
        st.binary(max_size=90),
    )
    start = st.sampled_from([[], [ebcdic(line) for line in _START]])
    text = st.lists(st.one_of(st.sampled_from([ebcdic(line) for line in TEXT]), one), max_size=12)
    part = st.tuples(start, text, st.sampled_from([[], [ebcdic(".")]])).map(
        lambda parts: [*parts[0], *parts[1], *parts[2]]
    )
    return st.lists(part, min_size=1, max_size=3).map(
        lambda parts: [record for each in parts for record in each]
    )


def choices() -> st.SearchStrategy[Choices]:
    """Every setting at any of its values, the defaults more often."""
    return st.one_of(
        st.just(Choices()),
        st.builds(
            Choices,
            mail_from_params=st.sampled_from(MailParameters),
            lf_is_separator=st.booleans(),
            leading_blanks=st.sampled_from(LeadingBlanks),
            blank_after_colon=st.sampled_from(BlankAfterColon),
            syntax_error_limit=st.sampled_from(SyntaxErrorLimit),
            graphic_rule=st.sampled_from(GraphicRule),
            bare_crlf=st.sampled_from(BareCrlf),
            join_rule=st.booleans(),
            missing_dot=st.sampled_from(MissingDot),
            after_quit=st.sampled_from(AfterQuit),
            carriage_control=st.sampled_from(CarriageControl),
        ),
    )


def limits() -> st.SearchStrategy[Limits]:
    """Configurations: error limits, NullTrnc, DataLineTrunc, AtSign."""
    return st.builds(
        Limits,
        syntax_errors=st.sampled_from((5, 0, 0, 1, 2)),
        mail_size=st.sampled_from((0, 0, 1000)),
        null_trnc=st.booleans(),
        data_line_trunc=st.booleans(),
        at_sign=st.sampled_from((b"", CODE.byte_of("§"))),
        replace_subject_at_sign=st.booleans(),
    )


@dataclass(frozen=True, slots=True)
class File:
    """A spool file: its records as they are on the spool, and where its blocks are cut."""

    recfm: str
    lrecl: int
    records: list[bytes]
    cuts: list[int]


@st.composite
def files(draw: st.DrawFn) -> File:
    """A spool file of any record format."""
    recfm = draw(st.sampled_from(RECFMS))
    content = draw(records())
    if recfm[-1] in "AM":
        controls = draw(st.lists(st.sampled_from(b"\x40\xf0\xf1\x4e\x60\x09"), min_size=1))
        content = [bytes([controls[i % len(controls)]]) + r for i, r in enumerate(content)]
    if recfm[0] == "F":
        width = draw(st.sampled_from((80, 80, 81, 133, 1, 1100)))
        content = [record[:width].ljust(width, b"\x40") for record in content]
    else:
        width = draw(st.sampled_from((84, 255, 1004, 1504, 1504)))
        content = [record[: width - 4] for record in content]
    cuts = draw(st.lists(st.integers(1, 9), max_size=8))
    return File(recfm, width, content, cuts)
