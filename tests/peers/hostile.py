"""Spool files that try to end a mail early and to send another one behind it.

A case is the text records of one mail. Each has a control byte, or two, in place of the line end
that a careless server might see, with periods around it, and an envelope behind (SMTP smuggling).
"""

from collections.abc import Iterable, Iterator

from jes.codepages import page

PAGE = page("IBM-1047")
PERIOD = PAGE.encode(".")
SMUGGLER, VICTIM = "evil@smuggler.example", "victim@acme.example"
CONTROLS = {
    "CR": b"\x0d",
    "LF": b"\x25",
    "NL": b"\x15",
    "CRLF": b"\x0d\x25",
    "LFCR": b"\x25\x0d",
    "CRNL": b"\x0d\x15",
    "NLCR": b"\x15\x0d",
    "NLLF": b"\x15\x25",
    "LFNL": b"\x25\x15",
    "CRCRLF": b"\x0d\x0d\x25",
    "LFCRLF": b"\x25\x0d\x25",
    "CRNUL": b"\x0d\x00",
    "NULLF": b"\x00\x25",
}
OTHERS = {  # what may be taken for a line end after a wrong translation, or by one in a terminal
    "NUL": b"\x00",
    "SUB": b"\x3f",
    "VT": b"\x0b",
    "FF": b"\x0c",
    "ASCII LF": b"\x0a",
    "ASCII SUB": b"\x1a",
}
BROKEN = b"Subject: broken"  # begins a header line that has control bytes
FILL = 900  # bytes of a record that only fills
ENVELOPE = (
    f"MAIL FROM:<{SMUGGLER}>",
    f"RCPT TO:<{VICTIM}>",
    "DATA",
    "Received: from x by y (CSSMTP z)",
    " id smuggled",
    " date",
    "Subject: smuggled",
    "",
    "gotcha",
)


def cases() -> Iterator[tuple[str, list[bytes]]]:
    """Every case: its name and the records of its text."""
    for name, control in CONTROLS.items():
        for shape, records in (*_shapes(control), *_rare_shapes(control)):
            yield f"{name} {shape}", records
    for name, control in OTHERS.items():
        for shape, records in _shapes(control):
            yield f"{name} {shape}", records


def _shapes(c: bytes) -> Iterator[tuple[str, list[bytes]]]:
    text, p = PAGE.encode("text"), PERIOD
    envelope = [PAGE.encode(line) for line in ENVELOPE]
    behind = c.join([*envelope, p, PAGE.encode("QUIT"), b""])
    yield "behind a period", [p + c, *envelope]
    yield "before a period", [c + p, *envelope]
    yield "around a period", [c + p + c, *envelope]
    yield "before an envelope in the line", [text + c + p + c + behind]


def _rare_shapes(c: bytes) -> Iterator[tuple[str, list[bytes]]]:
    text, p = PAGE.encode("text"), PERIOD
    envelope = [PAGE.encode(line) for line in ENVELOPE]
    behind = c.join([*envelope, p, PAGE.encode("QUIT"), b""])
    yield "in a line", [text + c + text]
    yield "alone", [c]
    yield "around a period in a line", [text + c + p + c + text]
    yield "around two periods", [text + c + p + p + c + text]
    yield "twice around a period", [c + c + p + c + c, *envelope]
    yield "around periods in turn", [c + p + c + p + c + p + c]
    yield "before an envelope, period first", [p + c + behind]
    yield "before an envelope in an empty line", [c + p + c + behind]
    yield "behind a period in the record before", [text + c + p, c + behind]
    yield "at the end of a record of 80 bytes", [(p + c).rjust(80, b"\x40"), *envelope]
    yield "to be joined with a period", [c.rjust(80, b"\x40"), p + c, *envelope]


def mail(mailbox: str, name: str, text: Iterable[bytes]) -> list[bytes]:
    """The records of a mail with this text, to `mailbox` at acme.example."""
    head = (
        "MAIL FROM:<batch@acme.example>",
        f"RCPT TO:<{mailbox}@acme.example>",
        "DATA",
        "Date: Wed, 31 Jan 2024 06:10:00 +0000",
        f"Message-ID: <{mailbox}@acme.example>",
        f"Subject: {name}",
        "",
        "begins",
    )
    return [*map(PAGE.encode, head), *text, PAGE.encode("ends"), PERIOD]


def spool_file(cases: Iterable[tuple[str, list[bytes]]]) -> list[bytes]:
    """A file with a mail for each case, and an honest one behind each."""
    records = [PAGE.encode("HELO MVS1")]
    for number, (name, text) in enumerate(cases, 1):
        records += mail(f"hostile{number}", name, text)
        records += mail(f"honest{number}", name, [])
    return records


def in_commands_and_headers() -> list[bytes]:
    """A file whose commands and header lines have the control bytes, and honest mails between."""
    records = [PAGE.encode("HELO MVS1")]
    for number, c in enumerate((CONTROLS | OTHERS).values(), 1):
        whole = mail(f"honest{number}", "honest", [])
        to = PAGE.encode(f"RCPT TO:<{VICTIM}>")
        begin = PAGE.encode(f"MAIL FROM:<{SMUGGLER}>")
        inside = PAGE.encode("MAIL FROM:<a@acme.example") + c + to + PAGE.encode(">")
        header = c.join([PAGE.encode(BROKEN.decode()), PERIOD, begin, to, PAGE.encode("DATA"), b""])
        records += [PAGE.encode("HELO MVS1") + c + begin, *whole]
        records += [PAGE.encode("NOOP") + c + begin + c + to, *whole]
        records += [inside, *whole]
        records += [whole[0], whole[1] + c + to, *whole[1:]]
        records += [whole[0], whole[1][:-1] + c + to, *whole[1:]]
        records += [*whole[:2], PAGE.encode("DATA") + c + PERIOD + c + begin, *whole[2:]]
        records += [*whole[:6], header, *whole[6:]]
    return records


def filled(offset: int, where: str, name: str, behind: list[bytes]) -> list[bytes]:
    """A file whose first mail is filled so that `behind` begins at this offset: on the spool, where
    each record has an RDW, or in the text on the wire, where each line has a CRLF. An honest mail
    follows."""
    head = [PAGE.encode("HELO MVS1"), *mail(name, name, [])[:-2]]
    counted, extra = (head, 4) if where == "spool" else (head[4:], 2)
    lines, rest = divmod(offset - sum(len(r) + extra for r in counted), FILL + extra)
    half = (rest + FILL + extra) // 2
    sizes = [*[FILL] * (lines - 1), half - extra, rest + FILL - half]
    text = [PAGE.encode("y" * size) for size in sizes]
    return [*head, *text, *behind, PERIOD, *mail(f"{name}-honest", name, [])]
