"""Any bytes of SMTP.CONFIG are read, and become a configuration that CSSMTP takes.

python -m tests.fuzz.smtpd --seconds 5
"""

from pathlib import Path

from cssmtp.config.parser import parse as parse_cssmtp
from cssmtp.config.scanner import read
from cssmtp.smtpd.converter import Options, convert
from cssmtp.smtpd.describe import document
from cssmtp.smtpd.parser import parse
from jes.errors import BadCharacter
from jes.names import WriterName

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "smtpd"
SEEDS = [path.read_bytes() for path in sorted(SAMPLES.iterdir())]
SEEDS.append(
    b"MAILER OFFICE PUNCH LOCAL RSCS\nDBCS JIS83KJ ASCII\nATSIGN \xc2\xa7\nSECURE\nDISALLOWCMD 31\n"
    b"IPMAILERNAME ALL r.example\nREMOTEPORT 26\nTEMPERRORRETRIES 9\nEXITDIRECTION FROMJES\n"
)
WORDS = [
    b";", b"#", b"\n", b"ENDRESTRICT", b"RESTRICT PURGE", b"AT", b"GATEWAY", b"999999999999", b"0",
    b"-1", b"YES", b"ALL", b"\x00", b"\xff", b"PRINT", b"RETRYAGE 0\n", b"RETRYINT 0\n", b"BIG5",
    b"POSTMASTER #a@b.example\n", b"OUTBOUNDOPENLIMIT 0\n", b"INACTIVE 1\n", b" " * 72,
]  # fmt: skip
OPTIONS = Options(WriterName("SMTP"))


def check(data: bytes) -> None:
    """The reader's and the converter's promise."""
    try:
        text = read(data).text
    except BadCharacter:  # UTF-16
        return
    parsed = parse(text)
    converted = convert(parsed, OPTIONS)
    assert not parse_cssmtp(converted.text).findings
    assert all(str(one).isprintable() for one in (*parsed.findings, *converted.findings))
    document(parsed, converted)


if __name__ == "__main__":
    import sys

    from tests.fuzz.__main__ import main

    sys.argv.insert(1, "smtpd")
    main()
