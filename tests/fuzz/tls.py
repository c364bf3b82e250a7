"""Fuzz target: any bytes in answer to our ClientHello give text or a failure, never an exception
(style.md R10). What was not inside TLS is never taken for something that was.

    python -m tests.fuzz.tls --seconds 5
"""

import ssl

from cssmtp.smtp.tls import TlsFilter

CUT = b"\xff|"  # in an input: what follows arrives later
SEEDS = [
    bytes.fromhex("1603030004") + b"\x0e\0\0\0",
    bytes.fromhex("15030300020228"),
    bytes.fromhex("160303002a02000026") + b"\x03\x03" + bytes(36),
    b"250 ok\r\n",
]
WORDS = [
    CUT, b"\x16\x03\x03", b"\x15\x03\x03\0\x02\x01\0", b"\x14\x03\x03\0\x01\x01",
    b"\x17\x03\x03", b"\0" * 16, b"\xff" * 16_384, b"250 ok\r\n",
]  # fmt: skip
_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def check(data: bytes) -> None:
    """The filter's promise."""
    tls = TlsFilter(_CONTEXT, "mail.example.com")
    assert tls.take().startswith(b"\x16\x03"), "no ClientHello"
    for piece in data.split(CUT):
        assert tls.receive(piece) == b""
        tls.take()
    assert not tls.ready
    assert tls.send(b"MAIL FROM:<secret@x>\r\n") == b""
    tls.end()


if __name__ == "__main__":
    import sys

    from tests.fuzz.__main__ import main

    sys.argv.insert(1, "tls")
    main()
