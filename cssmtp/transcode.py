"""From the spool's EBCDIC page to what the parser inspects, and on to a target's Charset.

Every single-byte page gets an *inspection code* of its own: characters of ASCII and Latin-1 keep
their ISO 8859-1 byte, any other character takes a free byte above X'7F', so nothing is lost and the
step to `Charset ISO8859-1` is no step at all. Below X'20' stand only marks, and no character:

* X'00' for X'00', which is a separator in a command and forbidden in text,
* X'01' for any other byte that a spool file must not have (X'00'-X'3F'; spool-mail.md 4),
* X'09' for a tab, X'05' or X'09', which is the one mark that needs no second look,
* X'0A' for X'15', the new line that splits a text record,
* X'0B' for X'25' (LF), X'0D' for X'0D' (CR),
* X'1A' (SUB) for a byte that the page does not define.
"""

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from jes.codepages import CodePage, ascii_page

NUL, FORBIDDEN, TAB, NEW_LINE, BARE_LF, BARE_CR, SUB = 0x00, 0x01, 0x09, 0x0A, 0x0B, 0x0D, 0x1A
MARKS = bytes((NUL, FORBIDDEN, NEW_LINE, BARE_LF, BARE_CR, SUB))
LOOK = b"\0"  # in `Inspection.coarse`: any of the marks
_GRAPHIC = 0x40  # the first code point that is no control character in EBCDIC
# IBM prints tab as 0x09; EBCDIC's is X'05' (spool-mail.md 4.1)
_CONTROLS = {0x00: NUL, 0x05: TAB, 0x09: TAB, 0x15: NEW_LINE, 0x25: BARE_LF, 0x0D: BARE_CR}
_NO_CHARACTER = "\ufffd"


@dataclass(frozen=True, slots=True)
class Inspection:
    """A page's inspection code: the table from EBCDIC, and the characters of its 256 bytes.

    `coarse` is the same table with `LOOK` for every mark, so that one `in` says whether a block
    has any.
    """

    table: bytes
    coarse: bytes
    characters: str

    def byte_of(self, character: str) -> bytes:
        """The byte of a character, empty when the page does not have it."""
        found = self.characters.find(character)
        return bytes([found]) if found > 0 else b""

    def shown(self, line: bytes) -> str:
        """A record for people: its characters, with a period for what cannot be printed."""
        text = codecs.charmap_decode(line, "strict", self.characters)[0]
        if text.isascii() and text.isprintable():
            return text
        return "".join(c if c.isprintable() and c != _NO_CHARACTER else "." for c in text)


@lru_cache(maxsize=8)
def inspection(page: CodePage) -> Inspection:
    """The inspection code of `page`."""
    table = bytearray([FORBIDDEN]) * 256
    for byte, mark in _CONTROLS.items():
        table[byte] = mark
    characters = [_NO_CHARACTER] * 256
    later = []
    for byte in range(_GRAPHIC, 256):
        code = ord(page.decoding[byte])
        if 0x20 <= code < 0x7F or 0xA0 <= code <= 0xFF:
            table[byte] = code
            characters[code] = chr(code)
        else:
            later.append(byte)
    free = [slot for slot in (*range(0x80, 0x100), 0x7F) if characters[slot] == _NO_CHARACTER]
    for byte in later:
        character = page.decoding[byte]
        if character == _NO_CHARACTER or ord(character) < 0x20:
            table[byte] = SUB
        else:
            slot = ord(character) if ord(character) in free else free[0]
            free.remove(slot)
            table[byte] = slot
            characters[slot] = character
    characters[TAB] = "\t"
    coarse = table.translate(bytes(LOOK[0] if byte in MARKS else byte for byte in range(256)))
    return Inspection(bytes(table), bytes(coarse), "".join(characters))


@dataclass(frozen=True, slots=True)
class Wire:
    """How inspection code becomes a target's Charset. `extra` is bytes more per non-ASCII byte.

    `missing` has the inspection bytes of characters that the Charset lacks.
    """

    charset: str
    encode: Callable[[bytes], bytes]
    extra: int = 0
    missing: bytes = bytes([SUB])


@lru_cache(maxsize=32)
def wire(code: Inspection, charset: str) -> Wire:
    """The step to `charset`; a character that it lacks becomes SUB. Raises `BadCharacter`."""
    if charset.upper().replace("-", "") == "UTF8":
        return Wire("UTF-8", lambda data: _utf8(code, data), extra=2)
    page = ascii_page(charset)
    positions = {character: byte for byte, character in enumerate(page.decoding)}
    table, missing = bytearray(range(256)), bytearray([SUB])
    for byte in range(0x20, 0x100):
        character = code.characters[byte]
        to = positions.get(character, SUB) if character != _NO_CHARACTER else SUB
        table[byte] = to if to >= 0x20 else SUB
        if table[byte] == SUB and character != _NO_CHARACTER:
            missing.append(byte)
    unused = [byte for byte in range(0x20, 0x100) if code.characters[byte] == _NO_CHARACTER]
    for byte in unused:  # never met; left alone, so that Latin-1 to Latin-1 is no step
        table[byte] = byte
    if bytes(table) == bytes(range(256)):
        return Wire(page.name, bytes, missing=bytes(missing))
    to_wire = bytes(table)
    return Wire(page.name, lambda data: data.translate(to_wire), missing=bytes(missing))


def missing(code: Inspection, charsets: Iterable[str]) -> bytes:
    """Inspection bytes of characters that one of the Charsets lacks. Raises `BadCharacter`."""
    return bytes(sorted({byte for charset in charsets for byte in wire(code, charset).missing}))


def lost(code: Inspection, charsets: Iterable[str]) -> Callable[[bytes], int]:
    """Counts the characters of `missing` in inspection code. Raises `BadCharacter`."""
    absent = missing(code, charsets)
    return lambda data: len(data) - len(data.translate(None, absent))


def _utf8(code: Inspection, data: bytes) -> bytes:
    if data.isascii():
        return data
    return codecs.charmap_decode(data, "strict", _whole(code.characters))[0].encode()


@lru_cache(maxsize=8)
def _whole(characters: str) -> str:
    """Characters of an inspection code with the controls that frame a mail in their places."""
    return "".join(
        chr(byte) if byte < 0x20 else "\x1a" if character == _NO_CHARACTER else character
        for byte, character in enumerate(characters)
    )
