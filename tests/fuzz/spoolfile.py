"""Any spool file of any record format is read alike by the quick reader and by the slow one,
however it is cut into blocks; nothing in it forges the end of a mail (spool-mail.md 2-5).

    python -m tests.fuzz.spoolfile --seconds 5
"""

import re

from cssmtp.choices import BareCrlf, Choices, GraphicRule
from cssmtp.lines import LineReader
from cssmtp.spoolmail import Limits
from jes.records import Recfm
from tests.builders import CODE, blocks_of, ebcdic, read_blocks
from tests.cssmtp.reference_reader import Reference

END = b"\xff|"  # in an input: a record ends here
_LINES = ["HELO PLEX1", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "Subject: s"]
SEEDS = [
    END.join([b"\0", *map(ebcdic, [*_LINES, "", "text", "..", ".X", "a¶.¶b", "--", ".", "QUIT"])]),
    END.join([b"\1", *map(ebcdic, [*_LINES, "j" * 79 + "<", ".", *_LINES[1:], "", ".", "QUIT"])]),
    END.join([b"\2", *(b"\x40" + ebcdic(line) for line in [*_LINES, "", "␍␊.␍␊", "§ ü", "."])]),
    END.join([b"\3", *map(ebcdic, [*_LINES[:3], "RCPT TO:<x", "EHLO y", "STARTTLS", *_LINES])]),
]
WORDS = [
    END, b"\x4b", b"\x4b\x4b", b"\x15", b"\x25", b"\x0d", b"\0", b"\x05", b"\x4c", b"\x40" * 8,
    END + b"\x4b" + END, b"\xe7" * 80, b"\xe7" * 79 + b"\x4c" + END, b"\xe7" * 998, b"\x0e",
    *(ebcdic(line) + END for line in _LINES), ebcdic("RSET") + END, ebcdic("QUIT") + END,
    ebcdic("RCPT TO: <x@y>"), ebcdic('"'), ebcdic("\\"), ebcdic("@"), ebcdic(">"), ebcdic(":"),
]  # fmt: skip
_FORMS = (("VB", 1504), ("FB", 80), ("VBA", 137), ("FBM", 81), ("FB", 133), ("U", 2000))
_CHOICES = (
    Choices(),
    Choices(graphic_rule=GraphicRule.WARN, bare_crlf=BareCrlf.PASS),
    Choices(graphic_rule=GraphicRule.WARN, bare_crlf=BareCrlf.STRIP, lf_is_separator=False),
)


def check(data: bytes) -> None:
    """Both readers see the same, and what is sent is sound."""
    head, *records = data.split(END)
    number = sum(head)
    recfm, lrecl = _FORMS[number % len(_FORMS)]
    choices = _CHOICES[number // 7 % len(_CHOICES)]
    limits = Limits(
        syntax_errors=number // 23 % 3 * 5,
        data_line_trunc=bool(number & 32),
        null_trnc=bool(number & 64),
        at_sign=CODE.byte_of("§") if number & 16 else b"",
    )
    width = lrecl if recfm[0] in "FU" else lrecl - 4
    records = [record[:width] for record in records]
    if recfm[0] == "F":
        records = [record.ljust(width, b"\x40") for record in records]
    form = Recfm(recfm)
    reader = LineReader(form, lrecl, CODE, choices)
    blocks = list(blocks_of(records, form, lrecl, [number % 5 + 1] * 4))
    read = read_blocks(blocks, reader, limits, choices)
    seen = Reference(choices, limits, "§" if limits.at_sign else "").read(records, recfm, lrecl)
    assert [(e.record, e.mail, e.reply, e.counted) for e in read.errors] == seen.errors
    assert len(read.mails) == len(seen.mails)
    for mail, text, other in zip(read.mails, read.texts, seen.mails, strict=True):
        assert (mail.sender, mail.helo, mail.tls) == (other.sender, other.helo, other.tls)
        assert (mail.sender + mail.helo).isascii()
        assert (mail.sender + mail.helo).isprintable()
        if not mail.waiting:
            continue
        middle = [""] if other.blank_line_missing else []
        lines = (*other.header, *middle, *other.body)
        assert text == "".join(f"{line}\r\n" for line in lines).encode("latin-1")
        assert mail.size == len(text)
        assert not re.search(rb"[\r\n]\.[\r\n]", b"\r\n" + text)


if __name__ == "__main__":
    import sys

    from tests.fuzz.__main__ import main

    sys.argv.insert(1, "spoolfile")
    main()
