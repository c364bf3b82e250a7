"""From the spool's EBCDIC page to what the parser inspects, and on to a target's Charset.

Every single-byte page gets an *inspection code* of its own: characters of ASCII and Latin-1 keep
their ISO 8859-1 byte, any other character takes a free byte above X'7F', so nothing is lost and the
step to `Charset ISO8859-1` is no step at all. Three bytes are marks, and no character has them:

* X'00' for a byte that a spool file must not have (X'00'-X'3F' but tab and NL; spool-mail.md 4),
* X'0A' for X'15', the new line that splits a text record,
* X'1A' (SUB) for a byte that the page does not define.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from jes.codepages import CodePage, ascii_page

FORBIDDEN = 0x00
NEW_LINE = 0x0A
SUB = 0x1A
_GRAPHIC = 0x40  # the first code point that is no control character in EBCDIC
_NL, _TABS = 0x15, (0x05, 0x09)  # IBM prints tab as 0x09; EBCDIC's is X'05' (spool-mail.md 4.1)


@dataclass(frozen=True, slots=True)
class Inspection:
    """A page's inspection code: the table from EBCDIC, and the characters of its 256 bytes."""

    table: bytes
    characters: str

    def byte_of(self, character: str) -> bytes:
        """The byte of a character, empty when the page does not have it."""
        found = self.characters.find(character)
        return bytes([found]) if found > 0 else b""


@lru_cache(maxsize=8)
def inspection(page: CodePage) -> Inspection:
    """The inspection code of `page`."""
    table = bytearray(256)  # FORBIDDEN everywhere until said otherwise
    table[_NL] = NEW_LINE
    for tab in _TABS:
        table[tab] = 0x09
    characters = ["\ufffd"] * 256
    later = []
    for byte in range(_GRAPHIC, 256):
        code = ord(page.decoding[byte])
        if 0x20 <= code < 0x7F or 0xA0 <= code <= 0xFF:
            table[byte] = code
            characters[code] = chr(code)
        else:
            later.append(byte)
    free = [slot for slot in (*range(0x80, 0x100), 0x7F) if characters[slot] == "\ufffd"]
    for byte in later:
        character = page.decoding[byte]
        if character == "\ufffd" or ord(character) < 0x20:
            table[byte] = SUB
        else:
            slot = ord(character) if ord(character) in free else free[0]
            free.remove(slot)
            table[byte] = slot
            characters[slot] = character
    characters[0x09] = "\t"
    return Inspection(bytes(table), "".join(characters))


@dataclass(frozen=True, slots=True)
class Wire:
    """How inspection code becomes a target's Charset. `extra` is bytes more per non-ASCII byte."""

    charset: str
    encode: Callable[[bytes], bytes]
    extra: int = 0


@lru_cache(maxsize=32)
def wire(code: Inspection, charset: str) -> Wire:
    """The step to `charset`; a character that it lacks becomes SUB. Raises `BadCharacter`."""
    if charset.upper().replace("-", "") == "UTF8":
        return Wire("UTF-8", lambda data: _utf8(code, data), extra=2)
    page = ascii_page(charset)
    positions = {character: byte for byte, character in enumerate(page.decoding)}
    table = bytearray(range(256))
    for byte in (*range(0x20, 0x100), SUB):
        to = positions.get(code.characters[byte], SUB)
        table[byte] = to if to >= 0x20 else SUB
    if bytes(table) == bytes(range(256)):
        return Wire(page.name, bytes)
    return Wire(page.name, lambda data: data.translate(bytes(table)))


def _utf8(code: Inspection, data: bytes) -> bytes:
    if data.isascii():
        return data
    return codecs.charmap_decode(data, "strict", _whole(code.characters))[0].encode()


@lru_cache(maxsize=8)
def _whole(characters: str) -> str:
    """Characters of an inspection code with the controls that frame a mail in their places."""
    return "".join(
        chr(byte) if byte < 0x20 else "\x1a" if character == "\ufffd" else character
        for byte, character in enumerate(characters)
    )
